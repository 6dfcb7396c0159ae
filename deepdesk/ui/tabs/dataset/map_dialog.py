"""The table that says which class names are one class, are called otherwise, or are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from deepdesk.core.errors import ConfigError
from deepdesk.data.name_matching import like_one_of
from deepdesk.project.index.classes import legal_name
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label

NAME, COUNT, BECOMES, LEFT_OUT = range(4)
# So many rows show a field each; of more, a row shows it when it is clicked.
MOST_FIELDS = 100
_ROWS_SEEN, _FEWEST_SEEN = 10, 4
_WIDE_PX = 560
AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRow:
    """One class of the table.

    Attributes:
        id: Of the class.
        name: As the files have it.
        count: Of shapes, or of samples.
        is_new: Whether it came with what was imported last.
    """

    id: int
    name: str
    count: int
    is_new: bool = False


class MapDialog(AskDialog):
    """Rows of names; what is chosen is in `names` once it was accepted.

    Args:
        window: Its parent.
        rows: The classes, those that came last first.
        unit: What `NameRow.count` counts, for the head of the column.
    """

    def __init__(self, window: QWidget | None, rows: Sequence[NameRow], unit: str) -> None:
        super().__init__(window, "Map names of classes", verb="Map")
        # Enter in a field says that the name is written, not that all is.
        for button in (self.primary, self.other):
            button.setAutoDefault(False)
        self.primary.setDefault(False)
        self.setMinimumWidth(metrics.scaled(_WIDE_PX))
        self._rows = list(rows)
        self.table = QTableWidget(len(rows), 4)
        self.words = Label("", kind="hint", wraps=True)
        self.problem = Label("", kind="small", tone="bad", wraps=True)
        self.problem.hide()
        self.add_text(
            "Write the same name twice to make one class of two. All of it can be undone at once."
        )
        for widget in (self.table, self.words, self.problem):
            self.add(widget)
        self._fill(unit)
        self.table.itemChanged.connect(lambda _item: self._check())
        self._check()
        self.table.setFocus()

    @property
    def names(self) -> dict[int, str | None]:
        """Class id to its new name, None for left out; what stays as it is is not in it."""
        wanted = {row.id: self._wanted(at) for at, row in enumerate(self._rows)}
        # A class that keeps its name matters once another one gets the same.
        return {row.id: wanted[row.id] for row in self._rows if wanted[row.id] != row.name}

    def accept(self) -> None:
        if not self._problem():
            super().accept()

    def choose(self, at: int, name: str) -> None:
        """Write a name into a row, as a person does."""
        self._item(at, BECOMES).setText(name)

    def leave_out(self, at: int, *, is_left: bool = True) -> None:
        """Tick a row as left out, or not."""
        state = Qt.CheckState.Checked if is_left else Qt.CheckState.Unchecked
        self._item(at, LEFT_OUT).setCheckState(state)

    def _fill(self, unit: str) -> None:
        table = self.table
        table.setHorizontalHeaderLabels(["Name in the files", unit, "Becomes", "Leave out"])
        table.verticalHeader().hide()
        table.setAccessibleName("Names of classes")
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.AllEditTriggers)
        names = [row.name for row in self._rows]
        table.setItemDelegateForColumn(BECOMES, _NameField(names, table))
        settled = [row.name for row in self._rows if not row.is_new]
        for at, row in enumerate(self._rows):
            guess = like_one_of(row.name, settled) if row.is_new else None
            self._fill_row(at, row, guess or row.name)
        if len(self._rows) <= MOST_FIELDS:
            for at in range(len(self._rows)):
                table.openPersistentEditor(self._item(at, BECOMES))
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in (NAME, BECOMES):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        high = metrics.scaled(metrics.SMALL_HEIGHT) + metrics.M
        table.verticalHeader().setDefaultSectionSize(high)
        table.setMinimumHeight(min(_FEWEST_SEEN, len(self._rows) + 1) * high + high)
        self.body.setStretchFactor(table, 1)
        more = max(0, min(_ROWS_SEEN, len(self._rows) + 1) - _FEWEST_SEEN) * high
        # Beside its least height: what the sentences need depends on where their words break.
        self.resize(metrics.scaled(_WIDE_PX), self.sizeHint().height() + more + 2 * metrics.XL)

    def _fill_row(self, at: int, row: NameRow, becomes: str) -> None:
        name = QTableWidgetItem(row.name)
        count = QTableWidgetItem(f"{row.count:,}")
        count.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        left = QTableWidgetItem()
        left.setCheckState(Qt.CheckState.Unchecked)
        left.setToolTip("Its samples stay, without it.")
        for item in (name, count, left):
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
        for column, item in ((NAME, name), (COUNT, count), (LEFT_OUT, left)):
            self.table.setItem(at, column, item)
        self.table.setItem(at, BECOMES, QTableWidgetItem(becomes))

    def _item(self, at: int, column: int) -> QTableWidgetItem:
        item = self.table.item(at, column)
        assert item is not None
        return item

    def _wanted(self, at: int) -> str | None:
        if self._item(at, LEFT_OUT).checkState() == Qt.CheckState.Checked:
            return None
        return self._item(at, BECOMES).text().strip()

    def _check(self) -> None:
        problem = self._problem()
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.primary.setEnabled(not problem and bool(self.names))
        wanted = [self._wanted(at) for at in range(len(self._rows))]
        left = len({name for name in wanted if name is not None})
        gone = sum(name is None for name in wanted)
        told = f"{len(self._rows):,} names become {left:,} {'class' if left == 1 else 'classes'}"
        self.words.setText(told + (f"; {gone:,} left out" if gone else ""))

    def _problem(self) -> str:
        for at, row in enumerate(self._rows):
            wanted = self._wanted(at)
            if wanted is None:
                continue
            try:
                legal_name(wanted)
            except ConfigError as error:
                return f"“{row.name}”: {error.message} {error.hint}".strip()
        return ""


class _NameField(QStyledItemDelegate):
    """A field that offers the names that are there, and takes any other."""

    def __init__(self, names: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._names = list(names)

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, index: AnyIndex
    ) -> QWidget:
        field = QComboBox(parent)
        field.setEditable(True)
        field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        field.setProperty("size", "small")
        field.setAccessibleName(f"Becomes, row {index.row() + 1}")
        field.addItems(self._names)
        # Typing counts at once: a button beside may be clicked with the field still open.
        line = field.lineEdit()
        assert line is not None
        line.textEdited.connect(lambda _text: self.commitData.emit(field))
        field.activated.connect(lambda _at: self.commitData.emit(field))
        return field

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: AnyIndex
    ) -> None:
        rect: QRect = option.rect
        editor.setGeometry(rect.adjusted(metrics.S, 3, -metrics.S, -3))

    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        text = str(index.data() or "")
        if isinstance(editor, QComboBox) and editor.currentText() != text:
            editor.setEditText(text)
