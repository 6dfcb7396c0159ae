"""Strokes that several widgets share; every one reads the colours in use."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from deepdesk.ui.theme import colour, tokens
from deepdesk.ui.theme.metrics import RADIUS_CONTROL
from deepdesk.ui.theme.tokens import LIGHT, SHADOW, has_pattern

FOCUS_PX = 2.0


def antialiased(painter: QPainter) -> QPainter:
    """Switch smooth edges on and return the painter."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


def fill_round(painter: QPainter, rect: QRectF, fill: QColor, radius: float) -> None:
    """Fill a rounded rectangle without a border."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRoundedRect(rect, radius, radius)


def outline_round(painter: QPainter, rect: QRectF, line: QColor, radius: float) -> None:
    """Draw a border of one pixel just inside `rect`."""
    painter.setPen(QPen(line, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def draw_shadow(painter: QPainter, rect: QRectF, radius: float, strength: float = 1.0) -> None:
    """Draw the soft edge below a card of `rect`, two pixels beyond it; none in the dark."""
    alpha = tokens().shadow * strength
    if alpha <= 0:
        return
    for grow, share in ((1.5, 0.25), (0.75, 0.5)):
        soft = rect.adjusted(-grow * 0.6, 1, grow * 0.6, grow + 0.5)
        fill_round(painter, soft, colour(SHADOW, alpha * share), radius + grow)


def draw_focus(painter: QPainter, rect: QRectF, radius: float = RADIUS_CONTROL) -> None:
    """Draw the ring around what the keyboard is on."""
    half = FOCUS_PX / 2
    painter.setPen(QPen(colour("accent"), FOCUS_PX))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius, radius)


def draw_bar(painter: QPainter, rect: QRectF, share: float, fill: QColor) -> None:
    """Draw a round-ended bar filled to `share` (0 to 1) over its track."""
    radius = rect.height() / 2
    fill_round(painter, rect, colour(track_role()), radius)
    if share <= 0:
        return
    clip = QPainterPath()
    clip.addRoundedRect(rect, radius, radius)
    painter.save()
    painter.setClipPath(clip)
    width = max(rect.width() * min(share, 1.0), 3.0)
    # A short fill keeps its round right end: it is drawn longer, and its left end clipped away.
    long = QRectF(rect.left() + width - max(width, rect.height()), rect.top(), 0, rect.height())
    long.setRight(rect.left() + width)
    fill_round(painter, long, fill, radius)
    painter.restore()


def track_role() -> str:
    """Return the role of what lies under a bar."""
    return "bg"


def draw_swatch(painter: QPainter, rect: QRectF, position: int, radius: float = 3.0) -> None:
    """Draw the colour of the class at `position`, striped from the eleventh class on."""
    fill_round(painter, rect, colour(tokens().class_colour(position)), radius)
    if has_pattern(position):
        _draw_stripes(painter, rect, radius)


def _draw_stripes(painter: QPainter, rect: QRectF, radius: float) -> None:
    clip = QPainterPath()
    clip.addRoundedRect(rect, radius, radius)
    painter.save()
    painter.setClipPath(clip)
    painter.setPen(QPen(colour(LIGHT.surface, 0.85), rect.width() / 6))
    for share in (0.0, 0.5, 1.0):
        shift = (share - 0.5) * 1.3 * rect.width()
        painter.drawLine(rect.bottomLeft() + QPointF(shift, 0), rect.topRight() + QPointF(shift, 0))
    painter.restore()


def draw_dot(painter: QPainter, centre: QPointF, fill: QColor, radius: float = 3.5) -> None:
    """Draw a filled dot."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawEllipse(centre, radius, radius)


def draw_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    font: QFont,
    ink: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> float:
    """Draw one line in the middle of `rect`'s height, cut with "..." if it is too long.

    Returns:
        The width it took.
    """
    figures = QFontMetricsF(font)
    shown = text
    if figures.horizontalAdvance(text) > rect.width() + 0.5:
        shown = figures.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(font)
    painter.setPen(ink)
    painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, shown)
    return figures.horizontalAdvance(shown)
