"""Runs that wait: lined up, moved, renamed, taken out, and trained one after the other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from deepdesk.core.errors import DeviceError
from deepdesk.core.events import RunEnded, RunStarted
from deepdesk.core.work import StoppedError
from deepdesk.project import queue as waiting
from deepdesk.ui import training_control
from deepdesk.ui.tabs.training.ahead import Ahead
from deepdesk.ui.widgets.list_row import list_row_height
from tests.ui import training_stage as stage
from tests.ui.training_stage import PATIENCE_MS

project = stage.project
make_tab = stage.make_tab


@pytest.fixture
def trained(monkeypatch, project):
    """Return the requests that were trained; each run ends as `ways` says, in order."""
    asked, ways = [], []

    def training_of(_project, _spec, request):
        asked.append(request)
        how = ways.pop(0) if ways else "finished"

        def work(emit, stop):
            if how == "refused":
                raise DeviceError("There is no such device.", "Choose another.")
            name = project.runs.new(request.dial, {}).path.name
            emit(RunStarted(run=name, device="cpu", epochs=1, steps_per_epoch=1, samples=8))
            if how == "failed":
                raise DeviceError("The memory is full.", "Take a smaller batch.")
            try:
                while how == "waits":
                    stop.check()
            except StoppedError:
                emit(RunEnded(run=name, status="stopped", metrics={}, seconds=1.0))
                raise
            emit(RunEnded(run=name, status="finished", metrics={}, seconds=1.0))

        return work

    monkeypatch.setattr(training_control, "training_of", training_of)
    return asked, ways


def queue_of(tab):
    return next(part for part in tab.children() if isinstance(part, Ahead)).queue


def line_up(tab, *dials):
    for dial in dials:
        tab.setup.dial.segment(dial).click()
        queue_of(tab).link.click()


def titles(queue):
    return [queue.list.rows[name].facts.title for name in queue.list.order]


def settled(qtbot, desk):
    qtbot.waitUntil(lambda: not desk.jobs and not desk.training.is_busy, timeout=PATIENCE_MS)


def test_a_queued_run_keeps_the_settings_of_its_moment(qtbot, desk, project, make_tab, trained):
    tab = make_tab()
    tab.setup.training.row("epochs").editor.setText("3")
    queue = queue_of(tab)
    assert not queue.list.isVisible()

    queue.link.click()
    tab.setup.training.row("epochs").editor.setText("9")
    settled(qtbot, desk)

    (entry,) = waiting.load(project.path)
    assert entry.request["training"]["epochs"] == 3
    assert queue.list.isVisible()
    assert "Epochs 3" in queue.list.rows[entry.id].facts.note


def test_the_next_begins_by_itself_also_after_one_that_failed(qtbot, desk, make_tab, trained):
    asked, ways = trained
    ways += ["failed", "refused", "finished"]
    tab = make_tab()
    queue = queue_of(tab)
    line_up(tab, "quick", "balanced", "best")
    settled(qtbot, desk)
    assert asked == []

    queue.list.go_on.click()
    qtbot.waitUntil(lambda: len(asked) == 3 and not queue.queue, timeout=PATIENCE_MS)
    settled(qtbot, desk)

    assert [request.dial for request in asked] == ["quick", "balanced", "best"]
    assert all(request.is_fresh for request in asked)
    assert waiting.load(desk.project.path) == ()
    assert not queue.list.isVisible()


def test_a_run_that_a_person_stops_holds_the_queue(qtbot, desk, make_tab, trained):
    asked, ways = trained
    ways += ["waits"]
    tab = make_tab()
    queue = queue_of(tab)
    tab.train()
    qtbot.waitUntil(lambda: bool(desk.store.session.run), timeout=PATIENCE_MS)
    line_up(tab, "quick")
    notes = []
    desk.said.connect(lambda note: notes.append(note.text))

    tab.setup.stop_button.click()
    settled(qtbot, desk)

    assert len(asked) == 1
    assert queue.is_held
    assert queue.list.go_on.isVisible()
    assert "so the queue waits" in notes[-1]
    queue.list.go_on.click()
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=PATIENCE_MS)
    settled(qtbot, desk)


def test_what_waits_is_offered_at_the_next_opening_and_not_begun(
    qtbot, desk, project, make_tab, trained
):
    asked, _ways = trained
    first = make_tab()
    line_up(first, "quick", "best")
    settled(qtbot, desk)
    first.hide()

    tab = make_tab()
    settled(qtbot, desk)

    queue = queue_of(tab)
    assert titles(queue) == titles(queue_of(first))
    assert queue.is_held
    assert queue.list.state.text()
    assert asked == []


def test_alt_and_an_arrow_move_a_run_and_undo_brings_it_back(qtbot, desk, make_tab, trained):
    tab = make_tab()
    line_up(tab, "quick", "balanced", "best")
    queue = queue_of(tab)
    first, second, third = queue.list.order
    row = queue.list.rows[third]
    row.setFocus()

    QTest.keyClick(row, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert queue.list.order == (first, third, second)
    QTest.keyClick(row, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(row, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert queue.list.order == (third, first, second)

    desk.undo.undo()
    assert queue.list.order == (first, third, second)
    settled(qtbot, desk)
    assert [entry.id for entry in waiting.load(desk.project.path)] == [first, third, second]


def test_a_run_is_dragged_to_the_front(qtbot, desk, make_tab, trained):
    tab = make_tab()
    line_up(tab, "quick", "balanced", "best")
    settled(qtbot, desk)
    queue = queue_of(tab)
    first, second, third = queue.list.order
    row = queue.list.rows[third]
    start = QPoint(30, 10)

    QTest.mousePress(row, Qt.MouseButton.LeftButton, pos=start)
    for up in (20, 60, 2 * list_row_height()):
        spot = row.mapFromGlobal(
            queue.list.area.viewport().mapToGlobal(QPoint(30, 2 * list_row_height() + 10 - up))
        )
        QTest.mouseMove(row, spot)
        qtbot.waitUntil(lambda: True)
    QTest.mouseRelease(row, Qt.MouseButton.LeftButton, pos=row.rect().center())

    assert queue.list.order == (third, first, second)
    assert [entry.id for entry in queue.queue] == [third, first, second]
    settled(qtbot, desk)


def test_a_run_is_renamed_over_its_row_and_its_run_has_the_name(qtbot, desk, make_tab, trained):
    asked, _ways = trained
    tab = make_tab()
    line_up(tab, "quick")
    queue = queue_of(tab)
    (name,) = queue.list.order
    row = queue.list.rows[name]

    QTest.keyClick(row, Qt.Key.Key_F2)
    editor = row.findChild(QLineEdit)
    editor.clear()
    QTest.keyClicks(editor, "With more rotation")
    QTest.keyClick(editor, Qt.Key.Key_Return)

    assert titles(queue) == ["With more rotation"]
    queue.list.go_on.click()
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=PATIENCE_MS)
    settled(qtbot, desk)
    assert [info.title for info in desk.project.runs.list()] == ["With more rotation"]


def test_a_deleted_run_comes_back_with_undo_but_never_one_that_had_its_turn(
    qtbot, desk, make_tab, trained
):
    asked, _ways = trained
    tab = make_tab()
    line_up(tab, "quick", "best")
    queue = queue_of(tab)
    first, second = queue.list.order

    QTest.keyClick(queue.list.rows[first], Qt.Key.Key_Delete)
    assert queue.list.order == (second,)
    desk.undo.undo()
    assert queue.list.order == (first, second)

    queue.list.go_on.click()
    qtbot.waitUntil(lambda: len(asked) == 2 and not queue.queue, timeout=PATIENCE_MS)
    settled(qtbot, desk)
    while desk.undo.canUndo():
        desk.undo.undo()
    while desk.undo.canRedo():
        desk.undo.redo()
    assert queue.queue == ()
    settled(qtbot, desk)


def test_a_damaged_queue_is_said_and_left_as_it_is(qtbot, desk, project, make_tab, trained):
    path = project.path / waiting.FILE
    path.write_text('{"format": 1, "runs": "all"}')
    troubles = []
    desk.troubled.connect(troubles.append)

    tab = make_tab()
    line_up(tab, "quick")
    settled(qtbot, desk)

    assert troubles
    assert path.read_text() == '{"format": 1, "runs": "all"}'
