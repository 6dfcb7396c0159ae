"""What is drawn of one block: its card."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from deepdesk.ui.tabs.architecture.drawing import Card
from deepdesk.ui.tabs.architecture.shown import GROUP_FAMILY
from deepdesk.ui.theme import colour, metrics, text_colour
from deepdesk.ui.theme.fonts import SEMIBOLD, font
from deepdesk.ui.theme.tokens import CLASS_COLOURS
from deepdesk.ui.widgets.painting import draw_shadow, draw_text, fill_round, outline_round

CARD_HEIGHT_PX = 50
STRIPE_PX = 5
INSET_PX = 16
RADIUS_PX = 8
SMALLEST_PX, LARGEST_PX, WIDTH_STEP_PX = 196, 356, 20
MARGIN_PX = 7  # around a card, for its shadow and the sheets of a group
# Below this zoom two lines cannot be read; the title alone is then drawn as large as it fits.
READABLE = 0.62
# Below this one no title can be read either.
TITLES = 0.16
FAMILY_ROLES = {
    "inputs": "faint",
    "layers": "accent",
    "shape": CLASS_COLOURS[1],
    "blocks": CLASS_COLOURS[2],
    "merge": CLASS_COLOURS[4],
    "backbones": CLASS_COLOURS[5],
    "heads": "validation",
    GROUP_FAMILY: "muted",
}
# What becomes of a block's weights where training goes on from a run; kept goes without saying.
STATES = {"changed": ("keeps a part", "warn"), "new": ("new", "good")}
RIGHT = Qt.AlignmentFlag.AlignRight


def family_role(family: str) -> str:
    """Return the role of a family's colour."""
    return FAMILY_ROLES.get(family, "faint")


def card_height() -> int:
    """Return the height of a card at the present text size."""
    return metrics.scaled(CARD_HEIGHT_PX)


def width_for(card: Card, rights: tuple[str, ...]) -> float:
    """Return the width that a card needs to show everything, with the longest of `rights`."""
    scale = metrics.scale()
    right = max((_advance(text, metrics.TINY, scale) for text in rights), default=0.0)
    below = _advance(card.line, metrics.TINY, scale) + right + metrics.L
    title = _advance(card.title, metrics.BODY, scale)
    least = metrics.scaled(SMALLEST_PX)
    wanted = max(title, below) + INSET_PX + metrics.M - least
    # In steps, so that one letter more in a setting does not move every card.
    steps = max(0, math.ceil(wanted / WIDTH_STEP_PX))
    return float(min(least + steps * WIDTH_STEP_PX, metrics.scaled(LARGEST_PX)))


@lru_cache(maxsize=8192)
def _advance(text: str, size_px: float, _scale: float) -> float:
    """Return the width of a text; titles are in a heavier font. Fonts change with the scale."""
    words = font(size_px, SEMIBOLD) if size_px == metrics.BODY else font(size_px)
    return QFontMetricsF(words).horizontalAdvance(text)


@dataclass(slots=True)
class Sprite:
    """A card as pixels, drawn at one zoom for a screen of one density."""

    pixels: QPixmap
    zoom: float
    density: float
    is_stale: bool = False


class CardItem:
    """One block; the figure at its right and the bar below follow the overlay.

    Attributes:
        centre: Where it stands, in the drawing.
        is_chosen: Whether it is selected.
        is_focus: Whether it is the one that keys start from.
        sprite: Its pixels, None before they are needed.
    """

    def __init__(self, card: Card, width_px: float) -> None:
        self.card = card
        self.width_px = width_px
        self.centre = QPointF()
        self.right, self.share = "", 0.0
        self.is_chosen = self.is_focus = self.is_dimmed = False
        self.sprite: Sprite | None = None

    def show_card(self, card: Card, width_px: float) -> None:
        """Take what the block is now."""
        if _look(card) != _look(self.card) or width_px != self.width_px:
            self.fade()
        self.card, self.width_px = card, width_px

    def show_figure(self, right: str, share: float) -> None:
        """Write `right`, and fill the bar to `share`, 0 to 1."""
        if (right, share) != (self.right, self.share):
            self.right, self.share = right, share
            self.fade()

    def fade(self) -> None:
        """Have the pixels drawn anew when there is time."""
        if self.sprite is not None:
            self.sprite.is_stale = True

    @property
    def is_group(self) -> bool:
        """Whether it stands for several blocks."""
        return self.card.family == GROUP_FAMILY

    @property
    def rect(self) -> QRectF:
        """The card around its own centre."""
        height = card_height()
        return QRectF(-self.width_px / 2, -height / 2, self.width_px, height)

    @property
    def area(self) -> QRectF:
        """The card in the drawing."""
        return self.rect.translated(self.centre)

    @property
    def tip(self) -> str:
        """What is said when the pointer rests on it."""
        card = self.card
        return f"{card.title}: {card.line}" if card.line else card.title

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Draw the card around the origin, without what only the screen shows."""
        if self.is_group:
            self._draw_sheets(painter)
        self._draw_ground(painter)
        if zoom >= READABLE:
            self._draw_lines(painter)
        elif zoom >= TITLES:
            self._draw_title_alone(painter, zoom)

    def _draw_sheets(self, painter: QPainter) -> None:
        """Draw the edges of two more cards that look out below."""
        for step in (6, 3):
            sheet = self.rect.adjusted(step * 1.5, step, -step * 1.5, step)
            fill_round(painter, sheet, colour("surface"), RADIUS_PX)
            outline_round(painter, sheet, colour("line"), RADIUS_PX)

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
            painter.setPen(QPen(colour("bad"), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)
        else:
            outline_round(painter, rect, colour("line"), RADIUS_PX)

    def _draw_lines(self, painter: QPainter) -> None:
        room = self.rect.adjusted(INSET_PX, 7, -metrics.M + 2, -7)
        half = room.height() / 2
        top, below = room.adjusted(0, 0, 0, -half), room.adjusted(0, half, 0, 0)
        if self.card.state in STATES:
            words, role = STATES[self.card.state]
            taken = draw_text(painter, top, words, font(metrics.TINY), text_colour(role), RIGHT)
            top.setRight(top.right() - taken - metrics.S)
        draw_text(painter, top, self.card.title, font(metrics.BODY, SEMIBOLD), colour("text"))
        ink = text_colour("bad" if self.card.problem else "muted")
        words = "does not fit" if self.card.problem else self.right
        width = draw_text(painter, below, words, font(metrics.TINY), ink, RIGHT)
        below.setRight(below.right() - width - metrics.S)
        draw_text(painter, below, self.card.line, font(metrics.TINY), colour("muted"))

    def _draw_title_alone(self, painter: QPainter, zoom: float) -> None:
        size_px = min(metrics.BODY * READABLE / max(zoom, 0.05) * 1.1, CARD_HEIGHT_PX * 0.55)
        words = font(size_px, SEMIBOLD)
        room = self.rect.adjusted(INSET_PX - 2, 0, -6, 0)
        draw_text(painter, room, self.card.title, words, colour("text"))


def _look(card: Card) -> tuple[object, ...]:
    """Return what of a card is seen on it, beside its figure."""
    return card.title, card.line, card.family, card.problem is None, card.state
