"""The learning-rate finder on the Training tab."""

from __future__ import annotations

import threading

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Progress, Result
from deepdesk.engine.rate_finder import RateCurve
from deepdesk.ui.plots.rate_plot import RatePlot
from deepdesk.ui.tabs.training import rate_finding
from deepdesk.ui.tabs.training.rate_finding import RateFinding
from tests.ui import training_stage as stage
from tests.ui.training_stage import PATIENCE_MS

project = stage.project
make_tab = stage.make_tab
WHOLE = (1e-4, 10.0)


def curve(count=100, **facts):
    rates = tuple(np.geomspace(*WHOLE, 100)[:count].tolist())
    losses = tuple(2.3 - 1e-3 * place for place in range(count))
    return RateCurve(rates=rates, losses=losses, whole=WHOLE, **facts)


class Bench:
    """Stands for the finder: tells what a test says, and ends when it is let go or stopped."""

    def __init__(self, *events, error=None):
        self.events, self.error = events, error
        self.go, self.was_stopped = threading.Event(), threading.Event()

    def work(self, emit, stop):
        for event in self.events:
            emit(event)
        while not self.go.wait(0.005):
            if stop.is_stopping:
                self.was_stopped.set()
                stop.check()
        if self.error is not None:
            raise self.error


@pytest.fixture
def open_finder(qtbot, make_tab, monkeypatch):
    """Return a function that clicks the link and gives (tab, feature, dialog)."""

    def opened(bench):
        asked = []

        def finding(_project, _spec, request):
            asked.append(request)
            return bench.work

        monkeypatch.setattr(rate_finding, "finding_of", finding)
        tab = make_tab()
        feature = tab.findChild(RateFinding)
        tab.setup.training.fold.set_open(True)
        qtbot.keyClick(feature.link, Qt.Key.Key_Space)
        assert asked[0].dial == tab.setup.dial.value()
        return tab, feature, feature.dialog

    return opened


def end_in_peace(qtbot, desk, bench):
    bench.go.set()
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_the_suggestion_is_drawn_and_used_and_taken_back(qtbot, desk, open_finder):
    bench = Bench(Result(value=curve(40)), Result(value=curve(suggestion=0.12, is_done=True)))
    bench.go.set()
    tab, _feature, dialog = open_finder(bench)
    row = tab.setup.training.row("learning_rate")
    before = row.value()
    qtbot.waitUntil(dialog.primary.isEnabled, timeout=PATIENCE_MS)

    assert dialog.plot.rate == 0.12
    assert dialog.rate.text() == "Learning rate 0.12"
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)

    assert row.value() == 0.12
    assert not row.badge.isHidden()
    desk.undo.undo()
    assert row.value() == before
    desk.undo.redo()
    assert row.value() == 0.12


def test_until_there_is_a_suggestion_it_cannot_be_used(qtbot, desk, open_finder):
    bench = Bench(
        Progress(what="Trying learning rates", done=40, total=100), Result(value=curve(40))
    )
    _tab, _feature, dialog = open_finder(bench)
    qtbot.waitUntil(lambda: dialog.bar.share == 0.4, timeout=PATIENCE_MS)

    assert not dialog.primary.isEnabled()
    assert not dialog.plot.has_line
    assert dialog.words.text() == "Trying learning rates"
    end_in_peace(qtbot, desk, bench)


