"""Two needles on an arc: what was recorded and what the network says."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import SEMIBOLD, font
from deepdesk.ui.widgets.painting import antialiased, draw_text, fill_round

_SWEEP_DEG = 75.0
_SHARE = 0.22
_SMALLEST_PX, _LARGEST_PX = 30.0, 120.0
# Words need so much.
_LEAST_WIDTH_PX = 120


class Needles:
    """Painted over the picture; the arc ends at the largest number of the drive."""

    def __init__(self) -> None:
        self.human: float | None = None
        self.network: float | None = None
        self.full = 1.0
        self.right_is_positive = True

    def paint(self, painter: QPainter, picture: QRectF) -> None:
        """Paint arc and needles at the lower edge of a picture."""
        if self.human is None and self.network is None:
            return
        painter.save()
        antialiased(painter)
        radius = min(_LARGEST_PX, max(_SMALLEST_PX, picture.height() * _SHARE))
        words = metrics.scaled(20)
        wide = max(2.3 * radius, metrics.scaled(_LEAST_WIDTH_PX))
        card = QRectF(0, 0, wide, radius * 1.12 + 2 * words)
        card.moveCenter(picture.center())
        card.moveBottom(picture.bottom() - metrics.S)
        fill_round(painter, card, colour("surface", 0.8), metrics.RADIUS_CARD)
        hub = QPointF(card.center().x(), card.top() + radius * 1.08)
        painter.setPen(QPen(colour("muted", 0.6), 3))
        arc = QRectF(hub.x() - radius, hub.y() - radius, 2 * radius, 2 * radius)
        painter.drawArc(arc, round(16 * (90 - _SWEEP_DEG)), round(16 * 2 * _SWEEP_DEG))
        painter.drawLine(QPointF(hub.x(), hub.y() - radius), QPointF(hub.x(), hub.y() - radius + 7))
        left = QRectF(card.left() + metrics.M, hub.y(), card.width() - 2 * metrics.M, words)
        for value, name, role, style in (
            (self.human, "recorded", "text", Qt.PenStyle.DashLine),
            (self.network, "network", "accent", Qt.PenStyle.SolidLine),
        ):
            if value is None:
                continue
            painter.setPen(QPen(colour(role), 4, style, Qt.PenCapStyle.RoundCap))
            painter.drawLine(hub, self._tip(hub, radius * 0.94, value))
            small = font(metrics.SMALL, SEMIBOLD)
            draw_text(painter, left, name, small, colour(role))
            draw_text(painter, left, f"{value:+.3f}", small, colour(role), _RIGHT)
            left.translate(0, words)
        painter.restore()

    def _tip(self, hub: QPointF, length: float, value: float) -> QPointF:
        share = max(-1.0, min(1.0, value / max(self.full, 1e-9)))
        side = 1.0 if self.right_is_positive else -1.0
        angle = math.radians(_SWEEP_DEG * share * side)
        return hub + QPointF(math.sin(angle) * length, -math.cos(angle) * length)


_RIGHT = Qt.AlignmentFlag.AlignRight
