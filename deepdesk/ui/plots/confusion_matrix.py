"""The matrix of truth and answer; a cell tells what it means and opens its samples."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.ui.plots.confusion import Confusion
from deepdesk.ui.plots.matrix_painting import MatrixLayout, layout_of, paint_matrix, paint_pointer

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True, slots=True)
class Pair:
    """Indices of a class of truth and a class of answer."""

    truth: int
    answer: int


class ConfusionMatrix(QWidget):
    """Draws a `Confusion` as large as there is room.

    Signals:
        hovered: `Pair` under the mouse or the keyboard's cursor, or None.
        picked: `Pair` that was clicked, or entered by keyboard.
    """

    hovered = Signal(object)
    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Where it errs")
        self._confusion: Confusion | None = None
        self._layout: MatrixLayout | None = None
        self._at: tuple[int, int] | None = None

    @property
    def confusion(self) -> Confusion | None:
        """What is shown."""
        return self._confusion

    def show_confusion(self, confusion: Confusion | None) -> None:
        """Show these counts, or nothing."""
        self._confusion = confusion
        self._layout = None
        self._point_at(None)
        self.update()

    def place_of(self, row: int, column: int) -> QPoint:
        """Return the middle of a drawn cell in this widget's pixels."""
        return self._laid_out().spot_rect(row, column).center().toPoint()

    def sizeHint(self) -> QSize:
        return QSize(260, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw names, cells and the cell that is pointed at."""
        if self._confusion is None:
            return
        painter = QPainter(self)
        paint_matrix(painter, self._laid_out(), self._confusion)
        if self._at is not None:
            paint_pointer(painter, self._laid_out(), self._at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._layout = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._spot(event.position()))

    def leaveEvent(self, _event: object) -> None:
        self._point_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point_at(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        spot = self._spot(event.position())
        if spot is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(self._pair(spot))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, open with Enter."""
        if self._confusion is None:
            super().keyPressEvent(event)
        elif event.key() in _STEPS:
            down, right = _STEPS[Qt.Key(event.key())]
            last = self._laid_out().side - 1
            row, column = self._at or (-down, -right)
            self._point_at((min(max(row + down, 0), last), min(max(column + right, 0), last)))
        elif event.key() in _OPENING and self._at is not None:
            self.picked.emit(self._pair(self._at))
        else:
            super().keyPressEvent(event)

    def _point_at(self, spot: tuple[int, int] | None) -> None:
        if spot == self._at:
            return
        self._at = spot
        shape = Qt.CursorShape.ArrowCursor if spot is None else Qt.CursorShape.PointingHandCursor
        self.setCursor(shape)
        self.hovered.emit(None if spot is None else self._pair(spot))
        self.update()

    def _spot(self, place: QPointF) -> tuple[int, int] | None:
        return None if self._confusion is None else self._laid_out().spot_at(place)

    def _pair(self, spot: tuple[int, int]) -> Pair:
        cells = self._laid_out().cells
        return Pair(int(cells.rows[spot]), int(cells.columns[spot]))

    def _laid_out(self) -> MatrixLayout:
        assert self._confusion is not None, "show_confusion comes first"
        if self._layout is None:
            self._layout = layout_of(self._confusion, self.size())
        return self._layout
