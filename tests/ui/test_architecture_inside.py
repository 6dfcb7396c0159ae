"""See inside: the window as a person uses it, with looks that need no torch."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.insight.figures import distribution
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.architecture import inside_looker
from deepdesk.ui.tabs.architecture.inside_rows import worth_a_look
from deepdesk.ui.tabs.architecture.inside_window import InsideWindow, open_inside
from deepdesk.ui.tabs.architecture.inside_words import figures_line, seen_line
from tests.ui.architecture_drawings import drawing
from tests.ui.architecture_stage import PaperArchitecture, made_inside, seen_sample

PATIENCE_MS = 5000


@pytest.fixture
def asked(monkeypatch):
    """Return the list of looks that were asked for; they come at once."""
    calls = []

    def look(_project, _spec, run, sample, which):
        calls.append((run, sample, which))
        return lambda emit, _stop: emit(Result(value=made_inside(run, which)))

    def look_at(_project, _spec, run, sample, which):
        calls.append((run, sample, which))
        return lambda emit, _stop: emit(Result(value=seen_sample(sample)))

    monkeypatch.setattr(inside_looker, "looking_work", look)
    monkeypatch.setattr(inside_looker, "sample_looking_work", look_at)
    return calls


@pytest.fixture
def project(desk, make_project):
    desk.show_project(Project.open(make_project()))
    return desk.project


def add_run(project, dial="quick", *, saved=True, accuracy=0.5):
    run = project.runs.new(dial, {})
    run.update(status="finished", metrics={"accuracy": accuracy}, main_metric="accuracy")
    if saved:
        run.checkpoints.commit(1, {"best.safetensors": b"1"}, meta={})
    return run.path.name


@pytest.fixture
def show(qtbot, desk, project, asked, request):
    """Return a function that opens the window and waits until its jobs are done."""

    def show_it():
        tab = PaperArchitecture(desk, drawing(made_inside().graph))
        qtbot.addWidget(tab)
        request.node.tab = tab  # it outlives the test, as a tab outlives its windows
        open_inside(tab)
        window = tab.findChild(InsideWindow)
        settle(qtbot, desk)
        return tab, window

    yield show_it
    settle(qtbot, desk)


def settle(qtbot, desk):
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def close(qtbot, window):
    with qtbot.waitSignal(window.finished):
        window.close()


def test_without_a_run_the_window_says_so_and_leads_to_training(qtbot, desk, project, show):
    add_run(project, saved=False)
    _tab, window = show()
    assert window.page == "empty"
    assert window.runs.isHidden()
    with qtbot.waitSignal(window.finished):
        window.empty.button.click()
    assert desk.store.session.tab == "training"


def test_the_newest_run_is_looked_into_with_its_best_weights(qtbot, project, show, asked):
    add_run(project)
    add_run(project, "balanced", accuracy=0.75)
    _tab, window = show()
    assert asked == [("002-balanced", None, "best")]
    assert window.page == "inside"
    assert window.runs.currentText() == "002 balanced · 75.0\N{NARROW NO-BREAK SPACE}%"
    assert window.note.text().endswith("step 40 · 32 validation samples · loss 1.25")
    close(qtbot, window)


def test_another_run_or_other_weights_are_looked_into_on_request(qtbot, desk, project, show, asked):
    add_run(project)
    add_run(project)
    _tab, window = show()
    window.runs.setFocus()
    QTest.keyClick(window.runs, Qt.Key.Key_Down)
    window.runs.activated.emit(window.runs.currentIndex())
    settle(qtbot, desk)
    assert asked[-1] == ("001-quick", None, "best")
    window.which.chip("latest").click()
    settle(qtbot, desk)
    assert asked[-1] == ("001-quick", None, "latest")
    close(qtbot, window)


def test_the_block_that_something_is_off_about_is_shown_first(qtbot, project, show):
    add_run(project)
    _tab, window = show()
    assert window.rows.selected == "filters_2"
    assert window.panel.finding.text() == "60 % of its filters never answer."
    assert "never answer" in window.rows.rows["filters_2"].accessibleName()
    close(qtbot, window)


def test_the_canvas_and_the_window_choose_the_same_block(qtbot, project, show):
    add_run(project)
    tab, window = show()
    QTest.mouseClick(window.rows.rows["stem"], Qt.MouseButton.LeftButton)
    assert tab.middle.canvas.selected == "stem"
    tab.middle.canvas.select("classes")
    assert window.rows.selected == "classes"
    assert window.panel.title.text() == made_inside().graph.node("classes").title
    tab.middle.canvas.select("elsewhere")
    assert window.rows.selected == "classes"
    close(qtbot, window)


def test_maps_numbers_and_sequences_are_shown_each_in_its_way(qtbot, project, show):
    add_run(project)
    _tab, window = show()
    panel = window.panel
    window.select("stem")
    assert (panel.grid.isVisible(), panel.bars.isVisible()) == (True, False)
    assert len(panel.grid.images) == len(panel.grid.captions) == 32
    assert len(panel.filter_grid.images) == 32
    window.select("classes")
    assert (panel.grid.isVisible(), panel.bars.isVisible()) == (False, True)
    assert panel.bars.names == tuple("0123456789")
    assert panel.filters.isHidden()
    window.select("filters_2")
    assert len(panel.grid.images) == 1
    window.select("pool")
    assert panel.seen_line.text() == "What this block says has no picture."
    assert panel.cards["weights"].line.text() == "This block has nothing to learn."
    for page in (panel.grid, panel.bars, panel.filter_grid, window):
        page.grab()
    close(qtbot, window)


def test_another_sample_is_asked_for_by_a_click_on_it(qtbot, desk, project, show, asked):
    add_run(project)
    _tab, window = show()
    window.select("classes")
    QTest.mouseClick(window.panel.strip.tiles[2], Qt.MouseButton.LeftButton)
    settle(qtbot, desk)
    assert asked[-1] == ("001-quick", 3, "best")
    assert np.allclose(window.panel.bars.numbers, seen_sample(3).seen["classes"].numbers)
    assert "wrong" in window.panel.strip.tiles[1].accessibleName()
    close(qtbot, window)


def test_what_cannot_be_looked_into_is_said_with_a_way_to_try_again(
    qtbot, desk, project, show, monkeypatch, asked
):
    def fails(*_given):
        def work(_emit, _stop):
            raise DeepDeskError("The saved weights are damaged.", "Choose another run.")

        return work

    working = inside_looker.looking_work
    monkeypatch.setattr(inside_looker, "looking_work", fails)
    add_run(project)
    _tab, window = show()
    assert window.page == "error"
    assert window.error.sentence.text() == "The saved weights are damaged."
    monkeypatch.setattr(inside_looker, "looking_work", working)
    window.error.remedy.click()
    settle(qtbot, desk)
    assert window.page == "inside"
    close(qtbot, window)


def test_a_run_that_ends_joins_the_list(qtbot, desk, project, show):
    add_run(project)
    _tab, window = show()
    desk.runs_changed.emit(add_run(project, "best"))
    settle(qtbot, desk)
    assert window.runs.count() == 2
    assert window.runs.currentData() == "001-quick"
    close(qtbot, window)


def test_the_window_opens_once_and_goes_with_the_project(qtbot, desk, project, show):
    add_run(project)
    tab, window = show()
    open_inside(tab)
    assert tab.findChildren(InsideWindow) == [window]
    with qtbot.waitSignal(window.finished):
        desk.close_project()


def test_a_tab_that_goes_takes_the_window_and_its_work_along(qtbot, desk, project, show, request):
    add_run(project)
    tab, window = show()
    window.again.click()
    gone = (tab.destroyed, window.destroyed)
    with qtbot.waitSignals(gone):
        desk.close_project()
        tab.deleteLater()
    del request.node.tab


def test_figures_read_as_short_lines():
    found = distribution([np.array([0.0, 0.0, 1.0, np.nan])])
    assert figures_line(found) == "mean 0.333 · spread 0.471 · 50 % zero · 25 % not a number"
    assert seen_line("maps", 64, (128, 8, 8)).startswith("The 64 strongest of its 128 channels")
    assert seen_line("vector", 10, (10,)).startswith("Its 10 numbers")


def test_without_findings_the_first_block_that_learns_is_worth_a_look():
    found = made_inside()
    assert worth_a_look(found) == "filters_2"
