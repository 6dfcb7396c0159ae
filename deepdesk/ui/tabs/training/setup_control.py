"""Keeps the left column true: what data there is, which networks, what the project remembers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.errors import ConfigError, GraphError
from deepdesk.core.events import Result
from deepdesk.nn.graph import Graph
from deepdesk.nn.shapes import infer
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.training.setup_panel import FREE, Blocked, SetupPanel
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
        # A drawn network may be at fault where one on offer is not.
        panel.edited.connect(
            lambda _none: panel.show_phase(desk.store.session.phase, self.blocked())
        )
        panel.mend_asked.connect(lambda _none: desk.store.update(tab="architecture"))
        desk.samples_changed.connect(self.count)

    def count(self, _revision: object = None) -> None:
        """Count what there is to train on."""
        self._viewer.start(
            readiness_work(self._desk.project, self._desk.spec), self._take_readiness
        )

    def blocked(self) -> Blocked:
        """Return why a run cannot begin."""
        project = self._desk.project
        if project.read_only:
            return Blocked(text=f"Open in another window ({project.owner}); train there.")
        is_drawn = not self._panel.network_name()
        fault = network_fault(project.file.graph) if is_drawn else ""
        if fault:
            return Blocked(text=fault, is_drawing=True)
        if self.readiness is not None and len(self.readiness.classes) == 1:
            return Blocked(text="There is one class; training needs a second one to tell it from.")
        return FREE

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
            self._ask_networks()

    def _ask_networks(self) -> None:
        def take(event: Any) -> None:
            if isinstance(event, Result):
                self._panel.offer_networks(event.value)

        # A task that cannot list them is told when the run starts; the dials' own stay on offer.
        work = networks_work(self._desk.project, self._desk.spec, self._panel.task_config())
        self._viewer.start(work, take, lambda _ended: None)

    def _save(self) -> None:
        if self._desk.project.read_only:
            return
        try:
            changes = self._panel.changed_settings()
        except ConfigError:
            return
        self._viewer.start(saving_work(self._desk.project, changes), lambda _event: None)


def network_fault(kept: Mapping[str, Any] | None) -> str:
    """Return why a drawn network cannot be trained, "" when it can as far as it is known here.

    What the task wants of it is checked when a run begins.
    """
    if kept is None:
        return ""
    try:
        problems: tuple[GraphError, ...] = infer(Graph.from_json(kept)).problems
    except GraphError as error:
        problems = (error,)
    return f"The network cannot be trained. {problems[0]}" if problems else ""
