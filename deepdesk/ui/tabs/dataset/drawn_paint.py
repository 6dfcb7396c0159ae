"""Drawings over small pictures: thin strokes that are seen on every ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from deepdesk.core.answer_filter import EVERYTHING
from deepdesk.core.payloads import Mask
from deepdesk.data.drawn_small import SmallDrawing
from deepdesk.ui.overlay.mask_picture import mask_picture
from deepdesk.ui.theme import colour, tokens
from deepdesk.ui.theme.tokens import LIGHT, contrast, has_pattern

LINE_PX = 1.5
HALO_PX = 1.0
POINT_PX = 3.0
AREA_OPACITY = 0.5
_FILL = 0.16
_DASHES = (1.2, 3.6)


def paint_drawing(
    painter: QPainter, rect: QRectF, small: SmallDrawing, classes: Sequence[str]
) -> None:
    """Paint a drawing over its picture, which fills `rect`.

    Args:
        classes: All names of the project in their order, which decides the colours.
    """
    positions = {name: at for at, name in enumerate(classes)}
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if small.areas_HW is not None:
        _paint_areas(painter, rect, small, classes)
    for name, corners in small.outlines:
        path = QPainterPath()
        path.addPolygon(QPolygonF([_at(rect, x, y) for x, y in corners]))
        path.closeSubpath()
        _stroke(painter, path, positions.get(name, -1), fill=_FILL)
    for name, left, top, right, bottom in small.boxes:
        path = QPainterPath()
        path.addRect(QRectF(_at(rect, left, top), _at(rect, right, bottom)))
        _stroke(painter, path, positions.get(name, -1))
    for name, x, y in small.points:
        path = QPainterPath()
        path.addEllipse(_at(rect, x, y), POINT_PX, POINT_PX)
        _stroke(painter, path, positions.get(name, -1), fill=1.0)
    painter.restore()


def _at(rect: QRectF, x: float, y: float) -> QPointF:
    return QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height())


def _paint_areas(
    painter: QPainter, rect: QRectF, small: SmallDrawing, classes: Sequence[str]
) -> None:
    areas_HW = small.areas_HW
    assert areas_HW is not None
    places = {name: at for at, name in enumerate(classes)}
    # The last place is that of -1: pixels of no class.
    table = np.array([*(places.get(name, -1) for name in small.names), -1], dtype=np.int64)
    made = mask_picture(Mask(classes_HW=table[areas_HW], classes=tuple(classes)), EVERYTHING)
    painter.setOpacity(AREA_OPACITY)
    painter.drawImage(rect, made)
    painter.setOpacity(1.0)


def _stroke(painter: QPainter, path: QPainterPath, position: int, *, fill: float = 0.0) -> None:
    ink = tokens().faint if position < 0 else tokens().class_colour(position)
    painter.setBrush(colour(ink, fill) if fill else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour(_halo(ink), 0.6), LINE_PX + HALO_PX))
    painter.drawPath(path)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour(ink), LINE_PX))
    painter.drawPath(path)
    if position >= 0 and has_pattern(position):
        pen = QPen(colour(LIGHT.surface, 0.9), LINE_PX)
        pen.setDashPattern(list(_DASHES))
        painter.setPen(pen)
        painter.drawPath(path)


def _halo(ink: str) -> str:
    """Return the lightness that the ink has not: one of the two is seen on every ground."""
    return max((LIGHT.surface, LIGHT.text), key=lambda ground: contrast(ground, ink))
