"""A folder as a table of answers: growing, sorted by a click, searched, saved as CSV."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import isnan

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QTableView

from deepdesk.core.events import Progress
from deepdesk.ui.tabs.inference.inquiry import Table
from deepdesk.ui.tabs.inference.questions import Row
from deepdesk.ui.tabs.inference.table_model import COLUMNS, ROW_ROLE, TableModel
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.quiet_table import make_quiet
from deepdesk.ui.widgets.states import BusyState

NUMBER_PX, ROW_PX = 84, 28
# What is left beside the numbers, shared out.
SHARES = {"file": 0.36, "answer": 0.36, "error": 0.28}
TEXT_SHARES = {"file": 0.26, "answer": 0.54, "error": 0.2}
SEARCH_PX = 170
_SCORE = [column.key for column in COLUMNS].index("score")
# The arrow is part of the head's words: the style draws its own on top of them.
HEAD_SHEET = (
    "QHeaderView::section { padding: 6px 11px; }"
    "QHeaderView::up-arrow, QHeaderView::down-arrow { image: none; width: 0; height: 0; }"
)
# Before this many rows the pace is not known well enough for a time left.
ROWS_FOR_PACE = 20


class TablePage(Card):
    """The table with its search, its progress and its ways out.

    Args:
        noun: What the task takes: ("picture", "pictures").
        is_text: Whether answers are texts, which need more room than classes.

    Signals:
        row_chosen: `Row` that the keyboard or a click is on.
        row_opened: `Row` on a double click or Enter.
        cancelled: None, when no more rows are wanted.
        csv_asked: None, when the table is to be saved.
        save_asked: The button under which a menu belongs, where there is more to be saved.
    """

    row_chosen = Signal(object)
    row_opened = Signal(object)
    cancelled = Signal(object)
    csv_asked = Signal(object)
    save_asked = Signal(object)

    def __init__(self, noun: tuple[str, str], *, is_text: bool = False) -> None:
        super().__init__()
        self._noun = noun
        self._shares = TEXT_SHARES if is_text else SHARES
        self._total = 0
        self._bad = 0
        self._started_s = 0.0
        self.title_words = ElidedLabel(kind="heading", where=Qt.TextElideMode.ElideMiddle)
        self.which = Label(kind="hint")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search the table")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(metrics.scaled(SEARCH_PX))
        self.search.setStyleSheet(_low_field())
        self.save = SmallButton("Save as CSV…", self._ask_to_save)
        self._has_more = False
        self.busy = BusyState()
        self.rows = TableModel(self)
        self.view = QTableView()
        self.count = Label(kind="hint")
        self._dress_view()
        # Not every network says how sure a text is.
        self.view.setColumnHidden(_SCORE, is_text)
        self._arrange()
        self.search.textChanged.connect(self._search)
        self.busy.cancelled.connect(self.cancelled.emit)

    def offer_more(self) -> None:
        """Let the button open a menu, as a table of words is not all that can be saved."""
        self._has_more = True
        # Counts of several classes are long words.
        self._shares = TEXT_SHARES
        self.save.setText("Save…")
        self.save.setAccessibleName("Save…")
        # Boxes are as sure as each of them; masks bring the column back with their first row.
        self.view.setColumnHidden(_SCORE, True)

    @property
    def done(self) -> int:
        """Rows answered so far."""
        return len(self.rows.order.rows)

    def begin(self, table: Table | None) -> None:
        """Begin with an empty table; None while its files are being found."""
        self.rows.clear()
        self.search.clear()
        self._bad, self._total = 0, 0
        self.busy.begin(f"Finding {self._noun[1]}")
        self.busy.show()
        self.which.setText("")
        self.title_words.setText("")
        if table is not None:
            self._total = table.total
            self._started_s = time.monotonic()
            self.title_words.setText(table.name)
            self.which.setText(table.choice.text)
            self.busy.begin(f"Asking about {self._noun[1]}")
            self.busy.show_progress(0, table.total)
        self._tell()

    def show_finding(self, progress: Progress) -> None:
        """Show how many files were found so far."""
        self.busy.show_progress(progress.done, 0)

    def grow(self, rows: Sequence[Row]) -> None:
        """Take rows in."""
        self.rows.grow(rows)
        if self.view.isColumnHidden(_SCORE) and not all(isnan(row.score) for row in rows):
            self.view.setColumnHidden(_SCORE, False)
            self._share_width()
        self._bad += sum(bool(row.error) for row in rows)
        self.busy.show_progress(self.done, self._total, self._left())
        if self.is_whole:
            self.busy.hide()
        self._tell()

    @property
    def is_whole(self) -> bool:
        """Whether every question of the table is answered."""
        return 0 < self._total <= self.done

    def end(self) -> None:
        """Show that no more rows come."""
        self.busy.hide()
        self._tell()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.view.viewport() and event.type() == QEvent.Type.Resize:
            self._share_width()
        return super().eventFilter(watched, event)

    def _ask_to_save(self) -> None:
        if self._has_more:
            self.save_asked.emit(self.save)
        else:
            self.csv_asked.emit(None)

    def _share_width(self) -> None:
        number = metrics.scaled(NUMBER_PX)
        hidden = [self.view.isColumnHidden(at) for at in range(len(COLUMNS))]
        numbers = sum(c.is_number for c, gone in zip(COLUMNS, hidden, strict=True) if not gone)
        left = self.view.viewport().width() - number * numbers
        for at, column in enumerate(COLUMNS):
            width = number if column.is_number else int(left * self._shares[column.key])
            self.view.setColumnWidth(at, width)

    def _left(self) -> str:
        if self.done < ROWS_FOR_PACE or not self._total:
            return ""
        pace_s = (time.monotonic() - self._started_s) / self.done
        left_s = pace_s * (self._total - self.done)
        if left_s < 1:
            return ""
        return f"{left_s:.0f} s left" if left_s < 90 else f"{left_s / 60:.0f} min left"

    def _tell(self) -> None:
        listed = self.rows.rowCount()
        words = f"{self.done:,} {self._noun[self.done != 1]}"
        if listed != self.done:
            words = f"{listed:,} of {words}"
        if self._bad:
            words += f" · {self._bad:,} could not be read"
        if self._total and self.done < self._total and self.busy.isHidden():
            words += f" · stopped, {self._total - self.done:,} were not asked about"
        self.count.setText(words)
        self.save.setEnabled(self.done > 0)

    def _search(self, text: str) -> None:
        self.rows.search(text)
        self._tell()

    def _choose(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.row_chosen.emit(current.data(ROW_ROLE))

    def _dress_view(self) -> None:
        view = self.view
        view.setModel(self.rows)
        view.setAccessibleName("Answers")
        make_quiet(view, ROW_PX)
        view.setWordWrap(False)
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = view.horizontalHeader()
        head.setStyleSheet(HEAD_SHEET)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        head.setSortIndicatorClearable(True)
        view.setSortingEnabled(True)
        view.viewport().installEventFilter(self)
        view.selectionModel().currentRowChanged.connect(self._choose)
        view.activated.connect(lambda index: self.row_opened.emit(index.data(ROW_ROLE)))

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(metrics.S)
        head.addWidget(self.title_words)
        head.addWidget(self.which, 1)
        head.addWidget(self.search)
        head.addWidget(self.save)
        self.body.addLayout(head)
        self.add(self.busy)
        self.add(self.view, 1)
        self.add(self.count)


def _low_field() -> str:
    """Return the style of a field as high as a small button."""
    high = metrics.scaled(metrics.SMALL_HEIGHT)
    return (
        f"QLineEdit {{ min-height: {high - 2}px; padding: 0 8px; }}"
        f"QLineEdit:focus {{ min-height: {high - 4}px; padding: 0 7px; }}"
    )
