"""The boxes that count as a list, the surest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QHeaderView, QTableView

from deepdesk.core.answer_filter import AnswerFilter, OneBox
from deepdesk.core.payloads import Boxes
from deepdesk.ui.overlay.finding import places
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.quiet_table import make_quiet
from deepdesk.ui.widgets.score_bars import percent

AnyIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NOWHERE = QModelIndex()
HEADS = ("Class", "Score", "Size")
_RIGHT = (1, 2)
ROW_PX = 24
_WIDTHS_PX = (72, 104)
ROWS_SEEN, HEAD_PX = 8, 36


class BoxModel(QAbstractTableModel):
    """Boxes that count; each row knows its place in `Boxes.boxes`."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[int] = []
        self._boxes: tuple[OneBox, ...] = ()
        self._cells: tuple[Callable[[OneBox], str], ...] = (
            lambda box: box[1],
            lambda box: percent(box[2], 0),
            lambda box: f"{box[0][2] - box[0][0]:.0f} x {box[0][3] - box[0][1]:.0f}",
        )

    def show_boxes(self, answer: Boxes, kept: AnswerFilter) -> None:
        """List what counts of an answer."""
        self.beginResetModel()
        self._boxes = answer.boxes
        self.places = places(answer, kept)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.places)

    def columnCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Role.TextAlignmentRole:
            return _side(section)
        return HEADS[section] if role == Role.DisplayRole else None

    def data(self, index: AnyIndex, role: int = Role.DisplayRole) -> Any:
        if role == Role.TextAlignmentRole:
            return _side(index.column())
        box = self._boxes[self.places[index.row()]]
        if role == Role.DisplayRole:
            return self._cells[index.column()](box)
        if role == Role.ToolTipRole:
            left, top, right, bottom = box[0]
            return f"From {left:.0f}, {top:.0f} to {right:.0f}, {bottom:.0f}"
        return None


class BoxList(QTableView):
    """A table over which pointer and arrows walk.

    Signals:
        pointed: Place in `Boxes.boxes` of the box that is pointed at, -1 for none.
    """

    pointed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.boxes = BoxModel()
        self.setModel(self.boxes)
        self.setAccessibleName("Boxes, the surest first")
        make_quiet(self, ROW_PX)
        self.setMouseTracking(True)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width_px in enumerate(_WIDTHS_PX, 1):
            self.setColumnWidth(column, metrics.scaled(width_px))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._leave_room(ROWS_SEEN)
        self.entered.connect(self._point)
        self.selectionModel().currentRowChanged.connect(lambda now, _before: self._point(now))

    def show_boxes(self, answer: Boxes, kept: AnswerFilter) -> None:
        """List what counts of an answer."""
        self.boxes.show_boxes(answer, kept)
        self._leave_room(len(self.boxes.places))

    def show_near(self, place: int) -> None:
        """Select a box that is pointed at on the picture, -1 for none."""
        model = self.selectionModel()
        model.blockSignals(True)
        flags = QItemSelectionModel.SelectionFlag
        if place in self.boxes.places:
            index = self.boxes.index(self.boxes.places.index(place), 0)
            model.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.scrollTo(index)
        else:
            model.clear()
        model.blockSignals(False)
        # The model was told behind the view's back.
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self.pointed.emit(-1)

    def _leave_room(self, rows: int) -> None:
        """Be as high as few rows need, and scroll many."""
        seen = min(ROWS_SEEN, max(1, rows))
        self.setFixedHeight(metrics.scaled(ROW_PX) * seen + metrics.scaled(HEAD_PX))

    def _point(self, index: QModelIndex) -> None:
        if index.isValid():
            self.pointed.emit(self.boxes.places[index.row()])


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
