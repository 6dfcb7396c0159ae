"""What is drawn over a network: ports of the card in hand, and where a dropped block would go."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from deepdesk.ui.tabs.architecture.items import RADIUS_PX
from deepdesk.ui.tabs.architecture.routes import Route
from deepdesk.ui.tabs.architecture.scene import NetworkScene
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import draw_text, fill_round, outline_round

PORT_PX = 9.0  # how near the pointer has to be to a port, on the screen
DOT_PX = 4.5
PORTS = 0.4  # zoom below which ports are too small to hit
WAYS = {
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
}


def draw_ports(painter: QPainter, picture: NetworkScene, card_id: str) -> None:
    """Draw where connections leave and enter a card; a free input is hollow."""
    painter.setPen(QPen(colour("accent"), 1.6))
    for port in picture.inputs_of(card_id):
        painter.setBrush(colour("accent_soft" if port.is_taken else "surface"))
        painter.drawEllipse(port.at, DOT_PX, DOT_PX)
    painter.setBrush(colour("accent"))
    painter.drawEllipse(picture.output_of(card_id), DOT_PX, DOT_PX)


def draw_insertion(painter: QPainter, route: Route) -> None:
    """Mark a connection that a block would be put on."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour("accent", 0.2), 8))
    painter.drawPath(route.path)
    painter.setPen(QPen(colour("accent"), 2.5))
    painter.drawPath(route.path)
    _draw_plus(painter, route.path.pointAtPercent(0.5))


def draw_after(painter: QPainter, card: QRectF) -> None:
    """Mark that a block would come after a card."""
    bar = QRectF(card.left() + 10, card.bottom() + 6, card.width() - 20, 4)
    fill_round(painter, bar, colour("accent"), 2)
    _draw_plus(painter, bar.center())


def draw_ghost(painter: QPainter, centre: QPointF, width: float, height: float) -> None:
    """Draw the outline of a card where a block would stand alone."""
    rect = QRectF(centre.x() - width / 2, centre.y() - height / 2, width, height)
    pen = QPen(colour("accent", 0.7), 1.5)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.setBrush(colour("accent", 0.06))
    painter.drawRoundedRect(rect, RADIUS_PX, RADIUS_PX)


def draw_note(painter: QPainter, at: QPointF, text: str, zoom: float) -> None:
    """Write a line beside a point, as large at every zoom."""
    words = font(metrics.SMALL)
    painter.save()
    painter.translate(at)
    painter.scale(1 / zoom, 1 / zoom)
    width = QFontMetricsF(words).horizontalAdvance(text) + 2 * metrics.M
    room = QRectF(18, 12, width, metrics.scaled(metrics.SMALL_HEIGHT))
    fill_round(painter, room, colour("surface"), metrics.RADIUS_CONTROL)
    outline_round(painter, room, colour("line"), metrics.RADIUS_CONTROL)
    inside = room.adjusted(metrics.M, 0, 0, 0)
    draw_text(painter, inside, text, words, colour("text"))
    painter.restore()


def _draw_plus(painter: QPainter, at: QPointF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour("accent"))
    painter.drawEllipse(at, 8, 8)
    pen = QPen(colour("on_accent"), 1.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    for way in (QPointF(3.5, 0), QPointF(0, 3.5)):
        painter.drawLine(at - way, at + way)
