"""Picture, lists and strip follow each other: what counts, and what is pointed at."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from deepdesk.core.answer_filter import AnswerFilter
from deepdesk.ui.overlay import OverlayView
from deepdesk.ui.tabs.inference.drawn.panel import DrawnPanel
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.workspace import Workspace


class Pointing(QObject):
    """Wires the panel of drawn answers to everything that shows them.

    Signals:
        kept_changed: `AnswerFilter`, when something else counts.
    """

    kept_changed = Signal(object)

    def __init__(self, workspace: Workspace, panel: DrawnPanel, overlay: OverlayView) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._panel = panel
        self._views = (overlay, panel.preview)
        self._near, self._name = -1, ""
        for view in self._views:
            view.near_changed.connect(self._point_from_picture)
            view.pixel_chosen.connect(panel.show_pixel)
        panel.kept_changed.connect(self._keep)
        panel.near_changed.connect(self._point)
        panel.near_name_changed.connect(self._point_at_class)

    @property
    def kept(self) -> AnswerFilter:
        """What counts now."""
        return self._panel.kept

    def prepare(self, entries: list[Entry]) -> None:
        """Let what a person chose hold for new entries."""
        for entry in entries:
            entry.kept = self.kept

    def _keep(self, kept: AnswerFilter) -> None:
        for view in self._views:
            view.set_filter(kept)
        self._workspace.strip.tiles.set_filter(kept)
        self._workspace.panel.show_kept()
        self.kept_changed.emit(kept)

    def _point_from_picture(self, near: int) -> None:
        self._panel.show_near(near)
        self._point(near)

    def _point(self, near: int) -> None:
        self._near = near
        self._show()

    def _point_at_class(self, name: str) -> None:
        self._name = name
        self._show()

    def _show(self) -> None:
        for view in self._views:
            view.show_near(self._near, self._name)
