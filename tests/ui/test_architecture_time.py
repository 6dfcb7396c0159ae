"""Time and memory in the architecture tab, and the window that fits a run to the machine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.engine.forecast.fit import Fit, FitStep
from deepdesk.engine.forecast.forecast import Forecast
from deepdesk.engine.forecast.memory import Memory
from deepdesk.engine.forecast.record import Outcome
from deepdesk.engine.settings import TrainingConfig
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.architecture import fit_window, stopwatch
from deepdesk.ui.tabs.architecture.fit_window import FitDialog, open_fit
from deepdesk.ui.tabs.architecture.foretelling import with_forecast
from deepdesk.ui.tabs.architecture.stopwatch import Stopwatch
from deepdesk.ui.tabs.architecture.totals import Totals
from deepdesk.ui.tabs.architecture.words import overlay_share, overlay_text
from tests.ui.architecture_drawings import GB, drawing, survey

MEMORY = Memory(base_bytes=GB, weights_bytes=GB, activation_bytes=GB, batch_bytes=GB)


def said(seconds=41.0, peak=4 * GB, **changes):
    """Return a forecast."""
    made = Forecast(
        seconds_per_step=seconds / 100,
        seconds_per_epoch=seconds,
        peak_bytes=peak,
        node_seconds={"stem": 0.1, "stage_1": 0.3},
        memory=MEMORY,
        precision="bfloat16",
        threads=2,
    )
    return replace(made, **changes)


def outcome(predicted=41.0, measured=44.0):
    """Return how a forecast came out."""
    return Outcome(
        run="001-quick",
        predicted_s=predicted,
        measured_s=measured,
        predicted_bytes=GB,
        measured_bytes=GB,
    )


def found_fit(*steps, before=30 * GB, after=12 * GB, is_within=False):
    """Return what was found for a machine of 24 GB."""
    return Fit(
        machine_bytes=24 * GB,
        usable_bytes=19 * GB,
        now=said(peak=before),
        then=said(50.0, peak=after),
        steps=steps,
        is_within=is_within,
    )


PARTS = FitStep(
    title="Batch of 128 in 4 parts of 32",
    why="The gradients add up to those of the whole batch.",
    training={"accumulation": 4},
    before_bytes=30 * GB,
    after_bytes=12 * GB,
    time_factor=1.25,
)


@pytest.fixture
def totals(qtbot):
    totals = Totals("picture")
    qtbot.addWidget(totals)
    return totals


def test_the_time_of_an_epoch_is_about_until_the_blocks_were_tried(totals):
    made = with_forecast(drawing(), said())
    totals.show_drawing(made)
    assert totals.time.value.text().startswith("about 41")

    totals.show_drawing(with_forecast(drawing(), said(is_rough=False)))
    assert not totals.time.value.text().startswith("about")
    assert "bfloat16 on 2 threads" in totals.time.toolTip()


def test_predicted_against_measured_is_told_after_a_run(totals):
    totals.show_drawing(replace(with_forecast(drawing(), said()), outcome=outcome()))

    words = totals.time.toolTip()
    assert words.startswith("Predicted 41")
    assert "the last run took 44" in words
    assert "last 7% off" in totals.time.name.text()


def test_without_a_forecast_nothing_is_made_up(totals):
    totals.show_drawing(drawing())

    assert totals.time.value.text() == "\N{EN DASH}"


def test_the_peak_memory_of_the_forecast_fills_the_bar(totals):
    totals.show_drawing(with_forecast(drawing(), said(peak=12 * GB)))

    assert totals.memory.bar.share == pytest.approx(0.5)
    assert totals.memory.name.text() == "Peak memory at batch 128"


def test_cards_tell_the_time_of_their_block_and_its_share():
    made = with_forecast(drawing(), said())
    card = made.card("stage_1")

    assert overlay_text(card, "time").startswith("300")
    assert overlay_share(card, "time", made.total) == pytest.approx(0.75)
    assert overlay_text(made.card("pool"), "time") == ""


class PaperChoices(QObject):
    """Tells what a person did."""

    edited = Signal(object)


class Tab(QWidget):
    """What the window needs of the tab."""

    def __init__(self, desk, shown):
        super().__init__()
        self.desk = desk
        self.network = QObject(self)
        self.network.drawing = shown
        self.network.choices = PaperChoices()
        self.network.refreshed = 0
        self.network.refresh = self._refresh

    def _refresh(self):
        self.network.refreshed += 1


@pytest.fixture
def tab(qtbot, desk, make_project):
    desk.show_project(Project.open(make_project()))
    tab = Tab(desk, drawing(given=survey(training=TrainingConfig(), samples=100)))
    qtbot.addWidget(tab)
    tab.show()
    return tab


@pytest.fixture
def open_with(qtbot, monkeypatch, tab):
    """Return a function that opens the window, the search answering with `found`."""

    def open_it(found):
        def search(_drawing, _desk, _machine_bytes):
            def work(emit, _stop):
                if isinstance(found, DeepDeskError):
                    raise found
                emit(Result(value=found))

            return work

        monkeypatch.setattr(fit_window, "_searching_work", search)
        dialog = open_fit(tab)
        assert isinstance(dialog, FitDialog)
        qtbot.waitUntil(lambda: not tab.desk.jobs)
        return dialog

    return open_it


def press(button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_steps_are_listed_and_apply_keeps_them_and_undo_takes_them_back(qtbot, tab, open_with):
    dialog = open_with(found_fit(PARTS))
    words = {dialog.rows.itemAt(n).widget().text() for n in range(dialog.rows.count())}
    assert PARTS.title in words
    assert PARTS.why in words
    assert any("1.25" in text for text in words)
    assert dialog.bar.share == pytest.approx(0.5)

    with qtbot.waitSignal(tab.network.choices.edited) as told:
        press(dialog.primary)
    assert told.args == ["Fitted the run to this machine"], "said with the drawing that follows"
    project = tab.desk.project
    qtbot.waitUntil(lambda: project.file.training_settings.get("accumulation") == 4)
    tab.desk.undo.undo()
    qtbot.waitUntil(lambda: "accumulation" not in project.file.training_settings)
    qtbot.waitUntil(lambda: tab.network.refreshed == 2)


def test_what_fits_already_is_said_and_needs_no_button(open_with):
    dialog = open_with(found_fit(before=GB, after=GB, is_within=True))

    assert dialog.verdict.text().startswith("It fits as it is")
    assert not dialog.primary.isVisible()
    assert dialog.other.text() == "Close"


def test_what_is_too_large_for_every_step_is_said(open_with):
    dialog = open_with(found_fit(PARTS, after=23 * GB))

    assert "not small enough" in dialog.verdict.text()


def test_a_search_that_cannot_work_says_why(open_with):
    dialog = open_with(DeepDeskError("This network cannot be trained yet.", "Add a head."))

    assert dialog.verdict.text() == "This network cannot be trained yet. Add a head."
    assert not dialog.primary.isEnabled()


def test_escape_changes_nothing(tab, open_with):
    dialog = open_with(found_fit(PARTS))

    QTest.keyClick(dialog, Qt.Key.Key_Escape)

    assert "accumulation" not in tab.desk.project.file.training_settings
    assert not tab.desk.undo.canUndo()


def test_without_a_network_the_window_stays_closed(tab):
    tab.network.drawing = None

    assert open_fit(tab) is None


class Drawings(QObject):
    """Tells of drawings, as the network does."""

    sketched = Signal(object)
    drawn = Signal(object)

    def __init__(self, shown):
        super().__init__()
        self.drawing = shown


class Shown(QWidget):
    """Shows drawings, as the middle does."""

    def __init__(self):
        super().__init__()
        self.last = None

    def show_drawing(self, shown):
        self.last = shown


@pytest.fixture
def measured(qtbot, monkeypatch, desk, make_project):
    """Return (stopwatch, network, middle); measuring gives a forecast of 41 s at once."""
    desk.show_project(Project.open(make_project()))

    def measuring(shown, _desk):
        return lambda emit, _stop: emit(Result(value=with_forecast(shown, said())))

    monkeypatch.setattr(stopwatch, "_measuring_work", measuring)
    monkeypatch.setattr(stopwatch, "CALM_MS", 0)
    middle = Shown()
    qtbot.addWidget(middle)
    middle.show()
    network = Drawings(drawing())
    return Stopwatch(desk, network, middle), network, middle


def test_once_edits_have_calmed_down_the_network_is_measured_and_shown(qtbot, measured):
    _watch, network, middle = measured

    network.drawn.emit(network.drawing)

    qtbot.waitUntil(lambda: middle.last is not None)
    assert middle.last.forecast.seconds_per_epoch == 41.0
    assert network.drawing is middle.last


def test_nothing_is_measured_while_a_run_trains(qtbot, desk, measured):
    watch, _network, middle = measured
    desk.store.update(phase="running")

    watch.measure()

    assert not desk.jobs
    assert middle.last is None


def test_times_of_a_network_that_is_gone_are_not_shown(qtbot, desk, measured):
    watch, network, middle = measured
    watch.measure()
    network.drawing = drawing(given=survey(batch_size=7))
    qtbot.waitUntil(lambda: not desk.jobs)

    assert middle.last is None


def test_the_training_tab_shows_settings_that_were_fitted(qtbot, tab, open_with):
    from deepdesk.ui.tabs.training.setup_panel import SetupPanel

    panel = SetupPanel(tab.desk.spec, tab.desk.project.file)
    qtbot.addWidget(panel)
    press(open_with(found_fit(PARTS)).primary)
    qtbot.waitUntil(lambda: tab.network.refreshed == 1)

    panel.take_settings(tab.desk.project.file)

    assert panel.training.value().accumulation == 4
    assert panel.changed_settings()["training_settings"] == {"accumulation": 4}
