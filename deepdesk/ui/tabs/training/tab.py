"""The tab itself: three columns, and who tells whom."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.core.events import Choices, Ended, EpochEnded, Progress, Result
from deepdesk.ui.desk import Desk
from deepdesk.ui.session import Session
from deepdesk.ui.tabs.training.cell_dialog import CellDialog
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.middle import MiddlePanel
from deepdesk.ui.tabs.training.run_words import forecast
from deepdesk.ui.tabs.training.runs_panel import RunsPanel
from deepdesk.ui.tabs.training.setup_control import SetupControl
from deepdesk.ui.tabs.training.setup_panel import SetupPanel
from deepdesk.ui.tabs.training.viewer import Viewer
from deepdesk.ui.tabs.training.watch import RunWatch
from deepdesk.ui.tabs.training.works import Readiness, cell_work, pictures_work
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.states import EmptyState

if TYPE_CHECKING:
    from deepdesk.project.runs import RunInfo

_REFRESH_MS = 200
_PICTURE_PX = 160
_LOOK_AT = ("failed", "interrupted")


class TrainingTab(QWidget):
    """Choose at the left, watch in the middle, look back at the right.

    Attributes:
        state: "empty", "working", "ready" or "look", for the dot in the header.

    Signals:
        state_changed: The new state.
    """

    state_changed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.state = "empty"
        noun = desk.spec.reader().noun
        self.watch = RunWatch(desk, self)
        self.viewer = Viewer(desk, self)
        self.setup = SetupPanel(desk.spec, desk.project.file)
        self.control = SetupControl(desk, self.setup, self.viewer, self)
        self.middle = MiddlePanel(desk, noun)
        self.runs = RunsPanel(desk)
        self.empty = EmptyState(
            f"Training needs {noun[1]} to learn from.", "Go to Dataset", icon="dataset"
        )
        self._pages = QStackedWidget()
        self._timer = QTimer(self, interval=_REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        self._lay_out()
        self._connect()
        self.control.count()
        self.viewer.list_runs()
        self._follow(desk.store.session)

    def train(self) -> None:
        """Do what the primary button says: start, pause or resume."""
        training = self._desk.training
        acts = {"idle": self._start, "running": training.pause, "paused": training.resume}
        act = acts.get(self._phase)
        if act is not None and self.setup.button.isEnabled():
            act()

    def drop(self, paths: list[Path]) -> None:
        """Hand dropped files to the data."""
        self._desk.store.update(tab="dataset")
        self._desk.files_dropped.emit(paths)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setup.take_networks(self._desk.project.file)
        self._set_timer()
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    @property
    def _phase(self) -> str:
        return self._desk.store.session.phase

    def _start(self) -> None:
        try:
            request = self.setup.request()
        except ConfigError as error:
            self.setup.show_error(error)
            return
        self.control.save_now()
        if self._desk.training.train(request):
            self._show_nothing()

    def _resume(self, run: str) -> None:
        if self._desk.training.continue_run(run):
            self.viewer.forget(run)
            self._show_nothing()

    def _show_nothing(self) -> None:
        self.viewer.run = ""
        self.runs.show_chosen("", {})
        self.middle.show_history(RunHistory(), {})
        self.middle.show_preparing(Progress(what="Preparing"))

    def _follow(self, session: Session) -> None:
        """Let buttons and drawing follow the phase of the training."""
        if session.project is None:
            return
        is_idle = session.phase == "idle"
        self.setup.show_phase(session.phase, self.control.blocked())
        self.runs.set_idle(is_idle)
        self.middle.plots.set_live(session.phase == "running")
        self._set_timer()
        self._refresh()
        self._set_state()

    def _set_timer(self) -> None:
        if self._phase == "idle" or not self.isVisible():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _begin(self, run: str) -> None:
        """Bring a run that begins to the front."""
        self.viewer.live = run
        self.viewer.forget(run)
        self.viewer.run = run
        self.viewer.list_runs()
        if self.watch.history.step:
            self.viewer.choose(run)
        self.runs.show_chosen(run, {})
        self.middle.show_history(self.watch.history, self.viewer.histories_behind())

    def _told(self, event: Any) -> None:
        if isinstance(event, Choices):
            self.setup.choices.show_choices(event)
        elif isinstance(event, EpochEnded):
            self._epoch_ended(event)
        elif isinstance(event, Ended) and event.error is not None:
            self.setup.show_error(event.error)

    def _epoch_ended(self, event: EpochEnded) -> None:
        info = self.runs.info(self.watch.history.run)
        if info is not None:
            best = event.validation if event.is_best else info.metrics
            self.runs.update_run(
                dataclasses.replace(
                    info, epochs_done=event.epoch, step=event.step, metrics=dict(best)
                )
            )
        if self._is_live:
            self.middle.show_epoch(self.watch.history)

    @property
    def _is_live(self) -> bool:
        """Whether the run in front is the one that this window watches."""
        return bool(self.watch.history.run) and self.viewer.run == self.watch.history.run

    def _refresh(self) -> None:
        """Show how far things are; a few times a second while a run is under way."""
        if self._phase != "idle" and not self.viewer.run and self.watch.progress is not None:
            self.middle.show_preparing(self.watch.progress)
        elif self._phase != "idle" and self._is_live:
            self.middle.show_phase(self.watch.history, self._phase)
            self.middle.plots.refresh()
        elif self.viewer.run:
            self._show_over()
        self._forecast()
