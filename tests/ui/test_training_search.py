"""Searching from the window: asked on a page, watched in a table and across axes, taken over."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from deepdesk.core.events import Result
from deepdesk.core.settings import to_json
from deepdesk.engine.search.space import offers
from deepdesk.engine.settings import TrainingConfig
from deepdesk.project.searches import Dimension, mark_pruned
from deepdesk.tasks.image_classification import Config
from deepdesk.ui.tabs.training import search_control
from deepdesk.ui.tabs.training.ahead import Ahead
from deepdesk.ui.tabs.training.parallel_plot import Line, ParallelPlot
from deepdesk.ui.tabs.training.parallel_scale import Axis
from tests.ui import training_stage as stage
from tests.ui.training_stage import PATIENCE_MS

project = stage.project
make_tab = stage.make_tab
RATE = Dimension(
    where="training",
    key="learning_rate",
    kind="float",
    label="Learning rate",
    low=0.01,
    high=1.0,
    is_log=True,
)
BATCH = Dimension(
    where="training", key="batch_size", kind="choice", label="Batch size", choices=(32, 64)
)
REACHED = (0.5, 0.9, 0.7)


@pytest.fixture
def offered(monkeypatch):
    """List what can be varied without loading torch."""
    found = tuple(offers(TrainingConfig(), Config(), networks=("Tiny", "Residual, small")))

    def work(*_given):
        return lambda emit, _stop: emit(Result(value=found))

    monkeypatch.setattr(search_control, "offers_work", work)


@pytest.fixture
def begun(monkeypatch, offered):
    """Return what searches were asked for; none is worked on."""
    asked = []

    def searching_of(_project, _spec, wanted):
        asked.append(wanted)
        return lambda emit, stop: None

    monkeypatch.setattr(search_control, "searching_of", searching_of)
    return asked


@pytest.fixture
def kept(project):
    """Return a search with three trials at their ends and one that was let go."""
    training = {"epochs": 4}
    base = {
        "dial": "quick",
        "training": training,
        "task": {},
        "architecture": "Tiny",
        "graph": None,
        "continue_from": "",
        "is_fresh": True,
    }
    search = project.searches.new(
        base=base,
        space=(RATE, BATCH),
        method="random",
        trials=6,
        seconds=0.0,
        seed=1,
        metric="accuracy",
        is_higher_better=True,
    )
    for number, reached in enumerate((*REACHED, 0.1)):
        params = {"learning_rate": 0.02 * 3**number, "batch_size": (32, 64)[number % 2]}
        config = {
            "search": {"id": search.id, "number": number, "params": params},
            "dial": "quick",
            "training": to_json(TrainingConfig(**training, **params)),
            "config": to_json(Config()),
            "architecture": "Tiny",
        }
        run = project.runs.new("quick", config)
        status = "finished" if number < 3 else "stopped"
        run.update(
            status=status, metrics={"accuracy": reached}, main_metric="accuracy", epochs_done=4
        )
        if number == 3:
            mark_pruned(run, 1)
    return search


def search_of(tab):
    return next(part for part in tab.children() if isinstance(part, Ahead)).search


def opened(qtbot, desk, tab):
    search_of(tab).link.click()
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
    return search_of(tab).page


def test_a_search_is_asked_for_with_ranges_around_what_is_set(qtbot, desk, make_tab, begun):
    tab = make_tab()
    page = opened(qtbot, desk, tab)
    assert page.isVisible()
    low, high = page.form.rows["learning_rate"].ends
    assert (low.text(), high.text()) == ("0.02", "2")

    page.form.vary("optimizer")
    page.form.rows["optimizer"].marks[1].click()
    page.form.trials.setText("7")
    page.form.method.setCurrentIndex(2)
    page.form.start.click()
    qtbot.waitUntil(lambda: bool(begun) and not desk.jobs, timeout=PATIENCE_MS)

    (asked,) = begun
    assert [one.name for one in asked.space] == ["learning_rate", "optimizer"]
    assert asked.space[1].choices == ("sgd",)
    assert (asked.method, asked.trials) == ("halving", 7)
    assert asked.base.dial == tab.setup.dial.value()


def test_a_range_that_cannot_be_is_said_beside_it_and_start_waits(qtbot, desk, make_tab, begun):
    page = opened(qtbot, desk, make_tab())
    row = page.form.rows["learning_rate"]

    row.ends[0].selectAll()
    QTest.keyClicks(row.ends[0], "5")
    assert "smaller first" in row.wrong.text()
    assert not page.form.start.isEnabled()

    row.ends[0].selectAll()
    QTest.keyClicks(row.ends[0], "0.1")
    assert not row.wrong.isVisible()
    assert page.form.start.isEnabled()
    row.remove.click()
    assert "Nothing is varied" in page.form.wrong.text()


def test_an_unfinished_search_shows_its_trials_the_best_first(qtbot, desk, make_tab, begun, kept):
    page = opened(qtbot, desk, make_tab())

    assert not page.is_asking
    assert page.table.numbers == [1, 2, 0, 3]
    texts = [page.table.item(0, column).text() for column in range(page.table.columnCount())]
    assert texts[0] == "2"
    assert "best" in texts
    assert page.table.item(3, 4).text() == "let go early"
    assert page.plot.best == 1
    assert page.go_on.isVisible()

    page.go_on.click()
    qtbot.waitUntil(lambda: bool(begun) and not desk.jobs, timeout=PATIENCE_MS)
    assert begun == [kept.id]


def test_the_settings_of_the_best_go_into_the_form_and_back(qtbot, desk, make_tab, begun, kept):
    tab = make_tab()
    page = opened(qtbot, desk, tab)
    before = tab.setup.request()

    page.use.click()
    qtbot.waitUntil(lambda: desk.undo.canUndo() and not desk.jobs, timeout=PATIENCE_MS)

    training = tab.setup.request().training
    assert training["learning_rate"] == pytest.approx(0.06)
    assert (training["batch_size"], training["epochs"]) == (64, 4)
    assert tab.setup.dial.value() == "quick"
    desk.undo.undo()
    assert tab.setup.request() == before
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_the_trial_that_is_chosen_is_the_same_in_table_and_plot(qtbot, desk, make_tab, begun, kept):
    page = opened(qtbot, desk, make_tab())

    page.table.setFocus()
    page.table.choose(1)
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    assert page.plot.chosen == 2
    assert page.use.text() == "Use trial 3"

    QTest.keyClick(page.plot, Qt.Key.Key_Right)
    assert page.table.number() == page.plot.chosen != 2


AXES = (
    Axis(name="rate", label="Rate", low=0.01, high=1.0, is_log=True),
    Axis(name="way", label="Way", choices=("plain", "odd")),
    Axis(name="reached", label="Accuracy", low=0.0, high=1.0),
)


@pytest.fixture
def plot(qtbot):
    plot = ParallelPlot()
    plot.resize(600, 240)
    qtbot.addWidget(plot)
    lines = [
        Line(
            number=n,
            title=f"Trial {n + 1}",
            values={"rate": 0.01 * 10**n, "way": ("plain", "odd")[n % 2], "reached": n / 2},
            strength=n / 2,
        )
        for n in range(3)
    ]
    plot.show_trials(AXES, lines, 2)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def at(plot, place, share):
    """Return the pixel of a share of an axis."""
    area = plot._plot()
    return QPoint(round(plot.axis_x(place)), round(area.bottom() - share * area.height()))


def test_values_lie_on_their_axis_by_size_magnitude_or_place():
    rate, way, reached = AXES

    assert [rate.share(value) for value in (0.01, 0.1, 1.0)] == pytest.approx([0, 0.5, 1])
    assert [way.share(value) for value in ("plain", "odd")] == [0, 1]
    assert reached.share(0.25) == 0.25
    assert math.isnan(way.share("none such"))
    assert math.isnan(rate.share(0.0))
    assert [words for _share, words in rate.ticks()] == ["0.01", "0.1", "1"]


def test_dragging_along_an_axis_keeps_the_trials_there_and_a_click_all(plot):
    kept = []
    plot.kept.connect(kept.append)

    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=at(plot, 0, 0.4))
    QTest.mouseMove(plot, at(plot, 0, 0.8))
    QTest.mouseMove(plot, at(plot, 0, 1.0))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=at(plot, 0, 1.0))
    assert kept[-1] == {1, 2}

    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=at(plot, 1, 0.5))
    QTest.mouseMove(plot, at(plot, 1, 1.0))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=at(plot, 1, 1.0))
    assert kept[-1] == {1}

    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=at(plot, 1, 0.2))
    assert kept[-1] == {1, 2}
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert kept[-1] == {0, 1, 2}


def test_the_pointer_finds_the_line_below_it(plot):
    one, other = plot._points(plot.lines[0])[:2]
    told = []
    plot.pointed.connect(told.append)
    middle = (one + other) / 2

    QTest.mouseMove(plot, QPointF(middle).toPoint())

    assert "Trial 1" in plot.hover.words
    assert plot.hover.isVisible()
    assert plot.line_at(middle) == 0
    assert told[-1] == 0
    assert plot.line_at(QPointF(middle.x(), -40)) == -1


def test_arrow_keys_walk_through_the_kept_trials(plot):
    picked = []
    plot.picked.connect(lambda number: (picked.append(number), plot.show_chosen(number)))
    plot.set_range("rate", 0.4, 1.0)

    for _press in range(3):
        QTest.keyClick(plot, Qt.Key.Key_Right)

    assert picked == [1, 2, 1]
    assert "3 trials" in plot.accessibleName()
