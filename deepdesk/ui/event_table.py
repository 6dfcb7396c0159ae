"""The events of a timeline as a list: when, what, how sure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from deepdesk.core.payloads import Span
from deepdesk.ui.theme import metrics
from deepdesk.ui.timeline_view import clock_words
from deepdesk.ui.widgets.plain_tip import plain_tip
from deepdesk.ui.widgets.score_bars import percent

AnyIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NOWHERE = QModelIndex()
ROW_PX = 26
SHORT_S = 600.0  # its time has the room of every shorter one
_NO_SPAN = Span(start_s=0.0, end_s=0.0, label="", score=0.0)
_COLUMNS: tuple[tuple[str, Callable[[Span], str]], ...] = (
    ("Time", lambda span: clock_words(span.start_s)),
    ("Event", lambda span: span.label),
    ("Sure", lambda span: percent(span.score, 0)),
)


class EventModel(QAbstractTableModel):
    """Events by their start."""

    def __init__(self) -> None:
        super().__init__()
        self.spans: Sequence[Span] = ()
        self._what = _COLUMNS[1][0]
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._roles: dict[int, Callable[[Span, int], Any]] = {
            Role.DisplayRole: lambda span, column: _COLUMNS[column][1](span),
            Role.ToolTipRole: lambda span, _column: plain_tip(span.label),
            Role.TextAlignmentRole: lambda _span, column: left if column == 1 else right,
        }

    def show(self, spans: Sequence[Span]) -> None:
        """List these; rows before the first that differs stay, and what is selected of them."""
        same = _same(self.spans, spans)
        if same < len(self.spans):
            self.beginRemoveRows(NOWHERE, same, len(self.spans) - 1)
            self.spans = spans[:same]
            self.endRemoveRows()
        if same < len(spans):
            self.beginInsertRows(NOWHERE, same, len(spans) - 1)
            self.spans = spans
            self.endInsertRows()

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.spans)

    def columnCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: AnyIndex, role: int = Role.DisplayRole) -> Any:
        answer = self._roles.get(role)
        if answer is None or not index.isValid():
            return None
        return answer(self.spans[index.row()], index.column())

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        is_head = orientation == Qt.Orientation.Horizontal and 0 <= section < len(_COLUMNS)
        if is_head and role == Role.TextAlignmentRole:
            return self._roles[role](_NO_SPAN, section)
        if not is_head or role != Role.DisplayRole:
            return None
        return self._what if section == 1 else _COLUMNS[section][0]

    def set_what(self, what: str) -> None:
        """Call the second column so."""
        self._what = what
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 1, 1)


class EventTable(QTableView):
    """A list of events.

    Signals:
        chosen: `Span` that was clicked or walked to.
        opened: `Span` on a double click or Enter.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.events = EventModel()
        self.setModel(self.events)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAccessibleName("Events")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(metrics.scaled(ROW_PX))
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        head.setHighlightSections(False)
        self._give_width()
        self.events.rowsInserted.connect(self._give_width)
        self.selectionModel().currentRowChanged.connect(self._chose)
        self.activated.connect(lambda index: self.opened.emit(self.events.spans[index.row()]))
        self._is_quiet = False

    def show_texts(self, *, is_text: bool) -> None:
        """Say whether the rows are what is said, or events."""
        self.events.set_what("What is said" if is_text else "Event")
        self.setAccessibleName("What is said" if is_text else "Events")

    def choose_quietly(self, span: Span | None) -> None:
        """Mark an event and bring it into sight, without a signal."""
        spans = self.events.spans
        if span is None or span not in spans:
            self.clearSelection()
            return
        self._is_quiet = True
        row = self.events.index(spans.index(span), 0)
        self.setCurrentIndex(row)
        self.scrollTo(row)
        self._is_quiet = False

    def _give_width(self) -> None:
        """Make times and figures as wide as they are; what was heard has the rest."""
        spans = self.events.spans
        times = clock_words(max(SHORT_S, spans[-1].start_s) if spans else SHORT_S)
        for column, words in ((0, times), (2, "100 %")):
            width = self.fontMetrics().horizontalAdvance(words) + 3 * metrics.S
            self.horizontalHeader().resizeSection(column, width)

    def _chose(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and not self._is_quiet:
            self.chosen.emit(self.events.spans[index.row()])


def _same(one: Sequence[Span], other: Sequence[Span]) -> int:
    """Return how many spans both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a is not b and a != b), min(len(one), len(other)))
