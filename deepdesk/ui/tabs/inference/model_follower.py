"""Keeps the list of networks right while runs begin, save and end."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from deepdesk.core.events import Ended, Result, Saved
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.inference.models import Choice, listing_models


class ModelFollower(QObject):
    """Reads the runs of the open project in a job, whenever something about them changed.

    While it sleeps it only remembers that, and looks when it is woken.

    Signals:
        listed: tuple of `Choice`, newest run first.
    """

    listed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._job: Job | None = None
        self._is_outdated = False
        self._is_asleep = False
        desk.runs_changed.connect(self._follow_runs)
        desk.run_event.connect(self._follow_event)

    @property
    def is_looking(self) -> bool:
        """Whether the list is on its way."""
        return self._job is not None

    def wake(self) -> None:
        """Look now if something changed, and at every change from now on."""
        self._is_asleep = False
        if self._is_outdated:
            self.look()

    def sleep(self) -> None:
        """Only remember changes."""
        self._is_asleep = True

    def look(self) -> None:
        """Read the runs; what changes meanwhile is read after that."""
        self._is_outdated = True
        if self._job is not None or self._desk.store.session.project is None:
            return
        self._is_outdated = False
        found: list[tuple[Choice, ...]] = []
        self._job = self._desk.start(
            listing_models(self._desk.project, self._desk.spec),
            "inference",
            on_event=lambda event: found.append(event.value) if type(event) is Result else None,
            on_ended=lambda ended: self._looked(ended, found),
        )

    def _looked(self, ended: Ended, found: list[tuple[Choice, ...]]) -> None:
        self._job = None
        if self._desk.store.session.project is None:
            return
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, "inference")
        if found:
            self.listed.emit(found[0])
        if self._is_outdated and not self._is_asleep:
            self.look()

    def _follow_runs(self, _run: object) -> None:
        self._notice()

    def _follow_event(self, event: object) -> None:
        if isinstance(event, Saved):
            self._notice()

    def _notice(self) -> None:
        self._is_outdated = True
        if not self._is_asleep:
            self.look()
