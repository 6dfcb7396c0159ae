"""A block of the palette on its way to the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QPainter

from deepdesk.core.errors import GraphError
from deepdesk.nn.catalogue import block_of
from deepdesk.nn.graph import Edge
from deepdesk.ui.tabs.architecture.connecting import end_of
from deepdesk.ui.tabs.architecture.gestures import Gesture, Pointer
from deepdesk.ui.tabs.architecture.items import card_height
from deepdesk.ui.tabs.architecture.marks import draw_after, draw_ghost, draw_insertion
from deepdesk.ui.tabs.architecture.shown import Link

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.canvas import Canvas

BLOCK_MIME = "application/x-deepdesk-block"
_LONGEST_KEY = 64
WIDER = 3.5  # how much further than a click a drop may be from a connection


def block_in(mime: QMimeData) -> str:
    """Return the key of the block that is dragged, "" if it is none of the catalogue."""
    data = bytes(mime.data(BLOCK_MIME).data()) if mime.hasFormat(BLOCK_MIME) else b""
    if not 0 < len(data) <= _LONGEST_KEY or not data.isascii():
        return ""
    key = data.decode("ascii")
    try:
        block_of(key)
    except GraphError:
        return ""
    return key


class Drop(Gesture):
    """Marks where a block would go; letting go tells."""

    def __init__(self, canvas: Canvas, block: str) -> None:
        super().__init__(canvas)
        assert canvas.picture is not None
        self._picture = canvas.picture
        self._block = block
        self._pointer: Pointer | None = None
        self.link: Link | None = None
        self.card = ""

    def move(self, pointer: Pointer) -> None:
        self._pointer = pointer
        self.card = self._picture.card_at(pointer.point)
        link = None
        if not self.card:
            link = self._picture.links.link_at(pointer.point, self.canvas.zoom() / WIDER)
        # Several connections in one, as a closed group has, cannot be told apart.
        self.link = link if link is not None and len(link.edges) == 1 else None
        self.canvas.viewport().update()

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        target: str | Edge | None = None
        if self.link is not None:
            target = self.link.edges[0]
        elif self.card:
            graph, shown = self._picture.drawing.graph, self._picture.shown
            target = end_of(shown, graph, self.card, is_target=False)
        self.canvas.drop_asked.emit((self._block, target))

    def paint(self, painter: QPainter, _zoom: float) -> None:
        route = self._picture.links.routes.get(self.link) if self.link is not None else None
        if route is not None:
            draw_insertion(painter, route)
        elif self.card in self._picture.cards:
            draw_after(painter, self._picture.cards[self.card].area)
        elif self._pointer is not None:
            width = self._picture.card_width
            draw_ghost(painter, self._pointer.point, width, card_height())
