"""The way to the learning-rate finder, and what becomes of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QScrollArea, QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.session import Session
from deepdesk.ui.tabs.training.rate_dialog import RateDialog
from deepdesk.ui.undo import SwapCommand
from deepdesk.ui.widgets.editors import number_text

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.engine.request import RunRequest
    from deepdesk.project.folder import Project
    from deepdesk.ui.tabs.training.tab import TrainingTab

_KEY = "learning_rate"
_TIP = "Tries every learning rate on a copy of the network and suggests one"


def finding_of(project: Project, spec: TaskSpec, request: RunRequest) -> Work:
    """Return the work of the finder; torch is imported in the job's own thread."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.engine.rate_finder import rate_work

        rate_work(project, spec, request)(emit, stop)

    return work


class RateFinding(QObject):
    """Opens the finder while nothing trains, and writes what was chosen into the form."""

    def __init__(self, tab: TrainingTab) -> None:
        super().__init__(tab)
        self._desk = tab.desk
        self._form = tab.setup.training
        self.link = self._form.row(_KEY).offer("Find it", _TIP, self.find)
        self.link.setAccessibleName("Find the learning rate")
        self.dialog: RateDialog | None = None
        self._desk.store.changed.connect(self._follow)
        tab.control.readied.connect(lambda _ready: self._follow(self._desk.store.session))

    def _tab(self) -> TrainingTab:
        return cast("TrainingTab", self.parent())

    def find(self) -> None:
        """Try learning rates with the settings of the form."""
        tab = self._tab()
        try:
            request = tab.setup.request()
        except ConfigError as error:
            tab.setup.show_error(error)
            return
        blocked = tab.control.blocked().text
        if blocked:
            self._desk.say(blocked, level="warning")
            return
        work = finding_of(self._desk.project, self._desk.spec, request)
        self.dialog = RateDialog(tab.window(), self._desk, work)
        self.dialog.chosen.connect(self._use)
        self.dialog.open()

    def _use(self, rate: float) -> None:
        before = self._form.row(_KEY).value()
        if rate == before:
            return
        text = f"Learning rate {number_text(rate)}"
        self._desk.undo.push(SwapCommand(text, before, rate, self._apply))
        self._desk.say(text, undo=True)

    def _apply(self, rate: float) -> None:
        """Write a rate into the form as a person would."""
        self._form.fold.set_open(True)
        row = self._form.row(_KEY)
        row.set_value(rate)
        row.edited.emit(_KEY)
        # Once the opened fold has its room.
        QTimer.singleShot(0, row, lambda: _bring_into_sight(row))

    def _follow(self, session: Session) -> None:
        ready = self._tab().control.readiness
        self.link.setEnabled(session.phase == "idle" and ready is not None and bool(ready.train))


def _bring_into_sight(row: QWidget) -> None:
    area = row.parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    if area is not None:
        area.ensureWidgetVisible(row)
