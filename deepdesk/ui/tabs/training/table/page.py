"""The page with the table of all runs."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QObject,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from deepdesk.ui.tabs.training.table.model import ROW_ROLE, RunModel
from deepdesk.ui.tabs.training.table.panel import ComparePanel
from deepdesk.ui.tabs.training.table.rows import Column, Contents, Row
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton, SmallButton
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.labels import Label

_SEARCH_PX = 260
_NUMBER_PX, _TEXT_PX, _NAME_PX, _MOST_PX = 96, 130, 190, 260
_LEAST_TABLE_PX = 100
_WAIT_MS = 120
_EXAMPLE = "accuracy > 0.9 batch_size = 64"
_HEAD_SHEET = (
    "QHeaderView::section { padding: 6px 11px; }"
    "QHeaderView::up-arrow, QHeaderView::down-arrow { image: none; width: 0; height: 0; }"
)
_FOLD_KEYS = {Qt.Key.Key_Right: True, Qt.Key.Key_Left: False}


class RunTablePage(QWidget):
    """All runs as rows, and what differs between two of them.

    Signals:
        selected: tuple of `Row`, in the order of the table.
        curves_asked: tuple of `Row` to draw over each other.
        repeat_asked: `Row` to repeat with other seeds.
        save_asked: None, when the table is to be saved.
        closed: None, when the curves are wanted again.
    """

    selected = Signal(object)
    curves_asked = Signal(object)
    repeat_asked = Signal(object)
    save_asked = Signal(object)
    closed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.model = RunModel(self)
        self.view = QTableView()
        self.panel = ComparePanel()
        self.count = Label(kind="hint")
        self.search = QLineEdit()
        self.back = LinkButton("Back to the curves", lambda: self.closed.emit(None))
        self.columns = SmallButton("Columns")
        self.save = SmallButton("Save as CSV…", lambda: self.save_asked.emit(None))
        self.draw = SmallButton("Draw their curves", self._draw)
        self.repeat = SmallButton("Repeat with other seeds…", self._repeat)
        self._typed = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._widths: tuple[str, ...] = ()
        self._dress()
        self._arrange()
        self._typed.timeout.connect(self._search)
        self.search.textChanged.connect(lambda _text: self._typed.start())
        self.search.returnPressed.connect(self._search)
        self._tell()

    def show_contents(self, contents: Contents) -> None:
        """Show the runs; what is selected stays so."""
        self._change(lambda: self.model.take(contents))
        self._fill_menu()

    def rows(self) -> tuple[Row, ...]:
        """Return the selected rows in the order of the table."""
        found = self.view.selectionModel().selectedRows()
        return tuple(index.data(ROW_ROLE) for index in sorted(found, key=lambda i: i.row()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Unfold a group with the right arrow, fold it with the left one."""
        is_key = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if watched is self.view and is_key:
            assert isinstance(event, QKeyEvent)
            wanted = _FOLD_KEYS.get(Qt.Key(event.key()))
            row = self.view.currentIndex().data(ROW_ROLE)
            if wanted is not None and row is not None and row.inside:
                if self.model.listing.is_open(row) != wanted:
                    self._fold(row)
                return True
        return super().eventFilter(watched, event)

    def _search(self) -> None:
        self._typed.stop()
        text = self.search.text()
        self._change(lambda: self.model.change(lambda: self.model.listing.search(text)))

    def _sort(self, section: int) -> None:
        """Sort by a column: numbers from the top first, texts from the start, then as it was."""
        listing = self.model.listing
        column = listing.columns[section]
        if listing.by != column.key:
            by, descending = column.key, column.is_number
        elif listing.is_descending == column.is_number:
            by, descending = column.key, not column.is_number
        else:
            by, descending = "", False
        self._change(lambda: self.model.change(lambda: listing.sort(by, descending=descending)))

    def _fold(self, row: Row) -> None:
        self._change(lambda: self.model.change(lambda: self.model.listing.fold(row)))

    def _change(self, step: object) -> None:
        """Change what is listed, and select again what was."""
        assert callable(step)
        before = [row.key for row in self.rows()]
        current = self.view.currentIndex().data(ROW_ROLE)
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        step()
        flags = QItemSelectionModel.SelectionFlag
        places = self.model.places()
        found = QItemSelection()
        for first, last in _stretches(sorted(places[key] for key in before if key in places)):
            found.append(QItemSelectionRange(self.model.index(first, 0), self.model.index(last, 0)))
        selection.select(found, flags.Select | flags.Rows)
        if current is not None and current.key in places:
            at = self.model.index(places[current.key], 0)
            selection.setCurrentIndex(at, flags.NoUpdate)
        selection.blockSignals(False)
        self.view.viewport().update()
        self._share_width()
        self._tell()
        if [row.key for row in self.rows()] != before:
            self._select()

    def _select(self, *_changes: object) -> None:
        rows = self.rows()
        self.draw.setEnabled(bool(rows))
        self.repeat.setEnabled(len(rows) == 1 and bool(rows[0].first.settings))
        if len(rows) != 2:
            self.panel.hide()
        self._tell()
        self.selected.emit(rows)

    def _draw(self) -> None:
        rows = self.rows()
        if rows:
            self.curves_asked.emit(rows)

    def _repeat(self) -> None:
        rows = self.rows()
        if len(rows) == 1:
            self.repeat_asked.emit(rows[0])

    def _open(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if row is not None and row.inside:
            self._fold(row)
        elif row is not None:
            self.curves_asked.emit((row,))

    def _tell(self) -> None:
        listing = self.model.listing
        every = sum(len(row.facts) for row in listing.contents.rows)
        words = f"{every:,} {'run' if every == 1 else 'runs'}"
        if listing.runs != every:
            words = f"{listing.runs:,} of {words}"
        if listing.unknown:
            words += f" · there is no column {', '.join(listing.unknown)}"
        chosen = len(self.rows())
        if chosen < 2:
            words += " · select two to see what differs"
        self.count.setText(words)
        self.save.setEnabled(bool(listing.shown))

    def _fill_menu(self) -> None:
        menu = self.columns.menu()
        menu.clear()
        listing = self.model.listing
        for column in listing.contents.columns:
            if column.is_setting:
                action = menu.addAction(column.head)
                action.setCheckable(True)
                action.setChecked(column.key in listing.wanted)
                action.toggled.connect(self._wanting(column))
        menu.setEnabled(bool(menu.actions()))

    def _wanting(self, column: Column) -> object:
        def switch(is_on: bool) -> None:
            listing = self.model.listing
            self._change(lambda: self.model.change(lambda: listing.want(column.key, is_on=is_on)))

        return switch

    def _share_width(self) -> None:
        """Make columns as wide as their words, once for each set of columns."""
        columns = self.model.listing.columns
        keys = tuple(column.key for column in columns)
        if keys == self._widths:
            return
        self._widths = keys
        few = self.model.listing.shown[:40]
        measure = self.view.fontMetrics()
        for at, column in enumerate(columns):
            texts = [f"{column.head} ↓", *(row.texts.get(column.key, "") for row in few)]
            least = _NAME_PX if at == 0 else _NUMBER_PX if column.is_number else _TEXT_PX
            widest = max(measure.horizontalAdvance(text) for text in texts) + 34
            fits = max(metrics.scaled(least), min(metrics.scaled(_MOST_PX), widest))
            self.view.setColumnWidth(at, fits)

    def _dress(self) -> None:
        view = self.view
        view.setModel(self.model)
        view.setAccessibleName("All runs")
        view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        view.setShowGrid(False)
        view.setMinimumHeight(metrics.scaled(_LEAST_TABLE_PX))
        view.setWordWrap(False)
        view.setTabKeyNavigation(False)
        view.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        view.verticalHeader().hide()
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        view.verticalHeader().setDefaultSectionSize(metrics.scaled(28))
        head = view.horizontalHeader()
        head.setHighlightSections(False)
        head.setStyleSheet(_HEAD_SHEET)
        head.setSectionsClickable(True)
        head.sectionClicked.connect(self._sort)
        view.installEventFilter(self)
        view.activated.connect(self._open)
        view.selectionModel().selectionChanged.connect(self._select)
        self.search.setPlaceholderText(f"Filter: {_EXAMPLE}")
        self.search.setAccessibleName("Filter the runs")
        self.search.setToolTip(
            f"Conditions such as {_EXAMPLE}, and words that stand anywhere in the row"
        )
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(metrics.scaled(_SEARCH_PX))
        self.columns.setMenu(QMenu(self.columns))
        self.columns.setToolTip("Settings in which no runs differ are left out; show some of them")
        self.draw.setToolTip("Draws the selected runs over each other (Enter for one)")
        self.repeat.setToolTip("Lines up the same run again with other seeds, to see the spread")
        for button in (self.draw, self.repeat):
            button.setEnabled(False)

    def _arrange(self) -> None:
        card = Card()
        head = QHBoxLayout()
        head.setSpacing(metrics.S)
        head.addWidget(Label("All runs", kind="heading"))
        head.addStretch(1)
        head.addWidget(self.search, 2)
        head.addWidget(self.columns)
        head.addWidget(self.save)
        card.body.addLayout(head)
        card.add(self.view, 1)
        foot = QHBoxLayout()
        foot.setSpacing(metrics.S)
        foot.addWidget(self.count, 1)
        foot.addWidget(self.repeat)
        foot.addWidget(self.draw)
        card.body.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.L, metrics.L, metrics.L, metrics.M)
        column.setSpacing(metrics.M)
        # Little room is taken from the table and from what differs, never from the way back.
        self.back.setMinimumHeight(self.back.sizeHint().height())
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(card, 3)
        column.addWidget(self.panel, 2)


def _stretches(places: list[int]) -> list[tuple[int, int]]:
    """Return (first, last) of each stretch of places that follow each other."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and place == found[-1][1] + 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found
