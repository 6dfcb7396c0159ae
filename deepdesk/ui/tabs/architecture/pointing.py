"""Which gesture a press begins, and what the pointer is over."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from deepdesk.nn.graph import Edge
from deepdesk.ui.tabs.architecture.bubble import BubbleItem
from deepdesk.ui.tabs.architecture.connecting import Connect
from deepdesk.ui.tabs.architecture.gestures import Gesture, Pan, Pointer, RubberBand
from deepdesk.ui.tabs.architecture.group_area import GroupArea
from deepdesk.ui.tabs.architecture.marks import PORT_PX, PORTS
from deepdesk.ui.tabs.architecture.selection import Selection, only

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.canvas import Canvas

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Hover:
    """What is below the pointer.

    Attributes:
        card: Id of the card whose ports are in reach, "" for none.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.card = ""

    def move(self, point: QPointF) -> None:
        """Light up what is at a point of the drawing."""
        canvas, picture = self._canvas, self._canvas.picture
        if picture is None:
            return
        before = (self.card, picture.links.under)
        self.card = picture.card_at(point, (PORT_PX + 2) / canvas.zoom())
        picture.links.under = None if self.card else picture.links.link_at(point, canvas.zoom())
        tabs, is_remedy = [area.tab.contains(point) for area in picture.areas], False
        for area, is_under in zip(picture.areas, tabs, strict=True):
            area.show_under(is_under=is_under)
        for bubble in picture.bubbles:
            bubble.show_under(bubble.remedy_at(point))
            is_remedy = is_remedy or bubble.under >= 0
        is_hand = is_remedy or any(tabs) or (port_at(canvas, point) is not None)
        shape = Qt.CursorShape.PointingHandCursor if is_hand else Qt.CursorShape.ArrowCursor
        if canvas.viewport().cursor().shape() != shape:
            canvas.viewport().setCursor(shape)
        if before != (self.card, picture.links.under):
            canvas.viewport().update()

    def leave(self) -> None:
        """Light up nothing."""
        self.move(QPointF(1e9, 1e9))

    def tip(self, point: QPointF) -> str:
        """Return what is said of what is at a point of the drawing, "" for nothing."""
        picture = self._canvas.picture
        if picture is None:
            return ""
        card = picture.card_at(point)
        if card:
            return picture.cards[card].tip
        link = picture.links.link_at(point, self._canvas.zoom())
        return link.text if link is not None else ""


def port_at(canvas: Canvas, point: QPointF) -> tuple[str, Edge | None] | None:
    """Return (card id, edge that enters there) of the port at a point, None if there is none.

    The edge is None at an output. Only cards that show their ports have any.
    """
    picture = canvas.picture
    if picture is None or canvas.zoom() < PORTS:
        return None
    reach = PORT_PX / canvas.zoom()
    for card_id in {canvas.hover.card, picture.focus} - {""}:
        if card_id not in picture.cards:
            continue
        if (picture.output_of(card_id) - point).manhattanLength() <= reach:
            return card_id, None
        for link, route in picture.links.routes.items():
            is_near = link.target == card_id and (route.end - point).manhattanLength() <= reach
            if is_near and len(link.edges) == 1:
                return card_id, link.edges[0]
    return None


def gesture_for(canvas: Canvas, pointer: Pointer) -> Gesture | None:
    """Return the gesture that a press begins, None if it begins none."""
    found = (begin(canvas, pointer) for begin in _BEGINNINGS)
    return next((gesture for gesture in found if gesture is not None), None)


def _begin_pan(canvas: Canvas, pointer: Pointer) -> Gesture | None:
    is_pan = pointer.button == Qt.MouseButton.MiddleButton or canvas.is_space_held
    return Pan(canvas, pointer) if is_pan else None


def _begin_remedy(canvas: Canvas, pointer: Pointer) -> Gesture | None:
    assert canvas.picture is not None
    for bubble in canvas.picture.bubbles:
        number = bubble.remedy_at(pointer.point)
        if number >= 0:
            return Pan(canvas, pointer, partial(_remedy, canvas, bubble, number))
    return None


def _remedy(canvas: Canvas, bubble: BubbleItem, number: int, _pointer: Pointer) -> None:
    canvas.remedy_asked.emit((bubble.node_id, number))


def _begin_port(canvas: Canvas, pointer: Pointer) -> Gesture | None:
    found = port_at(canvas, pointer.point)
    if found is None or pointer.keys & (CTRL | SHIFT):
        return None
    card_id, edge = found
    assert canvas.picture is not None
    if edge is None:
        return Connect(canvas, card_id, start=pointer)
    source = canvas.picture.shown.card_of(edge.source)
    return Connect(canvas, source, edge=edge, start=pointer)


def _begin_edge_start(canvas: Canvas, pointer: Pointer) -> Gesture | None:
    """Take the beginning of a selected connection in hand."""
    assert canvas.picture is not None
    reach = PORT_PX / canvas.zoom()
    for link in canvas.chosen_now.links:
        route = canvas.picture.links.routes.get(link)
        if route is None or len(link.edges) != 1:
            continue
        if (route.start - pointer.point).manhattanLength() <= reach:
            return Connect(canvas, link.target, edge=link.edges[0], is_target=True, start=pointer)
    return None


def _begin_card(canvas: Canvas, pointer: Pointer) -> Gesture | None:
    assert canvas.picture is not None
    card_id = canvas.picture.card_at(pointer.point)
    return Pan(canvas, pointer, partial(_click_card, canvas, card_id)) if card_id else None


def _click_card(canvas: Canvas, card_id: str, pointer: Pointer) -> None:
    assert canvas.picture is not None
    before = canvas.chosen_now
    if pointer.has(CTRL):
        canvas.take(before.toggled(card_id))
    elif pointer.has(SHIFT):
        canvas.take(before.extended(canvas.picture.shown, card_id))
    else:
        canvas.take(only(card_id))


def _begin_tab(canvas: Canvas, pointer: Pointer) -> Gesture | None:
    area = area_at(canvas, pointer.point)
    return Pan(canvas, pointer, partial(_click_tab, canvas, area)) if area else None


def area_at(canvas: Canvas, point: QPointF) -> GroupArea | None:
    """Return the open group whose name is at a point of the drawing."""
    assert canvas.picture is not None
    return next((area for area in canvas.picture.areas if area.tab.contains(point)), None)


def _click_tab(canvas: Canvas, area: GroupArea, pointer: Pointer) -> None:
    before = canvas.chosen_now if pointer.has(CTRL) else Selection()
    canvas.take(before.with_cards(before.cards | set(area.named.nodes)))


def _begin_link(canvas: Canvas, pointer: Pointer) -> Gesture | None:
    assert canvas.picture is not None
    link = canvas.picture.links.link_at(pointer.point, canvas.zoom())
    if link is None:
        return None

    def click(at: Pointer) -> None:
        before = canvas.chosen_now if at.has(CTRL) else Selection()
        canvas.take(before.with_link(link))

    return Pan(canvas, pointer, click)


def _begin_band(canvas: Canvas, pointer: Pointer) -> Gesture | None:
    return RubberBand(canvas, pointer)


_Beginning = Callable[["Canvas", Pointer], Gesture | None]
_BEGINNINGS: tuple[_Beginning, ...] = (
    _begin_pan,
    _begin_remedy,
    _begin_edge_start,
    _begin_port,
    _begin_card,
    _begin_tab,
    _begin_link,
    _begin_band,
)
