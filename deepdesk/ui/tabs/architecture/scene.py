"""A drawing as a scene of cards and connections."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from deepdesk.ui.tabs.architecture.drawing import Drawing
from deepdesk.ui.tabs.architecture.items import BubbleItem, CardItem, card_height, width_for
from deepdesk.ui.tabs.architecture.layout import Layout, laid_out
from deepdesk.ui.tabs.architecture.links import LinkItem, around, straight, through_gutter
from deepdesk.ui.tabs.architecture.words import OVERLAYS, overlay_share, overlay_text

ROW_GAP_PX = 22
COLUMN_GAP_PX = 88
BULGE_PX, BULGE_STEP_PX = 62, 16
BUBBLE_GAP_PX = 16
MARGIN_PX = 600


class NetworkScene(QGraphicsScene):
    """The cards of one drawing, by id."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        # Of a few hundred items an index costs more than it saves, and it forgets late.
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.drawing = drawing
        self.card_width = max(
            (width_for(c, overlay_text(c, o)) for c in drawing.cards for o in OVERLAYS),
            default=0.0,
        )
        self.step_x = self.card_width + COLUMN_GAP_PX
        self.step_y = float(card_height() + ROW_GAP_PX)
        ids = [card.id for card in drawing.cards]
        self.layout: Layout = laid_out(ids, drawing.links, step_ratio=self.step_y / self.step_x)
        self.cards: Mapping[str, CardItem] = {
            c.id: CardItem(c, self.card_width) for c in drawing.cards
        }
        self.is_folded = any(place.column for place in self.layout.places.values())
        for card in self.cards.values():
            card.setPos(self.centre(card.card.id))
            self.addItem(card)
        for source, target in drawing.links:
            self.addItem(self._link(source, target))
        self._add_bubbles()
        self.setSceneRect(self.contents().adjusted(-MARGIN_PX, -MARGIN_PX, MARGIN_PX, MARGIN_PX))

    def centre(self, node_id: str) -> QPointF:
        """Return the centre of a card."""
        place = self.layout.places[node_id]
        return QPointF(place.x * self.step_x, place.row * self.step_y)

    def contents(self) -> QRectF:
        """Return what is taken by items."""
        found = QRectF()
        for item in self.items():
            found = found.united(item.sceneBoundingRect())
        return found

    def show_overlay(self, overlay: str) -> None:
        """Write what `overlay` is about on every card."""
        for item in self.cards.values():
            share = overlay_share(item.card, overlay, self.drawing.total)
            item.show_figure(overlay_text(item.card, overlay), share)

    def choose(self, node_id: str) -> None:
        """Outline one card."""
        for key, item in self.cards.items():
            if item.is_chosen != (key == node_id):
                item.choose(is_chosen=key == node_id)

    def card_at(self, point: QPointF) -> str:
        """Return the id of the card at a point of the scene, "" for none."""
        hits = (i for i in self.items(point) if isinstance(i, CardItem))
        return next((item.card.id for item in hits), "")

    def _link(self, source: str, target: str) -> LinkItem:
        start, end = self.layout.places[source], self.layout.places[target]
        half_x, half_y = self.card_width / 2, card_height() / 2
        at, to = self.centre(source), self.centre(target)
        below, above = at + QPointF(0, half_y), to - QPointF(0, half_y)
        span = end.row - start.row
        if start.column == end.column and span == 1:
            return LinkItem(straight(below, above), skips=False)
        if start.column == end.column:
            bulge = float(BULGE_PX + BULGE_STEP_PX * min(span, 12))
            if self.is_folded:
                bulge = min(bulge, COLUMN_GAP_PX * 0.6)
            sides = (at + QPointF(half_x, 0), to + QPointF(half_x, 0))
            return LinkItem(around(*sides, bulge), skips=True)
        gutter = self._gutter(end.column)
        is_next = end.column == start.column + 1 and end.row == 0 and self._is_last(start.row)
        drop = ROW_GAP_PX / 2 + (0 if is_next else 4)
        return LinkItem(through_gutter(below, above, gutter, drop), skips=not is_next)

    def _is_last(self, row: int) -> bool:
        return row == self.layout.rows - 1

    def _gutter(self, column: int) -> float:
        """Return the middle between a column and the one before."""
        left = min(p.x for p in self.layout.places.values() if p.column == column)
        return left * self.step_x - self.step_x / 2

    def _add_bubbles(self) -> None:
        for item in self.cards.values():
            problem = item.card.problem
            if problem is None:
                continue
            bubble = BubbleItem(problem.message, problem.hint)
            right = item.pos() + QPointF(self.card_width / 2 + BUBBLE_GAP_PX, 0)
            bubble.setPos(right - QPointF(0, bubble.boundingRect().height() / 2))
            self.addItem(bubble)
