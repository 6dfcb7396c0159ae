"""The tab itself: three columns, and who tells whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.core.events import Ended, Result
from deepdesk.ui.desk import Desk
from deepdesk.ui.session import Session
from deepdesk.ui.tabs.training.cell_dialog import CellDialog
from deepdesk.ui.tabs.training.errs_card import ErrsCard
from deepdesk.ui.tabs.training.features import FEATURES
from deepdesk.ui.tabs.training.front import Front
from deepdesk.ui.tabs.training.middle import MiddlePanel
from deepdesk.ui.tabs.training.runs_panel import RunsPanel
from deepdesk.ui.tabs.training.setup_control import SetupControl
from deepdesk.ui.tabs.training.setup_panel import SetupPanel
from deepdesk.ui.tabs.training.viewer import Viewer
from deepdesk.ui.tabs.training.watch import RunWatch
from deepdesk.ui.tabs.training.works import Readiness, cell_work, pictures_work
from deepdesk.ui.theme import metrics
from deepdesk.ui.truth_words import written_truth
from deepdesk.ui.widgets.states import EmptyState

_REFRESH_MS = 250
_PICTURE_PX = 160
_LOOK_AT = ("failed", "interrupted")


class TrainingTab(QWidget):
    """Choose at the left, watch in the middle, look back at the right.

    Attributes:
        state: "empty", "working", "ready" or "look", for the dot in the header.

    Signals:
        state_changed: The new state.
        shown: None, when the tab comes to be looked at.
    """

    state_changed = Signal(object)
    shown = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = self._desk = desk
        self.state = "empty"
        noun = desk.spec.reader().noun
        self.watch = RunWatch(desk, self)
        self.viewer = Viewer(desk, self)
        self.setup = SetupPanel(desk.spec, desk.project.file)
        self.control = SetupControl(desk, self.setup, self.viewer, self)
        self.middle = MiddlePanel(desk, noun)
        self.runs = RunsPanel(desk)
        panels = (self.setup, self.middle, self.runs)
        self.front = Front(desk, self.watch, self.viewer, panels)
        text = written_truth(desk.spec)
        what = f"{noun[1]} with a {text.one}" if text is not None else noun[1]
        words = f"Training needs {what} to learn from."
        self.empty = EmptyState(words, "Go to Dataset", icon="dataset")
        self._empty_page = _framed(self.empty)
        self._pages = QStackedWidget()
        self._timer = QTimer(self, interval=_REFRESH_MS)
        self._lay_out()
        self._connect()
        self.control.count()
        self.viewer.list_runs()
        self._follow(desk.store.session)
        for make in FEATURES:
            make(self)

    def show_page(self, page: QWidget) -> None:
        """Put a page in the place of the middle column; `show_run_page` takes it away again."""
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    def show_run_page(self) -> None:
        """Show the curves again."""
        self._pages.setCurrentWidget(self.middle)

    def train(self) -> None:
        """Do what the primary button says: start, pause or resume."""
        training = self._desk.training
        acts = {"idle": self._start, "running": training.pause, "paused": training.resume}
        act = acts.get(self._desk.store.session.phase)
        if act is not None and self.setup.button.isEnabled():
            act()

    def drop(self, paths: list[Path]) -> None:
        """Hand dropped files to the data."""
        self._desk.data_dropped.emit(paths)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._desk.store.session.project is not None:
            self.setup.take_networks(self._desk.project.file)
            self.setup.take_settings(self._desk.project.file)
            self._follow(self._desk.store.session)
            self.shown.emit(None)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _start(self) -> None:
        try:
            request = self.setup.request()
        except ConfigError as error:
            self.setup.show_error(error)
            return
        self.control.save_now()
        if self._desk.training.train(request):
            self.front.clear()

    def _resume(self, run: str) -> None:
        if self._desk.training.continue_run(run):
            self.front.clear()

    def _resume_shown(self, _checked: bool = False) -> None:
        self._resume(self.viewer.run)

    def _follow(self, session: Session) -> None:
        """Let buttons and drawing follow the phase of the training."""
        if session.project is None:
            self._timer.stop()
            return
        self.setup.show_phase(session.phase, self.control.blocked())
        self.runs.set_idle(session.phase == "idle")
        self.middle.plots.set_live(session.phase == "running")
        if session.phase == "idle" or not self.isVisible():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
        self.front.update_row()
        self.front.refresh()
        self._set_state()

    def _list(self, infos: Any) -> None:
        """Show the runs that were found; the newest comes to the front where none is."""
        self.runs.show_runs(infos)
        self.front.update_row()
        names = [info.name for info in infos]
        if self.viewer.run not in names and self._desk.store.session.phase == "idle":
            self.viewer.choose(names[0] if names else "")
        self.front.refresh()
        self._set_state()

    def _set_state(self) -> None:
        newest = next(iter(self.runs.infos), None)
        state = "empty"
        if self._desk.store.session.phase != "idle":
            state = "working"
        elif newest is not None:
            state = "look" if newest.status in _LOOK_AT else "ready"
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    def _take_readiness(self, found: Readiness) -> None:
        has_something = bool(found.train or self.runs.infos)
        self._pages.setCurrentWidget(self.middle if has_something else self._empty_page)
        self.setup.setEnabled(has_something)
        self._follow(self._desk.store.session)

    def _take_event(self, event: Any) -> None:
        if isinstance(event, Ended) and event.error is not None:
            self.setup.show_error(event.error)

    def _runs_changed(self, run: str) -> None:
        if run != self.watch.history.run:
            self.viewer.forget(run)
            self.viewer.read_missing()
        self.viewer.list_runs()

    def _open_cell(self, pair: tuple[str, str]) -> None:
        """Show the samples of a cell of the matrix."""
        truth, answer = pair
        work = cell_work(
            self._desk.project, self._desk.spec, self.viewer.run, pair, side_px=_PICTURE_PX
        )
        title = f"{truth} called {answer}" if truth != answer else f"{truth}, named right"
        CellDialog(self.window(), title, self._desk, work).open()

    def _want_pictures(self, ids: list[int]) -> None:
        def take(event: Any) -> None:
            if isinstance(event, Result):
                self.middle.show_picture(*event.value)

        work = pictures_work(self._desk.project, self._desk.spec, ids, _PICTURE_PX)
        self.viewer.start(work, take)

    def _connect(self) -> None:
        desk = self._desk
        self._timer.timeout.connect(self.front.refresh)
        desk.store.changed.connect(self._follow)
        desk.runs_changed.connect(self._runs_changed)
        self.watch.told.connect(self._take_event)
        self.viewer.listed.connect(self._list)
        self.control.readied.connect(self._take_readiness)
        self.setup.acted.connect(lambda _none: self.train())
        self.setup.stop_asked.connect(lambda _none: desk.training.stop_and_keep())
        self.setup.edited.connect(lambda _none: self.front.refresh())
        self.runs.list.chosen.connect(self.viewer.choose)
        self.runs.list.compared.connect(self.viewer.compare)
        self.runs.resume_asked.connect(self._resume)
        self.middle.progress.resume.clicked.connect(self._resume_shown)
        self.middle.pictures_wanted.connect(self._want_pictures)
        if isinstance(self.middle.errs, ErrsCard):
            self.middle.errs.picked.connect(self._open_cell)
        self.middle.plots.save_asked.connect(lambda work: desk.start(work, "training"))
        self.empty.acted.connect(lambda _none: desk.store.update(tab="dataset"))

    def _lay_out(self) -> None:
        self._pages.addWidget(self.middle)
        self._pages.addWidget(self._empty_page)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.setup)
        row.addWidget(self._pages, 1)
        row.addWidget(self.runs)


def _framed(inside: QWidget) -> QWidget:
    frame = QWidget()
    box = QHBoxLayout(frame)
    box.setContentsMargins(metrics.L, metrics.L, metrics.L, metrics.L)
    box.addWidget(inside)
    return frame
