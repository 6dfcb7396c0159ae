"""What is drawn on the canvas: cards, and what is wrong beside a card."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QTextOption
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepdesk.ui.tabs.architecture.drawing import Card
from deepdesk.ui.theme import colour, metrics, text_colour
from deepdesk.ui.theme.fonts import MEDIUM, SEMIBOLD, font
from deepdesk.ui.theme.tokens import CLASS_COLOURS
from deepdesk.ui.widgets.painting import (
    antialiased,
    draw_shadow,
    draw_text,
    fill_round,
    outline_round,
)

CARD_HEIGHT_PX = 50
STRIPE_PX = 5
INSET_PX = 16
RADIUS_PX = 8
SMALLEST_PX, LARGEST_PX = 196, 356
BUBBLE_PX = 236
# Below this zoom two lines cannot be read; the title alone is then drawn as large as it fits.
READABLE = 0.62
FAMILY_ROLES = {
    "inputs": "faint",
    "layers": "accent",
    "shape": CLASS_COLOURS[1],
    "blocks": CLASS_COLOURS[2],
    "merge": CLASS_COLOURS[4],
    "backbones": CLASS_COLOURS[5],
    "heads": "validation",
}


def family_role(family: str) -> str:
    """Return the role of a family's colour."""
    return FAMILY_ROLES.get(family, "faint")


def card_height() -> int:
    """Return the height of a card at the present text size."""
    return metrics.scaled(CARD_HEIGHT_PX)


def width_for(card: Card, right: str) -> float:
    """Return the width that a card needs to show everything."""
    title = QFontMetricsF(font(metrics.BODY, SEMIBOLD)).horizontalAdvance(card.title)
    small = QFontMetricsF(font(metrics.TINY))
    below = small.horizontalAdvance(card.line) + small.horizontalAdvance(right) + metrics.L
    wanted = max(title, below) + INSET_PX + metrics.M
    return min(max(wanted, metrics.scaled(SMALLEST_PX)), metrics.scaled(LARGEST_PX))


class CardItem(QGraphicsItem):
    """One block; the figure at its right and the bar below follow the overlay."""

    def __init__(self, card: Card, width_px: float) -> None:
        super().__init__()
        self.card = card
        self.width_px = width_px
        self.right, self.share = "", 0.0
        self.is_chosen = False
        self.setZValue(2)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setToolTip(_tip(card))

    def show_figure(self, right: str, share: float) -> None:
        """Write `right`, and fill the bar to `share`, 0 to 1."""
        self.right, self.share = right, share
        self.update()

    def choose(self, *, is_chosen: bool) -> None:
        """Wear the outline of the chosen card, or take it off."""
        self.is_chosen = is_chosen
        self.setZValue(3 if is_chosen else 2)
        self.update()

    @property
    def rect(self) -> QRectF:
        """The card itself, around the item's own origin."""
        height = card_height()
        return QRectF(-self.width_px / 2, -height / 2, self.width_px, height)

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-4, -4, 4, 5)

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        zoom = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        antialiased(painter)
        if self.is_chosen and _has_keyboard(widget):
            fill_round(painter, self.rect.adjusted(-4, -4, 4, 4), colour("accent", 0.2), 11)
        self._draw_ground(painter)
        if zoom < READABLE:
            self._draw_title_alone(painter, zoom)
        else:
            self._draw_lines(painter)

    def _draw_ground(self, painter: QPainter) -> None:
        rect = self.rect
        draw_shadow(painter, rect, RADIUS_PX)
        fill_round(painter, rect, colour("surface"), RADIUS_PX)
        painter.save()
        clip = QPainterPath()
        clip.addRoundedRect(rect, RADIUS_PX, RADIUS_PX)
        painter.setClipPath(clip)
        stripe = QRectF(rect.left(), rect.top(), STRIPE_PX, rect.height())
        painter.fillRect(stripe, colour(family_role(self.card.family)))
        if self.share > 0:
            bar = QRectF(rect.left() + STRIPE_PX, rect.bottom() - 3, rect.width() - STRIPE_PX, 3)
            painter.fillRect(bar, colour("line"))
            bar.setWidth(max(2.0, bar.width() * self.share))
            painter.fillRect(bar, colour("accent"))
        painter.restore()
        if self.card.problem is not None:
            self._outline(painter, "bad", 2.0)
        elif self.is_chosen:
            self._outline(painter, "accent", 2.0)
        else:
            outline_round(painter, rect, colour("line"), RADIUS_PX)
        if self.card.problem is not None and self.is_chosen:
            painter.setPen(QPen(colour("accent"), 2.0))
            painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), RADIUS_PX + 3, RADIUS_PX + 3)

    def _outline(self, painter: QPainter, role: str, width_px: float) -> None:
        painter.setPen(QPen(colour(role), width_px))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = self.rect.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(inner, RADIUS_PX, RADIUS_PX)

    def _draw_lines(self, painter: QPainter) -> None:
        room = self.rect.adjusted(INSET_PX, 7, -metrics.M + 2, -7)
        half = room.height() / 2
        top, below = room.adjusted(0, 0, 0, -half), room.adjusted(0, half, 0, 0)
        draw_text(painter, top, self.card.title, font(metrics.BODY, SEMIBOLD), colour("text"))
        ink = text_colour("bad" if self.card.problem else "muted")
        words = "does not fit" if self.card.problem else self.right
        right = Qt.AlignmentFlag.AlignRight
        width = draw_text(painter, below, words, font(metrics.TINY), ink, right)
        below.setRight(below.right() - width - metrics.S)
        draw_text(painter, below, self.card.line, font(metrics.TINY), colour("muted"))

    def _draw_title_alone(self, painter: QPainter, zoom: float) -> None:
        size_px = min(metrics.BODY * READABLE / max(zoom, 0.05) * 1.1, CARD_HEIGHT_PX * 0.55)
        words = font(size_px, SEMIBOLD)
        room = self.rect.adjusted(INSET_PX - 2, 0, -6, 0)
        draw_text(painter, room, self.card.title, words, colour("text"))


