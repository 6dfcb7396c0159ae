"""The ways to drawing labels: a button, and a picture that is opened from the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout

from deepdesk.core.learnt import learnt_from
from deepdesk.core.payloads import Image, Mask
from deepdesk.ui.desk import Desk
from deepdesk.ui.widgets.buttons import SmallButton

if TYPE_CHECKING:
    from deepdesk.ui.tabs.dataset.labelling.page import LabellingPage
    from deepdesk.ui.tabs.dataset.workspace import Workspace


class LabellingDoor(QObject):
    """Puts the page in the place of the columns, and back; nothing where nothing is drawn."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._desk = desk
        self._workspace = workspace
        self.page: LabellingPage | None = None
        self.is_offered = desk.spec.takes is Image and learnt_from(desk.spec.gives) == "drawing"
        if not self.is_offered:
            return
        self.button = SmallButton("Label", self.open, tip="Draw labels by hand")
        self.button.set_icon("label")
        workspace.middle.bar.add_button(self.button)
        workspace.overview_changed.connect(self._show_overview)

    def open(self, sample_id: int = -1) -> None:
        """Show the page, with a picture or with the first of its queue."""
        if not self.is_offered:
            return
        page = self._made()
        chosen = self._workspace.browser.current
        if sample_id < 0 and page.current < 0 and chosen is not None and chosen.target is None:
            sample_id = chosen.id
        self._show_columns(are_shown=False)
        page.show()
        page.queueing.begin()
        if sample_id >= 0:
            page.open(sample_id)
        page.canvas.setFocus()

    def leave(self) -> None:
        """Go back to the samples."""
        if self.page is not None:
            self.page.hide()
        self._show_columns(are_shown=True)
        self._workspace.grid.setFocus()

    def close_work(self) -> None:
        """End everything."""
        if self.page is not None:
            self.page.close_work()

    def _made(self) -> LabellingPage:
        if self.page is None:
            from deepdesk.ui.tabs.dataset.labelling.page import LabellingPage

            space = self._workspace
            self.page = LabellingPage(self._desk, space.worker, space.edits)
            self.page.left.connect(lambda _none: self.leave())
            self.page.show_overview(space.overview)
            if not space.overview.classes:
                # Nothing can be selected yet, so that the first drag is meant to draw.
                first = "brush" if self._desk.spec.gives is Mask else "box"
                self.page.take_tool(first)
            row = space.layout()
            assert isinstance(row, QHBoxLayout)
            self.page.hide()
            row.addWidget(self.page, 1)
        return self.page

    def _show_columns(self, *, are_shown: bool) -> None:
        space = self._workspace
        space.left.setVisible(are_shown)
        space.middle.setVisible(are_shown)
        space.right.set_aside(is_aside=not are_shown)

    def _show_overview(self, _overview: object) -> None:
        if self.page is not None:
            self.page.show_overview(self._workspace.overview)
