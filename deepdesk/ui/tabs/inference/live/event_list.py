"""The events that were heard, newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from deepdesk.core.payloads import Span
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.quiet_table import make_quiet
from deepdesk.ui.widgets.score_bars import percent

AnyIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NOWHERE = QModelIndex()
HEADS = ("When", "Heard", "Sure", "Length", "")
# A day of short words; the oldest leave.
MOST_EVENTS = 20_000
ROW_PX = 28
_RIGHT = (0, 2, 3)
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def moment(second: float) -> str:
    """Return a moment of a sitting: "0:07.4", "1:02:07.4"."""
    tenths = round(max(0.0, second) * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    front = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{front}:{rest // 10:02d}.{rest % 10}"


class EventModel(QAbstractTableModel):
    """Events, newest first, and under which class they joined the data."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Span] = []
        self._joined: dict[Span, str] = {}
        self._cells: tuple[Callable[[Span], str], ...] = (
            lambda span: moment(span.start_s),
            lambda span: span.label,
            lambda span: percent(span.score, 0),
            lambda span: f"{span.end_s - span.start_s:.1f} s",
            lambda span: f"in the data as “{joined}”" if (joined := self.joined(span)) else "",
        )

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.events)

    def columnCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Role.TextAlignmentRole and section in _RIGHT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return HEADS[section] if role == Role.DisplayRole else None

    def data(self, index: AnyIndex, role: int = Role.DisplayRole) -> Any:
        if role == Role.DisplayRole:
            return self._cells[index.column()](self.events[index.row()])
        if role == Role.TextAlignmentRole and index.column() in _RIGHT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def add(self, spans: Sequence[Span]) -> None:
        """Put events in front."""
        if not spans:
            return
        self.beginInsertRows(NOWHERE, 0, len(spans) - 1)
        self.events[:0] = reversed(spans)
        self.endInsertRows()
        if len(self.events) > MOST_EVENTS:
            self.beginRemoveRows(NOWHERE, MOST_EVENTS, len(self.events) - 1)
            del self.events[MOST_EVENTS:]
            self.endRemoveRows()

    def clear(self) -> None:
        """Forget all events."""
        self.beginResetModel()
        self.events.clear()
        self._joined.clear()
        self.endResetModel()

    def joined(self, span: Span) -> str:
        """Return the class under which an event joined the data, "" if it did not."""
        return self._joined.get(span, "")

    def set_joined(self, span: Span, label: str) -> None:
        """Note that an event is in the data, or with "" that it is not."""
        self._joined[span] = label
        if span in self.events:
            at = self.events.index(span)
            self.dataChanged.emit(self.index(at, 0), self.index(at, len(HEADS) - 1))


class EventList(QTableView):
    """The events as a table.

    Signals:
        chosen: `Span` that is selected, or None.
        opened: `Span` that was double-clicked, or on which Enter was pressed.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.events = EventModel()
        self.setModel(self.events)
        self.setAccessibleName("Events that were heard, newest first")
        make_quiet(self, ROW_PX)
        head = self.horizontalHeader()
        head.setStretchLastSection(True)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width_px in enumerate((76, 160, 64, 64)):
            self.setColumnWidth(column, metrics.scaled(width_px))
        self.selectionModel().selectionChanged.connect(lambda _on, _off: self._tell())
        self.doubleClicked.connect(lambda index: self.opened.emit(self.events.events[index.row()]))

    @property
    def selected(self) -> Span | None:
        """The event that is chosen."""
        rows = self.selectionModel().selectedRows()
        return self.events.events[rows[0].row()] if rows else None

    def choose(self, row: int) -> None:
        """Select an event by its row."""
        flags = QItemSelectionModel.SelectionFlag
        index = self.events.index(row, 0)
        self.selectionModel().select(index, flags.ClearAndSelect | flags.Rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        span = self.selected
        if event.key() in _KEYS and span is not None:
            self.opened.emit(span)
            return
        super().keyPressEvent(event)

    def _tell(self) -> None:
        self.chosen.emit(self.selected)