def _has_keyboard(viewport: QWidget | None) -> bool:
    canvas = None if viewport is None else viewport.parentWidget()
    return canvas is not None and canvas.hasFocus()


def _tip(card: Card) -> str:
    return f"{card.title}: {card.line}" if card.line else card.title


class BubbleItem(QGraphicsItem):
    """What is wrong with a block and what to do, beside its card."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__()
        self.message, self.hint = message, hint
        self._width = float(metrics.scaled(BUBBLE_PX))
        self._message = self._box(message, font(metrics.SMALL, MEDIUM), metrics.S + 2)
        self._hint = self._box(hint, font(metrics.SMALL), self._message.bottom() + metrics.XS)
        self.setZValue(5)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def _box(self, text: str, words: QFont, top: float) -> QRectF:
        room = QRectF(metrics.M, top, self._width - 2 * metrics.M, 10_000)
        if not text:
            return QRectF(room.left(), top - metrics.XS, 0, 0)
        flags = int(Qt.TextFlag.TextWordWrap.value) | int(Qt.AlignmentFlag.AlignLeft.value)
        return QFontMetricsF(words).boundingRect(room, flags, text)

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self._width, self._hint.bottom() + metrics.S + 2)

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        rect = self.boundingRect()
        antialiased(painter)
        fill_round(painter, rect, colour("surface"), RADIUS_PX)
        fill_round(painter, rect, colour("bad", 0.07), RADIUS_PX)
        outline_round(painter, rect, colour("bad", 0.45), RADIUS_PX)
        wrapped = QTextOption(Qt.AlignmentFlag.AlignLeft)
        wrapped.setWrapMode(QTextOption.WrapMode.WordWrap)
        for box, text, words, ink in (
            (self._message, self.message, font(metrics.SMALL, MEDIUM), text_colour("bad")),
            (self._hint, self.hint, font(metrics.SMALL), colour("text")),
        ):
            painter.setFont(words)
            painter.setPen(ink)
            painter.drawText(box.adjusted(0, 0, 4, 2), text, wrapped)
