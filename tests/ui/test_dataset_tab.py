"""The Dataset tab as a person uses it: real project, real index, real keys."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Ended, Progress
from deepdesk.core.task import DataFacts
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter
from deepdesk.ui.tabs.dataset.grid import SampleGrid
from deepdesk.ui.tabs.dataset.health_panel import HealthPanel
from deepdesk.ui.tabs.dataset.middle import time_left
from deepdesk.ui.tabs.dataset.pages import PAGE_ROWS, Pages
from deepdesk.ui.widgets.problem_row import ProblemRow
from tests.ui import dataset_stage as stage
from tests.ui.dataset_stage import CLASSES, CTRL, KEY, PER_CLASS, counts_of, press, settle

pictures, project, filled, open_tab = stage.pictures, stage.project, stage.filled, stage.open_tab


def test_an_empty_project_asks_for_a_folder(qtbot, project, open_tab):
    tab = open_tab(project)

    assert tab.state == "empty"
    assert tab.workspace.middle.empty.isVisible()
    assert "pictures" in tab.workspace.middle.empty.sentence.text()


def test_dropped_folders_are_imported_checked_and_undone(qtbot, desk, project, pictures, open_tab):
    tab = open_tab(project)
    said = []
    desk.said.connect(said.append)

    with qtbot.waitSignal(tab.state_changed, check_params_cb=lambda state: state == "working"):
        tab.drop([pictures])
    settle(qtbot, tab)
    qtbot.waitUntil(lambda: tab.state in {"ready", "look"})

    assert counts_of(tab) == dict.fromkeys(CLASSES, PER_CLASS)
    assert said[-1].text.startswith("Imported 18 pictures in")
    assert said[-1].undo
    with project.index() as index:
        assert index.unchecked(1) == []
    desk.undo.undo()
    settle(qtbot, tab)
    assert tab.workspace.overview.total == 0
    assert counts_of(tab) == {}
    desk.undo.redo()
    settle(qtbot, tab)
    assert counts_of(tab) == dict.fromkeys(CLASSES, PER_CLASS)


def test_a_failed_import_says_why_and_keeps_what_was_there(qtbot, desk, filled, open_tab, tmp_path):
    tab = open_tab(filled)
    nothing = tmp_path / "nothing"
    nothing.mkdir()

    with qtbot.waitSignal(desk.troubled) as troubled:
        tab.drop([nothing])
    settle(qtbot, tab)

    assert troubled.args[0].where == "dataset"
    assert troubled.args[0].error.hint
    assert counts_of(tab) == dict.fromkeys(CLASSES, PER_CLASS)


def test_a_clicked_class_filters_and_show_all_takes_it_back(qtbot, filled, open_tab):
    tab = open_tab(filled)
    space = tab.workspace
    elm = next(row for row in space.overview.classes if row.name == "elm")

    space.left.classes.list.choose([elm.id])
    settle(qtbot, tab)
    assert space.browser.shown == Filter(class_id=elm.id)
    assert space.browser.pages.count == PER_CLASS
    space.middle.bar.choose("test")
    settle(qtbot, tab)
    assert space.browser.pages.count == 1
    space.middle.bar.search.setText("nowhere")
    space.middle.bar.search.returnPressed.emit()
    settle(qtbot, tab)
    assert space.middle.nothing.isVisible()
    space.middle.all_asked.emit(space.middle)
    settle(qtbot, tab)

    assert space.browser.shown == Filter()
    assert space.browser.pages.count == 18


def test_switches_of_the_task_are_saved_in_the_project(qtbot, filled, open_tab):
    tab = open_tab(filled)
    seen = tab.workspace.right.seen

    with qtbot.waitSignal(seen.settings_changed) as changed:
        qtbot.mouseClick(seen._chips.chip("colour"), Qt.MouseButton.LeftButton)
    seen._pause.stop()

    assert changed.args[0]["colour"] is True
    assert filled.file.task_settings["colour"] is True
    assert filled.file.task_settings["flip"] is True


def test_a_bad_file_shows_its_reason(qtbot, desk, project, open_tab, pictures):
    (pictures / "oak" / "broken.png").write_bytes(b"no picture")
    tab = open_tab(project)
    tab.drop([pictures])
    settle(qtbot, tab)
    qtbot.waitUntil(lambda: tab.workspace.overview.num_bad == 1)

    tab.workspace.right.act_asked.emit("show_bad")
    settle(qtbot, tab)

    panel = tab.workspace.right.sample
    assert panel.name.text() == "broken.png"
    assert panel.reason.isVisible()
    assert panel.reason.text()
    assert not tab.workspace.right.seen.isVisible()


def test_closing_the_project_ends_the_tab(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)

    desk.close_project()

    assert tab.workspace is None
    assert tab.state == "empty"


def test_escape_stays_in_the_grid_while_something_is_selected(qtbot, filled, open_tab):
    tab = open_tab(filled)
    grid = tab.workspace.grid

    def takes_escape() -> bool:
        event = QKeyEvent(
            QEvent.Type.ShortcutOverride, KEY.Key_Escape, Qt.KeyboardModifier.NoModifier
        )
        event.ignore()
        QApplication.sendEvent(grid, event)
        return event.isAccepted()

    assert takes_escape()
    press(qtbot, tab, KEY.Key_Escape)
    assert not takes_escape()


def test_the_end_of_a_million_rows_asks_for_one_page(qtbot):
    asked = []
    pages = Pages(asked.append)
    grid = SampleGrid(pages, lambda _sample, _side: None, lambda _sample: "")
    qtbot.addWidget(grid)
    grid.resize(720, 600)
    pages.reset(10**6)
    grid.refresh()
    bar = grid.verticalScrollBar()

    bar.setValue(bar.maximum())
    grid.grab()

    assert set(asked) == {10**6 // PAGE_ROWS - 1}
    assert grid.rows_in_sight().stop == 10**6
    assert len(grid.rows_in_sight()) < 80


@pytest.mark.slow
def test_training_versions_of_the_selected_sample_are_shown(qtbot, filled, open_tab):
    tab = open_tab(filled)
    seen = tab.workspace.right.seen
    sample = tab.workspace.browser.current

    seen.show_sample(sample.path, DataFacts(classes=CLASSES, typical_size=(12, 12)))
    seen._pause.stop()
    seen._start()
    qtbot.waitUntil(lambda: seen._job is None, timeout=60_000)

    assert all(square._pixmap is not None for square in seen._squares)


def test_what_kept_versions_from_being_made_is_said(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)
    seen = tab.workspace.right.seen

    seen._job = job = desk.start(failing_work, "dataset")
    seen._ended([job], Ended(error=DatasetError("It is gone.", "Bring it back.")))

    assert seen._problem.isVisible()
    assert "It is gone." in seen._problem.text()
    job.wait(5000)


def failing_work(_emit, _stop) -> None:
    """Do nothing; the panel is told of an end."""


def test_a_project_that_somebody_else_has_refuses_data_and_says_who(
    qtbot, desk, filled, open_tab, pictures
):
    second = Project.open(filled.path, read_only=True)
    tab = open_tab(second)

    with qtbot.waitSignal(desk.troubled) as troubled:
        tab.drop([pictures])

    assert troubled.args[0].where == "dataset"
    assert not tab.workspace.intake.is_importing


def test_an_edit_of_a_project_that_somebody_else_has_says_who_and_changes_nothing(
    qtbot, desk, filled, open_tab
):
    second = Project.open(filled.path, read_only=True)
    second.owner = "a second window"
    tab = open_tab(second)

    with qtbot.waitSignal(desk.troubled) as troubled:
        tab.workspace.left.splits.draw_usual()
    settle(qtbot, tab)

    assert "a second window" in troubled.args[0].error.message
    assert "Close it there" in troubled.args[0].error.hint
    assert counts_of(tab) == dict.fromkeys(CLASSES, PER_CLASS)


def test_balance_is_saved_and_said_in_the_health_card(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)
    picked = tab.workspace.grid.picked
    for row in (0, 1, 2, 3):
        picked.click(row, CTRL if row else Qt.KeyboardModifier.NoModifier)
    press(qtbot, tab, KEY.Key_Delete)

    tab.workspace.right.act_asked.emit("balance")

    assert filled.file.task_settings == {"balance": True}


def test_the_health_card_says_nothing_good_before_the_check_is_over(qtbot):
    panel = HealthPanel()
    qtbot.addWidget(panel)

    panel.show_progress(Progress(what="Checking leaves", done=3, total=9))
    panel.show_findings([])
    assert panel.findChildren(ProblemRow) == []
    panel.show_progress(None)

    (row,) = panel.findChildren(ProblemRow)
    assert row.sentence.text() == "Nothing to mend"


def test_progress_of_an_import_can_be_cancelled(qtbot, project, open_tab):
    tab = open_tab(project)
    middle = tab.workspace.middle

    middle.show_progress(Progress(what="Finding pictures", done=5, total=10))
    assert middle.busy.isVisible()
    assert middle.busy.count.text() == "5 of 10"
    with qtbot.waitSignal(middle.cancelled):
        qtbot.mouseClick(middle.busy.button, Qt.MouseButton.LeftButton)
    middle.show_progress(None)

    assert not middle.busy.isVisible()


def test_time_left_is_said_once_it_is_known():
    halfway = Progress(what="Reading", done=50, total=100)

    assert time_left(halfway, 20.0) == "20 s left"
    assert time_left(halfway, 600.0) == "10 min left"
    assert time_left(halfway, 0.5) == ""
    assert time_left(Progress(what="Reading", done=5), 20.0) == ""


def test_a_project_that_somebody_else_has_offers_no_adding(filled, open_tab):
    own = open_tab(filled).workspace
    assert own.middle.bar.add.isEnabled()
    assert own.left.classes.add.isEnabled()

    held = open_tab(Project.open(filled.path, read_only=True)).workspace

    assert not held.middle.bar.add.isEnabled()
    assert not held.left.classes.add.isEnabled()
