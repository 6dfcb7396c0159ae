"""The table of answers for its view: 100,000 rows, growing, sorted and searched."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from deepdesk.ui.tabs.inference.questions import Row
from deepdesk.ui.tabs.inference.row_order import RowOrder
from deepdesk.ui.tabs.inference.words import percent_words, time_words
from deepdesk.ui.theme import text_colour
from deepdesk.ui.widgets.plain_tip import plain_tip

AnyIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NOWHERE = QModelIndex()
ROW_ROLE = int(Role.UserRole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: what its head says, what its cells say, and their side."""

    key: str
    head: str
    text: Callable[[Row], str]
    is_number: bool = False


COLUMNS = (
    Column(key="file", head="File", text=lambda row: Path(row.path).name),
    Column(key="answer", head="Answer", text=lambda row: row.answer),
    Column(
        key="score",
        head="Sure",
        text=lambda row: "" if math.isnan(row.score) else percent_words(row.score),
        is_number=True,
    ),
    Column(
        key="milliseconds",
        head="Time",
        text=lambda row: "" if math.isnan(row.milliseconds) else time_words(row.milliseconds),
        is_number=True,
    ),
    Column(key="error", head="Problem", text=lambda row: row.error),
)


class TableModel(QAbstractTableModel):
    """Rows of a `RowOrder`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.order = RowOrder()
        self._roles: dict[int, Callable[[Row, Column], Any]] = {
            Role.DisplayRole: lambda row, column: column.text(row),
            Role.ToolTipRole: _tip,
            Role.TextAlignmentRole: lambda _row, column: _side(column),
            Role.ForegroundRole: lambda _row, column: (
                text_colour("bad") if column.key == "error" else None
            ),
            ROW_ROLE: lambda row, _column: row,
        }

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.order.shown)

    def columnCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: AnyIndex, role: int = Role.DisplayRole) -> Any:
        answer = self._roles.get(role)
        if answer is None or not index.isValid():
            return None
        return answer(self.row(index.row()), COLUMNS[index.column()])

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Vertical or not 0 <= section < len(COLUMNS):
            return None
        if role == Role.TextAlignmentRole:
            return _side(COLUMNS[section])
        return self._head(COLUMNS[section]) if role == Role.DisplayRole else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 brings back the order of arrival."""
        by = COLUMNS[column].key if column >= 0 else ""
        self._rearrange(
            lambda: self.order.sort(by, descending=order == Qt.SortOrder.DescendingOrder)
        )
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def search(self, text: str) -> None:
        """List only rows that hold `text`."""
        self._rearrange(lambda: self.order.search(text))

    def reword(self, first: int, rows: Sequence[Row]) -> None:
        """Show rows from the first of them on in other words."""
        self._rearrange(lambda: self.order.reword(first, rows))

    def row(self, at: int) -> Row:
        """Return the row at a place on screen."""
        return self.order.rows[self.order.shown[at]]

    def clear(self) -> None:
        """Begin with an empty table."""
        self.beginResetModel()
        self.order.clear()
        self.endResetModel()

    def grow(self, rows: Sequence[Row]) -> None:
        """Take rows in; each goes where order and search put it."""
        for row in rows:
            place = self.order.place_of(row)
            if place is None:
                continue
            self.beginInsertRows(NOWHERE, place, place)
            self.order.show_at(place)
            self.endInsertRows()

    def _head(self, column: Column) -> str:
        if column.key != self.order.by:
            return column.head
        return f"{column.head} {'↓' if self.order.is_descending else '↑'}"

    def _rearrange(self, change: Callable[[], None]) -> None:
        """Change what is listed; what is selected stays selected."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        numbers = [self.order.shown[index.row()] for index in before]
        change()
        places: dict[int, int] = {}
        if before:
            wanted = set(numbers)
            places = {n: at for at, n in enumerate(self.order.shown) if n in wanted}
        after = [
            self.index(places[number], index.column()) if number in places else QModelIndex()
            for number, index in zip(numbers, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()


def _side(column: Column) -> int:
    side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _tip(row: Row, column: Column) -> str:
    return plain_tip(row.path if column.key == "file" else column.text(row))
