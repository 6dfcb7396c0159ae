"""All cards in one item: each is drawn once into pixels, and those are put on the screen.

A frame draws as many cards anew as it has time for; the others show what they showed, enlarged
or reduced, until the next frame. So 300 cards cost a few milliseconds however they are moved.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepdesk.ui.tabs.architecture.items import (
    MARGIN_PX,
    RADIUS_PX,
    STRIPE_PX,
    CardItem,
    Sprite,
    family_role,
)
from deepdesk.ui.theme import colour
from deepdesk.ui.widgets.painting import antialiased, fill_round

DRAWING_S = 0.004  # of a frame that goes into new pixels
COARSEST, FINEST = 0.5, 2.0  # how far old pixels are reduced or enlarged at most
KEPT_ZOOM = 1.2  # pixels above it are given up once out of sight
AHEAD, AHEAD_S = 0.35, 0.002  # of the window beyond its edges, and the time for it
SAME = 1e-9  # between two zooms
DIMMED = 0.35


class CardLayer(QGraphicsItem):
    """Draws cards.

    Attributes:
        is_hurried: Whether the zoom changes right now: pixels are not drawn anew for it then.
    """

    def __init__(self, cards: Mapping[str, CardItem], wake: Callable[[], None]) -> None:
        super().__init__()
        self._cards = cards
        self._wake = wake
        self._room = QRectF()
        self.is_hurried = False
        self.setZValue(2)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def show_room(self, room: QRectF) -> None:
        """Take the rectangle that holds all cards."""
        self.prepareGeometryChange()
        self._room = room

    def boundingRect(self) -> QRectF:
        return self._room

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        zoom = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        if widget is None:
            self._draw_lines(painter, zoom)
        else:
            self._draw_pixels(painter, QRectF(option.exposedRect), zoom, widget)

    def _draw_lines(self, painter: QPainter, zoom: float) -> None:
        """Draw for a file: nothing in it is made of pixels, or selected."""
        antialiased(painter)
        for item in self._cards.values():
            painter.save()
            painter.translate(item.centre)
            item.paint(painter, zoom)
            painter.restore()

    def _draw_pixels(
        self, painter: QPainter, exposed: QRectF, zoom: float, widget: QWidget
    ) -> None:
        canvas = widget.parentWidget()
        has_keyboard = canvas is not None and canvas.hasFocus()
        to_screen = painter.worldTransform()
        density = widget.devicePixelRatioF()
        exposed.adjust(-MARGIN_PX, -MARGIN_PX, MARGIN_PX, MARGIN_PX)
        seen = [item for item in self._cards.values() if item.area.intersects(exposed)]
        is_ready = self._prepare(seen, zoom, density, time.perf_counter() + DRAWING_S)
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for item in seen:
            rect = to_screen.mapRect(item.area)
            if item.sprite is None:
                _hint(painter, item, rect)
            else:
                _put(painter, item, item.sprite, rect, zoom)
            if item.is_chosen:
                _outline(painter, item, rect, has_keyboard)
        painter.restore()
        is_ready = is_ready and self._look_ahead(exposed, zoom, density)
        if not is_ready:
            self._wake()

    def _prepare(
        self, items: Iterable[CardItem], zoom: float, density: float, until: float
    ) -> bool:
        """Draw pixels anew while there is time; return whether all are as they should be."""
        for item in items:
            if not self._is_good(item.sprite, zoom, density):
                if time.perf_counter() > until:
                    return False
                item.sprite = sprite_of(item, zoom, density)
        return True

    def _look_ahead(self, exposed: QRectF, zoom: float, density: float) -> bool:
        """Draw what comes into sight next, and give up what is far away."""
        if self.is_hurried:
            return True
        right, down = exposed.width() * AHEAD, exposed.height() * AHEAD
        near = exposed.adjusted(-right, -down, right, down)
        coming = []
        for item in self._cards.values():
            if item.area.intersects(near):
                coming.append(item)
            elif item.sprite is not None and item.sprite.zoom > KEPT_ZOOM:
                item.sprite = None
        return self._prepare(coming, zoom, density, time.perf_counter() + AHEAD_S)

    def _is_good(self, sprite: Sprite | None, zoom: float, density: float) -> bool:
        if sprite is None or sprite.is_stale or sprite.density != density:
            return False
        if self.is_hurried:
            return COARSEST <= zoom / sprite.zoom <= FINEST
        return abs(sprite.zoom - zoom) < SAME


def sprite_of(item: CardItem, zoom: float, density: float) -> Sprite:
    """Return a card as pixels."""
    rect = item.rect.adjusted(-MARGIN_PX, -MARGIN_PX, MARGIN_PX, MARGIN_PX)
    scale = zoom * density
    size = (math.ceil(rect.width() * scale), math.ceil(rect.height() * scale))
    pixels = QPixmap(*size)
    pixels.fill(Qt.GlobalColor.transparent)
    painter = antialiased(QPainter(pixels))
    painter.scale(scale, scale)
    painter.translate(-rect.topLeft())
    item.paint(painter, zoom)
    painter.end()
    pixels.setDevicePixelRatio(density)
    return Sprite(pixels, zoom, density)


def _put(painter: QPainter, item: CardItem, sprite: Sprite, rect: QRectF, zoom: float) -> None:
    if item.is_dimmed:
        painter.setOpacity(DIMMED)
    grid, margin = sprite.density, MARGIN_PX * zoom
    x, y = rect.x() - margin, rect.y() - margin
    at = QPointF(round(x * grid) / grid, round(y * grid) / grid)
    if abs(sprite.zoom - zoom) < SAME:
        painter.drawPixmap(at, sprite.pixels)
    else:
        source = QRectF(sprite.pixels.rect())
        size = source.size() / sprite.density * (zoom / sprite.zoom)
        painter.drawPixmap(QRectF(at, size), sprite.pixels, source)
    if item.is_dimmed:
        painter.setOpacity(1.0)


def _hint(painter: QPainter, item: CardItem, rect: QRectF) -> None:
    """Draw the ground of a card whose pixels come with the next frame."""
    painter.fillRect(rect, colour("surface"))
    stripe = QRectF(rect)
    stripe.setWidth(STRIPE_PX * rect.width() / item.width_px)
    painter.fillRect(stripe, colour(family_role(item.card.family)))


def _outline(painter: QPainter, item: CardItem, rect: QRectF, has_keyboard: bool) -> None:
    """Draw the look of a selected card; the one that has the focus wears a halo too."""
    zoom = rect.width() / item.width_px
    radius = RADIUS_PX * zoom
    if item.is_focus and has_keyboard:
        wide = min(4.0, 4.0 * zoom + 1)
        halo = rect.adjusted(-wide / 2, -wide / 2, wide / 2, wide / 2)
        painter.setPen(QPen(colour("accent", 0.22), wide))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(halo, radius + wide / 2, radius + wide / 2)
    if not item.is_focus:
        fill_round(painter, rect, colour("accent", 0.06), radius)
    painter.setPen(QPen(colour("accent"), 2.0 if item.is_focus else 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    beyond = 3.0 * zoom if item.card.problem is not None else -0.5
    around = rect.adjusted(-beyond, -beyond, beyond, beyond)
    painter.drawRoundedRect(around, radius + max(beyond, 0), radius + max(beyond, 0))
