"""All curves of a plot as one item of the scene.

An item for each curve would be asked for its bounds, its transform and its signals in Python
several times a frame. One item that is as large as the view and knows its polygons already
costs little beside the drawing of the lines themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

FloatArray = NDArray[np.float64]


@dataclass(slots=True)
class Line:
    """One curve as it is drawn.

    Attributes:
        order: Lines of higher order are drawn over those of lower order.
        is_smooth: Edges are antialiased.
    """

    x: FloatArray
    y: FloatArray
    pen: QPen
    order: int
    is_smooth: bool
    polygon: QPolygonF


class CurveLines(QGraphicsObject):
    """Lines by key, in the coordinates of the plane that a plot shows."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[str, Line] = {}
        self._drawn: list[Line] = []
        self._view = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def __iter__(self) -> Iterator[Line]:
        return iter(self._drawn)

    def points_of(self, key: str) -> int:
        """Return from how many points a curve is drawn, 0 where it is not."""
        return len(self._lines[key].x) if key in self._lines else 0

    def put(
        self, key: str, points: tuple[FloatArray, FloatArray], pen: QPen, order: int, smooth: bool
    ) -> None:
        """Draw a curve through these points from the next frame on.

        Args:
            points: x and y, (n,) each, finite.
        """
        x, y = points
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line(x, y, pen, order, smooth, QPolygonF())
        line.x, line.y, line.pen, line.order, line.is_smooth = x, y, pen, order, smooth
        line.polygon.resize(len(x))
        if len(x):
            memory = pg.functions.ndarray_from_qpolygonf(line.polygon)
            memory[:, 0] = x
            memory[:, 1] = y

    def keep_only(self, keys: set[str]) -> None:
        """Forget every other curve, and paint those that are left."""
        for key in set(self._lines) - keys:
            del self._lines[key]
        self._drawn = sorted(self._lines.values(), key=lambda line: line.order)
        self.update()

    def fill(self, view: QRectF) -> None:
        """Take the part of the plane that is shown; nothing is drawn outside of it."""
        if view != self._view:
            self.prepareGeometryChange()
            self._view = QRectF(view)

    def boundingRect(self) -> QRectF:
        """Return the part of the plane that is shown."""
        return self._view

    def shape(self) -> QPainterPath:
        """Return nothing: the mouse is for the plot, not for its lines."""
        return QPainterPath()

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        """Draw every line."""
        for line in self._drawn:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, line.is_smooth)
            painter.setPen(line.pen)
            painter.drawPolyline(line.polygon)
