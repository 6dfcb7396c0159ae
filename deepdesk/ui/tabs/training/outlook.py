"""Asks in the background what the next run will take, and shows it under the button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, QTimer

from deepdesk.core.errors import ConfigError, DeepDeskError, StorageError
from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project import preferences
from deepdesk.ui.jobs import Job
from deepdesk.ui.session import Session
from deepdesk.ui.tabs.training.outlook_card import OutlookCard
from deepdesk.ui.tabs.training.power_dialog import PowerDialog

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.engine.forecast.outlook import Outlook
    from deepdesk.engine.request import RunRequest
    from deepdesk.project.folder import Project
    from deepdesk.ui.tabs.training.tab import TrainingTab

CALM_MS = 700


def outlook_of(project: Project, spec: TaskSpec, request: RunRequest, *, measures: bool) -> Work:
    """Return the work of an outlook; torch is imported in the job's own thread."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.engine.forecast.outlook import outlook_work

        outlook_work(project, spec, request, measures=measures)(emit, stop)

    return work


class OutlookFeature(QObject):
    """Keeps the outlook true while nothing trains.

    The machine is measured only while this tab is looked at and nothing trains on it.
    """

    def __init__(self, tab: TrainingTab) -> None:
        super().__init__(tab)
        self._tab = tab
        self._desk = tab.desk
        self._job: Job | None = None
        self._outlook: Outlook | None = None
        self._preferences = preferences.load()
        self.card = OutlookCard(self.ask_power)
        tab.setup.below.addWidget(self.card)
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self._ask)
        tab.setup.edited.connect(self._wait)
        tab.control.readied.connect(self._wait)
        tab.shown.connect(self._wait)
        self._desk.store.changed.connect(self._follow)

    def ask_power(self) -> None:
        """Let the person state watts and price."""
        dialog = PowerDialog(self._tab.window(), self._preferences)
        dialog.kept.connect(self._keep)
        dialog.open()

    def _wait(self, _what: object = None) -> None:
        self._stop()
        self._calm.start()

    def _follow(self, session: Session) -> None:
        """Measuring makes room for a run; its outlook is no longer one."""
        if session.phase != "idle":
            self._stop()
            self._calm.stop()
            self._outlook = None
        elif not self.card.isVisible() and session.project is not None:
            self._calm.start()
        self._draw()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.stop()
            self._job = None

    def _ask(self) -> None:
        session = self._desk.store.session
        if session.project is None or session.phase != "idle" or not self._tab.isVisible():
            return
        ready = self._tab.control.readiness
        if ready is None or not ready.train or self._tab.control.blocked().text:
            self._show(None)
            return
        try:
            request = self._tab.setup.request()
        except ConfigError:
            self._show(None)
            return
        work = outlook_of(session.project, self._desk.spec, request, measures=True)
        self._job = self._desk.start(
            work, "training", on_event=self._take, on_ended=self._end, lowered=True
        )

    def _take(self, event: Any) -> None:
        if isinstance(event, Result) and shiboken6.isValid(self):
            self._show(event.value)

    def _end(self, ended: Ended) -> None:
        if not shiboken6.isValid(self):
            return
        # What is wrong with the settings is said where they are, and when the run begins.
        if isinstance(ended.error, DeepDeskError):
            self._show(None)

    def _show(self, outlook: Outlook | None) -> None:
        self._outlook = outlook
        self._draw()

    def _draw(self) -> None:
        """Show what is known; it says more than the sentence in its place, which gives way."""
        is_idle = self._desk.store.session.phase == "idle"
        self.card.show_outlook(self._outlook if is_idle else None, self._preferences)
        self._tab.setup.forecast.setVisible(not self.card.lines)

    def _keep(self, wanted: preferences.Preferences) -> None:
        try:
            preferences.save(wanted)
        except StorageError as error:
            self._desk.banner(error, "training")
            return
        self._preferences = wanted
        self._wait()
