"""A zone of the picture in which nothing may stand: drawn, and red while something does."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import SEMIBOLD, font
from deepdesk.ui.theme.tokens import LIGHT
from deepdesk.ui.widgets.painting import draw_dot, draw_text, fill_round

CORNER_PX = 6.0
_LINE_PX, _HALO_PX = 2.0, 4.5
_WORDS_PX, _PAD_PX = 24, 10
_FREE_ALPHA, _ALARM_ALPHA = 0.10, 0.32


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLook:
    """How a zone looks now.

    Attributes:
        corners: (x, y) as shares of the picture's width and height.
        words: The alarm, "" while the way is free.
        corner: Place of the corner that is moved, -1 while the zone is not edited.
    """

    corners: tuple[tuple[float, float], ...]
    words: str = ""
    corner: int = -1


def placed(corner: tuple[float, float], rect: QRectF) -> QPointF:
    """Return where a corner lies over a picture that fills `rect`."""
    x, y = corner
    return QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height())


def paint_zone(painter: QPainter, rect: QRectF, look: ZoneLook) -> None:
    """Paint a zone over a picture that fills `rect`."""
    painter.save()
    is_alarm = bool(look.words)
    role = "bad" if is_alarm else "accent"
    shape = QPolygonF([placed(corner, rect) for corner in look.corners])
    painter.setBrush(colour(role, _ALARM_ALPHA if is_alarm else _FREE_ALPHA))
    for ink, width in ((colour(LIGHT.surface, 0.8), _HALO_PX), (colour(role), _LINE_PX)):
        painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine))
        painter.drawPolygon(shape)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    if look.corner >= 0:
        _paint_corners(painter, shape, look.corner)
    painter.restore()


def _paint_corners(painter: QPainter, shape: QPolygonF, chosen: int) -> None:
    for at, corner in enumerate(shape.toList()):
        draw_dot(painter, corner, colour(LIGHT.surface), CORNER_PX + 1.5)
        draw_dot(painter, corner, colour("accent"), CORNER_PX)
        if at == chosen:
            draw_dot(painter, corner, colour(LIGHT.surface), CORNER_PX / 2)


def paint_alarm(painter: QPainter, rect: QRectF, words: str) -> None:
    """Write an alarm at the top of a picture, with a sign that is no colour alone."""
    painter.save()
    letters = font(metrics.BODY, SEMIBOLD)
    high = metrics.scaled(_WORDS_PX)
    width = QFontMetricsF(letters).horizontalAdvance(words) + 2 * _PAD_PX + high
    tag = QRectF(rect.left() + _PAD_PX, rect.top() + _PAD_PX, width, high)
    tag.setRight(min(tag.right(), rect.right() - _PAD_PX))
    fill_round(painter, tag, colour(LIGHT.bad), metrics.RADIUS_CONTROL)
    sign = QPolygonF(
        [
            QPointF(tag.left() + _PAD_PX + high * 0.3, tag.top() + high * 0.22),
            QPointF(tag.left() + _PAD_PX + high * 0.6, tag.bottom() - high * 0.25),
            QPointF(tag.left() + _PAD_PX, tag.bottom() - high * 0.25),
        ]
    )
    painter.setBrush(colour(LIGHT.surface))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon(sign)
    room = tag.adjusted(_PAD_PX + high * 0.85, 0, -_PAD_PX, 0)
    draw_text(painter, room, words, letters, colour(LIGHT.surface))
    painter.restore()
