"""Connections between cards."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepdesk.ui.theme import colour
from deepdesk.ui.widgets.painting import antialiased


class LinkItem(QGraphicsItem):
    """A connection; one that skips blocks is dashed."""

    def __init__(self, path: QPainterPath, *, skips: bool) -> None:
        super().__init__()
        self._path = path
        self.skips = skips
        self.setZValue(0)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().adjusted(-2, -2, 2, 2)

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        pen = QPen(colour("faint"), 1.5 if self.skips else 1.75)
        if self.skips:
            pen.setDashPattern([3, 2.4])
        antialiased(painter).setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)


def straight(start: QPointF, end: QPointF) -> QPainterPath:
    """Return a connection from above to below, bent only where the two are not in line."""
    path = QPainterPath(start)
    bend = (end.y() - start.y()) / 2
    path.cubicTo(start + QPointF(0, bend), end - QPointF(0, bend), end)
    return path


def around(start: QPointF, end: QPointF, bulge: float) -> QPainterPath:
    """Return a connection that leaves and enters at the right side of two cards."""
    path = QPainterPath(start)
    x = max(start.x(), end.x()) + bulge
    path.cubicTo(QPointF(x, start.y()), QPointF(x, end.y()), end)
    return path


def through_gutter(start: QPointF, end: QPointF, gutter_x: float, drop: float) -> QPainterPath:
    """Return a connection down, up between two columns, and into the top of the next."""
    corners = (
        start,
        start + QPointF(0, drop),
        QPointF(gutter_x, start.y() + drop),
        QPointF(gutter_x, end.y() - drop),
        end - QPointF(0, drop),
        end,
    )
    return rounded(corners)


def rounded(corners: tuple[QPointF, ...], radius: float = 8.0) -> QPainterPath:
    """Return straight lines over corners, each corner rounded."""
    path = QPainterPath(corners[0])
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        path.lineTo(_towards(corner, before, radius))
        path.quadTo(corner, _towards(corner, after, radius))
    path.lineTo(corners[-1])
    return path


def _towards(start: QPointF, end: QPointF, length: float) -> QPointF:
    way = end - start
    distance = (way.x() ** 2 + way.y() ** 2) ** 0.5
    return start + way * (min(length, distance / 2) / distance) if distance else start
