"""Keeps the choice of a network in the project's file, one write after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.events import Ended
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.architecture.background import WHERE, while_alive
from deepdesk.ui.tabs.architecture.drawing import Choice
from deepdesk.ui.tabs.architecture.works import saving_work

if TYPE_CHECKING:
    from deepdesk.project.folder import Project


CALM_MS = 80  # so that writing does not compete with counting what was just changed


class Saver(QObject):
    """Writes in the background a moment after a choice; of those that wait only the last.

    Signals:
        saved: None, after the file has what was asked for last.
    """

    saved = Signal(object)

    def __init__(self, desk: Desk, project: Project, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._project = project
        self._waiting: Choice | None = None
        self._is_writing = False
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self.flush)

    @property
    def is_busy(self) -> bool:
        """Whether the file does not have the newest choice yet."""
        return self._is_writing or self._waiting is not None

    def save(self, choice: Choice) -> None:
        """Keep a choice."""
        self._waiting = choice
        self._calm.start()

    def flush(self) -> None:
        """Begin to write what waits at once."""
        self._calm.stop()
        if not self._is_writing:
            self._write()

    def _write(self) -> None:
        if self._waiting is None:
            return
        choice, self._waiting = self._waiting, None
        self._is_writing = True
        work = saving_work(self._project, choice)
        self._desk.start(work, WHERE, on_ended=while_alive(self, self._written))

    def _written(self, ended: Ended) -> None:
        self._is_writing = False
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, WHERE)
        elif self._waiting is None:
            self.saved.emit(None)
        self._write()
