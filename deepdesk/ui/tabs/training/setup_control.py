"""Keeps the left column true: what data there is, which networks, what the project remembers."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.errors import ConfigError
from deepdesk.core.events import Result
from deepdesk.core.task import DataFacts
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.training.setup_panel import SetupPanel
from deepdesk.ui.tabs.training.viewer import Viewer
from deepdesk.ui.tabs.training.works import (
    Readiness,
    networks_work,
    readiness_work,
    saving_work,
)

_SAVE_MS = 800


class SetupControl(QObject):
    """Asks in the background and tells the column.

    Signals:
        readied: `Readiness`, after the data was counted.
    """

    readied = Signal(object)

    def __init__(self, desk: Desk, panel: SetupPanel, viewer: Viewer, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._panel = panel
        self._viewer = viewer
        self.readiness: Readiness | None = None
        self._has_networks = False
        self._saving = QTimer(self, singleShot=True, interval=_SAVE_MS)
        self._saving.timeout.connect(self._save)
        panel.edited.connect(lambda _none: self._saving.start())
        desk.samples_changed.connect(self.count)

    def count(self, _revision: object = None) -> None:
        """Count what there is to train on."""
        self._viewer.start(readiness_work(self._desk.project), self._take_readiness)

    def blocked(self) -> str:
        """Return why a run cannot begin, "" when it can."""
        if self._desk.project.read_only:
            return f"Open in another window ({self._desk.project.owner}); train there."
        if self.readiness is None:
            return ""
        if len(self.readiness.classes) == 1:
            return "There is one class; training needs a second one to tell it from."
        return ""

    def save_now(self) -> None:
        """Keep the settings at once, where a change is waiting to be kept."""
        if self._saving.isActive():
            self._saving.stop()
            self._save()

    def _take_readiness(self, event: Any) -> None:
        if not isinstance(event, Result):
            return
        self.readiness = event.value
        self.readied.emit(self.readiness)
        if self.readiness.train and not self._has_networks:
            self._has_networks = True
            self._ask_networks(self.readiness)

    def _ask_networks(self, found: Readiness) -> None:
        facts = DataFacts(classes=found.classes, typical_size=found.typical_size)

        def take(event: Any) -> None:
            if isinstance(event, Result):
                self._panel.offer_networks(event.value)

        # A task that cannot list them is told when the run starts; the dials' own stay on offer.
        work = networks_work(self._desk.spec, self._panel.task_config(), facts)
        self._viewer.start(work, take, lambda _ended: None)

    def _save(self) -> None:
        if self._desk.project.read_only:
            return
        try:
            changes = self._panel.changed_settings()
        except ConfigError:
            return
        self._viewer.start(saving_work(self._desk.project, changes), lambda _event: None)
