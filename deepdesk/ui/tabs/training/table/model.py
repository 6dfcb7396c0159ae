"""The table of runs for its view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from deepdesk.ui.tabs.training.table.listing import Listing
from deepdesk.ui.tabs.training.table.rows import NAME, Column, Contents, Row
from deepdesk.ui.widgets.plain_tip import plain_tip

AnyIndex = QModelIndex | QPersistentModelIndex
ItemRole = Qt.ItemDataRole
NOWHERE = QModelIndex()
ROW_ROLE = int(ItemRole.UserRole)
_MARKS = {
    True: "\N{BLACK DOWN-POINTING SMALL TRIANGLE}",
    False: "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}",
}
_INSET = "    "


class RunModel(QAbstractTableModel):
    """Rows of a `Listing`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.listing = Listing()
        self._roles: dict[int, Callable[[Row, Column], Any]] = {
            ItemRole.DisplayRole: self._text,
            ItemRole.AccessibleTextRole: lambda row, column: row.texts.get(column.key, ""),
            ItemRole.ToolTipRole: lambda row, column: plain_tip(row.texts.get(column.key, "")),
            ItemRole.TextAlignmentRole: lambda _row, column: side_of(column),
            ROW_ROLE: lambda row, _column: row,
        }

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.listing.shown)

    def columnCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.listing.columns)

    def data(self, index: AnyIndex, role: int = ItemRole.DisplayRole) -> Any:
        answer = self._roles.get(role)
        if answer is None or not index.isValid():
            return None
        return answer(self.listing.shown[index.row()], self.listing.columns[index.column()])

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = ItemRole.DisplayRole
    ) -> Any:
        columns = self.listing.columns
        if orientation == Qt.Orientation.Vertical or not 0 <= section < len(columns):
            return None
        if role == ItemRole.TextAlignmentRole:
            return side_of(columns[section])
        return self._head(columns[section]) if role == ItemRole.DisplayRole else None

    def take(self, contents: Contents) -> None:
        """Show other contents."""
        self.change(lambda: self.listing.take(contents))

    def change(self, step: Callable[[], None]) -> None:
        """Change what is listed."""
        self.beginResetModel()
        step()
        self.endResetModel()

    def places(self) -> dict[str, int]:
        """Return the place of each row on screen, by its key."""
        return {row.key: at for at, row in enumerate(self.listing.shown)}

    def _text(self, row: Row, column: Column) -> str:
        text = row.texts.get(column.key, "")
        if column.key != NAME:
            return text
        if row.inside:
            return f"{_MARKS[self.listing.is_open(row)]} {text}"
        return f"{_INSET}{text}" if row.is_inside else text

    def _head(self, column: Column) -> str:
        if column.key != self.listing.by:
            return column.head
        arrow = "\N{DOWNWARDS ARROW}" if self.listing.is_descending else "\N{UPWARDS ARROW}"
        return f"{column.head} {arrow}"


def side_of(column: Column) -> int:
    """Return where the words of a column stand."""
    side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
