"""Drawing a connection from card to card, with the pointer or with keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPen

from deepdesk.nn.graph import Edge, Graph
from deepdesk.ui.tabs.architecture.gestures import CLICK_PX, Gesture, Pointer
from deepdesk.ui.tabs.architecture.layout import neighbour
from deepdesk.ui.tabs.architecture.marks import PORT_PX, WAYS, draw_note
from deepdesk.ui.tabs.architecture.routes import live_curve
from deepdesk.ui.tabs.architecture.selection import only
from deepdesk.ui.tabs.architecture.shown import Shown
from deepdesk.ui.theme import colour

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.canvas import Canvas

SNAP_PX = 26.0  # how near a card has to be, on the screen
NO_INPUT = "Data enters here; nothing can feed this block."
ITSELF = "A block cannot feed itself."
CIRCLE = "The two would feed each other in a circle."
TWICE = "These two blocks are connected already."


def refusals(graph: Graph, node_id: str, *, is_target: bool = False) -> Mapping[str, str]:
    """Return why some blocks cannot be at the other end of a connection, by id.

    Args:
        node_id: The block that feeds.
        is_target: `node_id` is the block that is fed instead.
    """
    fed: dict[str, list[str]] = {}
    for edge in graph.edges:
        one, other = (edge.source, edge.target) if is_target else (edge.target, edge.source)
        fed.setdefault(one, []).append(other)
    found: dict[str, str] = {}
    if not is_target:
        found |= {node.id: NO_INPUT for node in graph.nodes if node.kind.ports[1] == 0}
    waiting = [node_id]
    while waiting:
        for other in fed.get(waiting.pop(), ()):
            if other not in found or found[other] == NO_INPUT:
                found[other] = CIRCLE if found.get(other) is None else NO_INPUT
                waiting += [other] if found[other] == CIRCLE else []
    for edge in graph.edges:
        if edge.target == node_id and is_target:
            found.setdefault(edge.source, TWICE)
        elif edge.source == node_id and not is_target:
            found.setdefault(edge.target, TWICE)
    found[node_id] = ITSELF
    return found


def refused_cards(
    shown: Shown, graph: Graph, card_id: str, *, is_target: bool = False
) -> Mapping[str, str]:
    """Return why some cards cannot be at the other end; a group can if one of its blocks can."""
    found: dict[str, str] = {}
    reasons = refusals(
        graph, end_of(shown, graph, card_id, is_target=is_target), is_target=is_target
    )
    for card in shown.cards:
        inside = shown.members.get(card.id, (card.id,))
        if card.id == card_id:
            found[card.id] = ITSELF
        elif all(node in reasons for node in inside):
            found[card.id] = reasons[inside[0]]
    return found


def end_of(shown: Shown, graph: Graph, card_id: str, *, is_target: bool) -> str:
    """Return the block that a connection to a card's input or from its output belongs to.

    Of a closed group it is the first block that nothing inside feeds, or the last that feeds
    nothing inside.
    """
    inside = shown.members.get(card_id, (card_id,))
    known = set(inside)
    within = [e for e in graph.edges if e.source in known and e.target in known]
    busy = {edge.target if is_target else edge.source for edge in within}
    free = [node for node in inside if node not in busy] or list(inside)
    open_ones = [node for node in free if not is_target or graph.node(node).kind.ports[1]]
    return (open_ones or free)[0 if is_target else -1]


class Connect(Gesture):
    """A curve from one card to the pointer, or to the card that keys are on.

    Args:
        fixed: Id of the card at the end that stays.
        edge: The connection whose other end moves, None for a new one.
        is_target: The end that stays is the one that is fed.
        start: Where it was pressed, None when keys do it.
    """

    def __init__(
        self,
        canvas: Canvas,
        fixed: str,
        *,
        edge: Edge | None = None,
        is_target: bool = False,
        start: Pointer | None = None,
    ) -> None:
        super().__init__(canvas)
        assert canvas.picture is not None
        self._picture = canvas.picture
        self.fixed, self._edge, self._is_target, self._start = fixed, edge, is_target, start
        graph, shown = self._picture.drawing.graph, self._picture.shown
        self.refused = dict(refused_cards(shown, graph, fixed, is_target=is_target))
        if edge is not None:
            self.refused.pop(shown.card_of(edge.source if is_target else edge.target), None)
        self.aim, self.reason = "", ""
        self._port: int | None = None
        self._point = start.point if start is not None else self._fixed_point()
        self._has_moved = start is None
        if self._has_moved:
            self._picture.dim(self.refused.keys() - {fixed})

    def aim_at(self, card_id: str) -> None:
        """With keys: lead to a card, if that is possible."""
        if card_id and card_id not in self.refused:
            self.aim, self._port = card_id, None
            self._point = self._end_point()
            place = self._picture.cards[card_id].area
            self.canvas.ensureVisible(place, 40, 40)
            self.canvas.viewport().update()

    def step(self, way: tuple[int, int]) -> None:
        """With keys: go on to the next card that can be connected."""
        places = self._picture.layout.places
        at = self.aim or self.fixed
        for _ in places:
            onward = neighbour(places, at, way)
            if onward == at:
                return
            at = onward
            if at not in self.refused:
                self.aim_at(at)
                return

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        if not self._has_moved:
            if (pointer.at - self._start.at).manhattanLength() <= CLICK_PX:
                return
            self._has_moved = True
            self._picture.dim(self.refused.keys() - {self.fixed})
        self._point, self._port, self.aim = pointer.point, None, ""
        reach = SNAP_PX / self.canvas.zoom()
        near = self._picture.card_at(pointer.point, reach)
        if near and near not in self.refused:
            self._snap(near, pointer.point)
        inside = self._picture.card_at(pointer.point)
        self.reason = self.refused.get(inside, "") if inside != self.fixed else ""
        self.canvas.viewport().update()

    def _snap(self, card_id: str, point: QPointF) -> None:
        self.aim = card_id
        reach = (PORT_PX + 4) / self.canvas.zoom()
        if not self._is_target:
            taken = (port for port in self._picture.inputs_of(card_id) if port.is_taken)
            near = (p for p in taken if (p.at - point).manhattanLength() < reach)
            self._port = next((port.number for port in near), None)
        self._point = self._end_point()

    def release(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        self.move(pointer)
        self.cancel()
        if not self._has_moved:
            self.canvas.take(only(self.fixed))
        elif self.aim:
            self._ask()
        elif self._edge is None and not self._picture.card_at(pointer.point):
            self.canvas.take(only(self.fixed))
            self.canvas.ask_insert(pointer.at)

    def cancel(self) -> None:
        self._picture.dim(())

    def key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if self._start is None and key in WAYS:
            self.step(WAYS[key])
        elif self._start is None and key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.canvas.end()
            if self.aim:
                self._ask()
        elif key == Qt.Key.Key_Escape:
            self.canvas.end()
        else:
            return self._start is None and key != Qt.Key.Key_Control
        return True

    def _ask(self) -> None:
        """Tell what is to be connected."""
        graph, shown = self._picture.drawing.graph, self._picture.shown
        here = end_of(shown, graph, self.fixed, is_target=self._is_target)
        if self._edge is not None:
            here = self._edge.target if self._is_target else self._edge.source
        there = self._other_end(here)
        source, target = (there, here) if self._is_target else (here, there)
        if self._edge is None:
            self.canvas.connect_asked.emit((source, target, self._port))
        elif (source, target) != (self._edge.source, self._edge.target) or self._port not in {
            None,
            self._edge.port,
        }:
            port = self._edge.port if self._is_target else self._port
            self.canvas.reroute_asked.emit((self._edge, source, target, port))

    def _other_end(self, here: str) -> str:
        graph, shown = self._picture.drawing.graph, self._picture.shown
        wanted = end_of(shown, graph, self.aim, is_target=not self._is_target)
        reasons = refusals(graph, here, is_target=self._is_target)
        inside = shown.members.get(self.aim, (self.aim,))
        if wanted in reasons:
            return next((node for node in inside if node not in reasons), wanted)
        return wanted

    def _fixed_point(self) -> QPointF:
        if self._is_target and self._edge is not None:
            ends = self._picture.links.routes.items()
            return next(route.end for link, route in ends if self._edge in link.edges)
        return self._picture.output_of(self.fixed)

    def _end_point(self) -> QPointF:
        """Return where the curve ends on the card that it leads to."""
        if self._is_target:
            return self._picture.output_of(self.aim)
        ports = self._picture.inputs_of(self.aim)
        wanted = [port.at for port in ports if port.number == self._port]
        return (wanted or [port.at for port in ports])[-1]

    def paint(self, painter: QPainter, zoom: float) -> None:
        if not self._has_moved:
            return
        ends = (self._point, self._fixed_point())
        start, end = ends if self._is_target else ends[::-1]
        pen = QPen(colour("accent"), 2.0 / min(zoom, 1.0))
        if not self.aim:
            pen.setDashPattern([4, 3])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.aim:
            ring = self._picture.cards[self.aim].area.adjusted(-4, -4, 4, 4)
            painter.setPen(QPen(colour("accent", 0.35), 4.0))
            painter.drawRoundedRect(ring, 11, 11)
        painter.setPen(pen)
        painter.drawPath(live_curve(start, end))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("accent"))
        for point in (start, end):
            painter.drawEllipse(point, 4.5, 4.5)
        if self.reason:
            draw_note(painter, self._point, self.reason, zoom)
