"""Looking back at runs: their curves, side by side, and what became of a watched one."""

from __future__ import annotations

from tests.ui import training_stage as stage
from tests.ui.run_events import epoch_ended, keep_run, log_lines, stepped
from tests.ui.training_stage import PATIENCE_MS, begin, end, tell

project = stage.project
make_tab = stage.make_tab


def test_an_earlier_run_shows_its_curves_and_details(qtbot, desk, project, make_tab):
    keep_run(project, "quick", epochs=2)
    keep_run(project, "best", epochs=3)
    tab = make_tab()

    tab.runs.list.choose("001-quick")
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)

    plot = tab.middle.plots.row.cards[0].plot
    assert len(plot.curves["/train"].points) == 20
    assert len(plot.curves["/validation"].points) == 2
    assert tab.middle.progress.quiet.text().startswith("2 of 4 epochs")
    assert tab.runs.details.title.text() == "001 quick"


def test_two_runs_are_compared_in_one_plot(qtbot, desk, project, make_tab):
    keep_run(project, "quick", epochs=2)
    keep_run(project, "best", epochs=3)
    tab = make_tab()

    tab.runs.list.choose("001-quick", is_added=True)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)

    curves = tab.middle.plots.row.cards[0].plot.curves
    assert len(curves["/train"].points) == 30
    assert len(curves["001 quick/train"].points) == 20
    assert curves["001 quick/train"].group == "001 quick"


def test_a_run_that_was_watched_is_read_anew_once_another_began(qtbot, desk, project, make_tab):
    tab = make_tab()
    first = begin(desk, tab, project, steps=20)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
    for line in log_lines(2):
        first.metrics.append(line)
    end(desk, first)
    second = begin(desk, tab, project, steps=10)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)

    tab.runs.list.choose(first.path.name, is_added=True)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)

    curves = tab.middle.plots.row.cards[0].plot.curves
    assert len(curves["/train"].points) == 10
    assert len(curves["001 quick/train"].points) == 20
    end(desk, second)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_a_run_that_was_watched_can_stand_behind_an_older_one(qtbot, desk, project, make_tab):
    older = keep_run(project, "best", epochs=3).path.name
    tab = make_tab()
    folder = begin(desk, tab, project, steps=10)
    end(desk, folder)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)

    tab.runs.list.choose(older)
    tab.runs.list.choose(folder.path.name, is_added=True)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)

    curves = tab.middle.plots.row.cards[0].plot.curves
    assert len(curves["/train"].points) == 30
    assert len(curves["002 quick/train"].points) == 10


def test_the_row_of_a_paused_run_says_so(qtbot, desk, project, make_tab):
    tab = make_tab()
    folder = begin(desk, tab, project)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)

    desk.store.update(phase="paused")

    assert tab.runs.info(folder.path.name).status == "paused"
    desk.store.update(phase="running")
    assert tab.runs.info(folder.path.name).status == "running"
    end(desk, folder)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_a_run_that_ends_out_of_sight_shows_its_best_epoch_later(qtbot, desk, project, make_tab):
    tab = make_tab()
    folder = begin(desk, tab, project, steps=10)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
    tab.front.refresh()
    tab.hide()
    for step in range(11, 21):
        tell(desk, stepped(step))
    tell(desk, epoch_ended(2))
    end(desk, folder)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)

    tab.show()

    assert tab.middle.plots.row.cards[0].plot.best_epoch == 2


def test_a_renamed_run_keeps_its_curves_on_the_screen(qtbot, desk, project, make_tab):
    name = keep_run(project, "quick", epochs=2).path.name
    tab = make_tab()

    tab.runs.list.renamed.emit((name, "First try"))
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)

    assert tab.middle.progress.loud.text() == "Finished"
    assert len(tab.middle.plots.row.cards[0].plot.curves["/train"].points) == 20


def test_compared_runs_carry_the_titles_that_people_gave_them(qtbot, desk, project, make_tab):
    first = keep_run(project, "quick", epochs=1).path.name
    second = keep_run(project, "quick", epochs=2).path.name
    keep_run(project, "best", epochs=3)
    for name in (first, second):
        project.runs.rename(name, "Try")
    tab = make_tab()

    for name in (first, second):
        tab.runs.list.choose(name, is_added=True)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)

    curves = tab.middle.plots.row.cards[0].plot.curves
    assert len(curves["Try/train"].points) == 10
    assert len(curves["Try, 002 quick/train"].points) == 20