def test_closing_stops_the_work_and_changes_nothing(qtbot, desk, open_finder):
    bench = Bench(Result(value=curve(40)))
    tab, _feature, dialog = open_finder(bench)

    qtbot.mouseClick(dialog.other, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(bench.was_stopped.is_set, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
    assert tab.setup.training.changed_keys() == ()
    assert desk.undo.count() == 0


def test_what_went_wrong_is_said_in_the_dialog(qtbot, desk, open_finder):
    bench = Bench(error=DeepDeskError("The loss is no number.", "Look at the data."))
    bench.go.set()
    _tab, _feature, dialog = open_finder(bench)

    qtbot.waitUntil(lambda: "no number" in dialog.words.text(), timeout=PATIENCE_MS)

    assert "Look at the data." in dialog.words.text()
    assert not dialog.primary.isEnabled()


def test_a_doubt_about_the_suggestion_is_said(qtbot, open_finder):
    doubt = "No rate lowered the loss much, so the suggestion says little."
    bench = Bench(Result(value=curve(suggestion=0.1, is_done=True, note=doubt)))
    bench.go.set()
    _tab, _feature, dialog = open_finder(bench)

    qtbot.waitUntil(lambda: dialog.words.text() == doubt, timeout=PATIENCE_MS)

    assert dialog.words.property("tone") == "warn"


def test_the_link_is_off_while_a_run_is_under_way(desk, make_tab):
    tab = make_tab()
    feature = tab.findChild(RateFinding)

    assert feature.link.isEnabled()
    desk.store.update(phase="running")
    assert not feature.link.isEnabled()
    desk.store.update(phase="idle")
    assert feature.link.isEnabled()


def test_the_link_is_off_without_data(desk, project, make_tab):
    with project.index() as index:
        index.remove(index.ids())
    tab = make_tab()
    feature = tab.findChild(RateFinding)

    assert not feature.link.isEnabled()


@pytest.fixture
def plot(qtbot):
    made = RatePlot()
    qtbot.addWidget(made)
    made.resize(640, 320)
    made.show()
    whole = curve()
    made.show_curve(whole.rates, whole.losses, whole.whole)
    made.set_rate(0.1)
    return made


def test_the_line_stands_where_the_rate_is(plot):
    (left, right), _y = plot.getViewBox().viewRange()

    assert (left, right) == pytest.approx((-4.0, 1.0))
    assert plot.rate == 0.1


def test_arrow_keys_move_the_line_by_a_twentieth_of_a_magnitude(qtbot, plot):
    moved = []
    plot.moved.connect(moved.append)

    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Right)

    assert moved == pytest.approx([10**-0.95, 10**-0.9], rel=0.05)


def test_the_line_stays_within_what_was_tried(qtbot, plot):
    plot.set_rate(9.9)
    for _press in range(5):
        qtbot.keyClick(plot, Qt.Key.Key_Right)

    assert plot.rate == 10.0


def drag(plot, kind, at, buttons):
    """Send what the mouse sends; a test's own moves hold no button."""
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    keys = Qt.KeyboardModifier.NoModifier
    port = plot.viewport()
    there = QPointF(at)
    event = QMouseEvent(kind, there, QPointF(port.mapToGlobal(at)), button, buttons, keys)
    QCoreApplication.sendEvent(port, event)


def test_the_line_is_dragged_with_the_mouse(plot, monkeypatch):
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", -1)
    box, left = plot.getViewBox(), Qt.MouseButton.LeftButton
    start, end = (plot.mapFromScene(box.mapViewToScene(QPointF(x, 2.25))) for x in (-1.0, -2.0))
    moved = []
    plot.moved.connect(moved.append)

    drag(plot, QEvent.Type.MouseMove, start, Qt.MouseButton.NoButton)
    drag(plot, QEvent.Type.MouseButtonPress, start, left)
    for share in (0.3, 0.6, 1.0):
        drag(plot, QEvent.Type.MouseMove, start + (end - start) * share, left)
    drag(plot, QEvent.Type.MouseButtonRelease, end, Qt.MouseButton.NoButton)

    assert plot.rate == pytest.approx(0.01, rel=0.1)
    assert moved[-1] == plot.rate


def test_a_loss_that_runs_away_does_not_flatten_the_curve(plot):
    rates = tuple(np.geomspace(*WHOLE, 100).tolist())
    plot.show_curve(rates, (*[2.3] * 50, *[1.3] * 49, 5e6), WHOLE)

    _x, (low, high) = plot.getViewBox().viewRange()
    assert low <= 1.3
    assert high < 10
