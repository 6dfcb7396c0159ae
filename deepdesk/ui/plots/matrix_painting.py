"""How a square of cells is laid out and painted at any size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from deepdesk.ui.plots.confusion import Cells, Confusion
from deepdesk.ui.theme import colour
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.theme.metrics import TINY

_MAX_CELL_PX = 56.0
_MIN_CELL_PX = 3.0
_GAPS_FROM_PX = 7.0  # smaller cells touch each other
_NAMES_FROM_PX = 11.0  # smaller rows have no room for a name
_MAX_NAME_SHARE = 0.32
_NAME_GAP_PX = 7.0
_PALEST = 0.05
_LIFT = 0.6  # below 1 shows rare mistakes more clearly


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """Where the cells of a matrix are within a widget, in its pixels.

    Attributes:
        cell_px: Side of a cell.
        names_px: Width kept for the class names at the left, 0 for none.
    """

    cells: Cells
    left: float
    top: float
    cell_px: float
    names_px: float

    @property
    def side(self) -> int:
        """Cells in a row."""
        return len(self.cells.strength)

    def spot_at(self, place: QPointF) -> tuple[int, int] | None:
        """Return (row, column) of the cell at a place, None outside."""
        column = int((place.x() - self.left) // self.cell_px)
        row = int((place.y() - self.top) // self.cell_px)
        inside = 0 <= row < self.side and 0 <= column < self.side
        return (row, column) if inside else None

    def spot_rect(self, row: int, column: int) -> QRectF:
        """Return the square of a cell."""
        cell = self.cell_px
        return QRectF(self.left + column * cell, self.top + row * cell, cell, cell)


def layout_of(confusion: Confusion, size: QSize) -> MatrixLayout:
    """Return the layout that makes most of a widget's size."""
    room = min(size.width(), size.height())
    limit = max(8, int(room / _MIN_CELL_PX))
    cells = confusion.cells(limit)
    side = len(cells.strength)
    names_px = 0.0
    if side == len(confusion.classes):
        widest = max(
            QFontMetricsF(font(TINY)).horizontalAdvance(name) for name in confusion.classes
        )
        names_px = min(widest, _MAX_NAME_SHARE * size.width()) + _NAME_GAP_PX
    cell = min(_MAX_CELL_PX, (size.width() - names_px) / side, size.height() / side)
    if names_px and cell < _NAMES_FROM_PX:
        names_px = 0.0
        cell = min(_MAX_CELL_PX, room / side)
    return MatrixLayout(cells, names_px, 0.0, max(1.0, cell), names_px)


def paint_matrix(painter: QPainter, layout: MatrixLayout, confusion: Confusion) -> None:
    """Paint names and cells."""
    if layout.cell_px >= _GAPS_FROM_PX:
        _paint_apart(painter, layout)
    else:
        _paint_together(painter, layout)
    if layout.names_px:
        _paint_names(painter, layout, confusion.classes)


def paint_pointer(painter: QPainter, layout: MatrixLayout, spot: tuple[int, int]) -> None:
    """Paint a frame round the cell that is pointed at."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour("text"), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(layout.spot_rect(*spot), 3, 3)


def _alpha(strength: float) -> float:
    return _PALEST + (1 - _PALEST) * math.pow(min(1.0, strength), _LIFT)


def _paint_apart(painter: QPainter, layout: MatrixLayout) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    inset = 0.75 if layout.cell_px > 12 else 0.5
    radius = min(3.0, layout.cell_px / 5)
    for row, strengths in enumerate(layout.cells.strength.tolist()):
        for column, strength in enumerate(strengths):
            painter.setBrush(colour("accent", _alpha(strength)))
            spot = layout.spot_rect(row, column).adjusted(inset, inset, -inset, -inset)
            painter.drawRoundedRect(spot, radius, radius)


def _paint_together(painter: QPainter, layout: MatrixLayout) -> None:
    strength = layout.cells.strength
    alpha = (_PALEST + (1 - _PALEST) * np.minimum(strength, 1.0) ** _LIFT)[..., None]
    front, back = (_rgb(colour(role)) for role in ("accent", "surface"))
    pixels = np.ascontiguousarray((alpha * front + (1 - alpha) * back).astype(np.uint8))
    side = layout.side
    image = QImage(pixels.data, side, side, 3 * side, QImage.Format.Format_RGB888)
    whole = side * layout.cell_px
    painter.drawImage(QRectF(layout.left, layout.top, whole, whole), image)


def _rgb(made: QColor) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([made.red(), made.green(), made.blue()], dtype=np.float64)


def _paint_names(painter: QPainter, layout: MatrixLayout, classes: tuple[str, ...]) -> None:
    painter.setFont(font(TINY))
    painter.setPen(colour("muted"))
    metrics = QFontMetricsF(font(TINY))
    width = layout.names_px - _NAME_GAP_PX
    for row, name in enumerate(classes):
        spot = QRectF(0, layout.top + row * layout.cell_px, width, layout.cell_px)
        words = metrics.elidedText(name, Qt.TextElideMode.ElideRight, width)
        painter.drawText(spot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
