"""A drawing as a scene: cards, connections, groups, and what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, QTimer
from PySide6.QtWidgets import QGraphicsScene

from deepdesk.ui.tabs.architecture.bubble import BubbleItem
from deepdesk.ui.tabs.architecture.card_layer import CardLayer
from deepdesk.ui.tabs.architecture.drawing import Card, Drawing
from deepdesk.ui.tabs.architecture.glide import Glide
from deepdesk.ui.tabs.architecture.group_area import GroupArea
from deepdesk.ui.tabs.architecture.items import MARGIN_PX, CardItem, card_height, width_for
from deepdesk.ui.tabs.architecture.layout import Layout, laid_out
from deepdesk.ui.tabs.architecture.link_layer import LinkLayer
from deepdesk.ui.tabs.architecture.routes import COLUMN_GAP_PX, PORT_STEP_PX, ROW_GAP_PX, Router
from deepdesk.ui.tabs.architecture.shown import Shown, shown_of
from deepdesk.ui.tabs.architecture.words import OVERLAYS, overlay_share, overlay_text

BUBBLE_GAP_PX = 16
ROOM_PX = 600  # beyond the cards that can be scrolled to
MOST_BUBBLES = 1  # of several problems only the chosen block's is told beside it, over nothing else


@dataclass(frozen=True, slots=True)
class Port:
    """A place where a connection can enter a card.

    Attributes:
        number: Of the input; None for the next free one.
        is_taken: Whether a connection enters there.
    """

    number: int | None
    at: QPointF
    is_taken: bool


class NetworkScene(QGraphicsScene):
    """The cards of a drawing by id; another drawing changes only what differs.

    Attributes:
        drawing: What is shown.
        shown: Its cards and connections, closed groups folded.
        step_y: Height of a row, in pixels of the drawing.
    """

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        # Of a few items an index costs more than it saves, and it forgets late.
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.cards: dict[str, CardItem] = {}
        self.links = LinkLayer()
        self.areas: tuple[GroupArea, ...] = ()
        self.bubbles: tuple[BubbleItem, ...] = ()
        self.layout = Layout(places={}, rows=0, width=0)
        self.focus = ""
        self._overlay = OVERLAYS[0]
        self._sharpen = QTimer(self, singleShot=True, interval=0)
        self._sharpen.timeout.connect(self.update)
        self._cards = CardLayer(self.cards, self._sharpen.start)
        self._glide = Glide(self, self._pass)
        self.addItem(self.links)
        self.addItem(self._cards)
        self.drawing, self.shown = drawing, shown_of(drawing)
        self.card_width, self.step_y = 0.0, 0.0
        self._taken, self._ways = QRectF(), QRectF()
        self._lay_out()
        self._refill()

    def show_drawing(self, drawing: Drawing, *, is_new: bool = False, moves: bool = False) -> None:
        """Show another state of the network.

        Args:
            is_new: Whether it is another network, for which nothing has to stay in place.
            moves: Whether cards may glide to other places; else they are there at once.
        """
        if is_new:
            self.layout = Layout(places={}, rows=0, width=0)
        before = self.shown.structure
        size = (self.card_width, self.step_y)
        places = {key: item.centre for key, item in self.cards.items()}
        self.drawing, self.shown = drawing, shown_of(drawing)
        if before != self.shown.structure or size != self._size():
            self._lay_out()
        else:
            links = dict(zip(self.shown.links, self.links.routes.values(), strict=True))
            self.links.show_routes(links)
            places = {}
        self._refill()
        if moves and places:
            self._glide.start(places, {key: item.centre for key, item in self.cards.items()})

    def show_overlay(self, overlay: str) -> None:
        """Write what `overlay` is about on every card."""
        self._overlay = overlay
        for item in self.cards.values():
            share = overlay_share(item.card, overlay, self.drawing.total)
            item.show_figure(overlay_text(item.card, overlay), share)
        self.update()

    def choose(self, node_id: str, others: Collection[str] = ()) -> None:
        """Give one card the focus, "" for none, and select it with others."""
        wanted = {node_id, *others}
        for key, item in self.cards.items():
            item.is_chosen, item.is_focus = key in wanted, key == node_id
        if self.focus != node_id:
            self.focus = node_id
            self._add_bubbles()
        self.update()

    def dim(self, card_ids: Collection[str]) -> None:
        """Draw some cards faint, the others as usual."""
        for key, item in self.cards.items():
            item.is_dimmed = key in card_ids
        self.update()

    def hurry(self, *, is_hurried: bool) -> None:
        """Say whether the zoom is changing right now."""
        self._cards.is_hurried = is_hurried
        if not is_hurried:
            self.update()

    def tidy(self, *, moves: bool) -> None:
        """Forget where cards were, and put them where they would be in a new drawing."""
        places = {key: item.centre for key, item in self.cards.items()}
        self.layout = Layout(places={}, rows=0, width=0)
        self._lay_out()
        self._refill()
        if moves:
            self._glide.start(places, {key: item.centre for key, item in self.cards.items()})

    def wear(self) -> None:
        """Draw everything in the colours and text size of now."""
        for item in self.cards.values():
            item.fade()
        self.show_drawing(self.drawing)

    def centre(self, card_id: str) -> QPointF:
        """Return the centre of a card."""
        return self.cards[card_id].centre

    def contents(self) -> QRectF:
        """Return what is taken by cards, connections and what stands around them."""
        return _around([self._taken, *(bubble.sceneBoundingRect() for bubble in self.bubbles)])

    def card_at(self, point: QPointF, reach: float = 0.0) -> str:
        """Return the id of the card at a point of the scene, or within `reach`; "" for none."""
        near = [
            (QPointF(item.centre - point).manhattanLength(), key)
            for key, item in self.cards.items()
            if item.area.adjusted(-reach, -reach, reach, reach).contains(point)
        ]
        return min(near)[1] if near else ""

    def cards_in(self, rect: QRectF) -> frozenset[str]:
        """Return the ids of the cards that a rectangle of the scene touches."""
        return frozenset(key for key, item in self.cards.items() if item.area.intersects(rect))

    def output_of(self, card_id: str) -> QPointF:
        """Return where connections leave a card."""
        return self.cards[card_id].centre + QPointF(0, card_height() / 2)

    def inputs_of(self, card_id: str) -> tuple[Port, ...]:
        """Return the ports of a card: those in use, and a free one where there may be more."""
        entering = [p for p in self.links.routes.items() if p[0].target == card_id]
        ports = [Port(link.port, route.end, is_taken=True) for link, route in entering]
        node = self.drawing.graph.by_id.get(card_id)
        most = node.kind.ports[1] if node is not None else 0
        if len(ports) < most:
            top = self.cards[card_id].centre - QPointF(0, card_height() / 2)
            above = [port.at.x() for port in ports if abs(port.at.y() - top.y()) < 1]
            x = max(above) + PORT_STEP_PX if above else top.x()
            ports.append(Port(None, QPointF(x, top.y()), is_taken=False))
        return tuple(ports)

    def _size(self) -> tuple[float, float]:
        """Return the width of every card, and the height of a row."""
        width = max(
            (width_for(c, tuple(overlay_text(c, o) for o in OVERLAYS)) for c in self.shown.cards),
            default=0.0,
        )
        return width, float(card_height() + ROW_GAP_PX)

    def _lay_out(self) -> None:
        """Put everything where it belongs; cards that stay are the same items."""
        self.card_width, self.step_y = self._size()
        ratio = self.step_y / max(1.0, self.card_width + COLUMN_GAP_PX)
        self.layout = laid_out(
            [card.id for card in self.shown.cards],
            self.shown.pairs(),
            step_ratio=ratio,
            groups=[group.nodes for group in self.shown.open_groups],
            before=self.layout,
        )
        old = dict(self.cards)
        self.cards.clear()
        for card in self.shown.cards:
            self.cards[card.id] = old.get(card.id) or CardItem(card, self.card_width)
        self._router = Router(self.layout, QSizeF(self.card_width, card_height()))
        self._glide.stop()
        self._pass({key: self._router.centre(key) for key in self.cards})
        for area in self.areas:
            self.removeItem(area)
        self.areas = tuple(
            GroupArea(group, _around([self.cards[node].area for node in group.nodes]))
            for group in self.shown.open_groups
        )
        for area in self.areas:
            self.addItem(area)

    def _pass(self, centres: Mapping[str, QPointF]) -> None:
        """Move cards, and the connections with them."""
        for key, centre in centres.items():
            if key in self.cards:
                self.cards[key].centre = centre
        routes = self._router.routes(self.shown.links, centres)
        self.links.show_routes(dict(zip(self.shown.links, routes, strict=True)))
        self.update()

    def _refill(self) -> None:
        """Write on every card what its block is now."""
        for card in self.shown.cards:
            self.cards[card.id].show_card(card, self.card_width)
        room = [item.rect.translated(self._router.centre(key)) for key, item in self.cards.items()]
        room += [area.area for area in self.areas]
        margin = MARGIN_PX
        self._taken = _around(room).adjusted(-margin, -margin, margin, margin)
        if not self._glide.is_on:
            self._ways = self.links.extent
        self._taken = self._taken.united(self._ways)
        # Cards that glide come from beyond their places.
        self._cards.show_room(self._taken.adjusted(-ROOM_PX, -ROOM_PX, ROOM_PX, ROOM_PX))
        self.show_overlay(self._overlay)
        self._add_bubbles()
        self.setSceneRect(self.contents().adjusted(-ROOM_PX, -ROOM_PX, ROOM_PX, ROOM_PX))

    def _add_bubbles(self) -> None:
        """Tell what is wrong; bubbles that tell it already stay, with what keys are on."""
        faulty = [item for item in self.cards.values() if item.card.problem is not None]
        if len(faulty) > MOST_BUBBLES:
            faulty = [item for item in faulty if item.is_focus] or faulty[:1]
        made = tuple(self._bubble(item) for item in faulty)
        if [bubble.told for bubble in made] == [bubble.told for bubble in self.bubbles]:
            return
        for bubble in self.bubbles:
            self.removeItem(bubble)
        self.bubbles = made
        for bubble in self.bubbles:
            self.addItem(bubble)

    def _bubble(self, item: CardItem) -> BubbleItem:
        bubble = BubbleItem(item.card, _at_fault(self.drawing, self.shown, item.card))
        place = self._router.centre(item.card.id)
        right = place + QPointF(self.card_width / 2 + BUBBLE_GAP_PX, 0)
        bubble.setPos(right - QPointF(0, bubble.boundingRect().height() / 2))
        return bubble


def _around(areas: list[QRectF]) -> QRectF:
    found = QRectF()
    for area in areas:
        found = found.united(area)
    return found


def _at_fault(drawing: Drawing, shown: Shown, card: Card) -> str:
    """Return the id of the block whose problem a card tells."""
    inside = shown.members.get(card.id, (card.id,))
    cards = (drawing.card(node_id) for node_id in inside)
    return next((c.id for c in cards if c is not None and c.problem), card.id)
