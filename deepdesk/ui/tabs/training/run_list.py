"""The list of runs: choose one, compare some, rename with F2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from deepdesk.ui.tabs.training.run_words import row_facts
from deepdesk.ui.widgets.list_row import ListRow, RowFacts

if TYPE_CHECKING:
    from deepdesk.project.runs import RunInfo

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class RunList(QScrollArea):
    """Rows of runs, newest first; one is chosen, others may be compared with it.

    Signals:
        chosen: Folder name of the run that is in front now.
        compared: tuple of the folder names behind it.
        renamed: (folder name, new title).
        menu_asked: (folder name, QPoint on the screen).
        key_pressed: (folder name, Qt.Key) of a key that is not for walking.
    """

    chosen = Signal(object)
    compared = Signal(object)
    renamed = Signal(object)
    menu_asked = Signal(object)
    key_pressed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.is_comparing = False
        self.run = ""
        self.behind: tuple[str, ...] = ()
        self.rows: dict[str, ListRow] = {}
        self._infos: dict[str, RunInfo] = {}
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Runs")

    def show_runs(self, infos: Sequence[RunInfo]) -> None:
        """Show these runs; rows that are there already are kept."""
        self._infos = {info.name: info for info in infos}
        for name in [name for name in self.rows if name not in self._infos]:
            row = self.rows.pop(name)
            row.hide()
            row.deleteLater()
        for place, info in enumerate(infos):
            if info.name not in self.rows:
                self.rows[info.name] = self._row(info)
            self._column.insertWidget(place, self.rows[info.name])
        self.behind = tuple(name for name in self.behind if name in self._infos)
        self._mark()

    def update_run(self, info: RunInfo) -> None:
        """Show what changed about one run."""
        if info.name in self._infos:
            self._infos[info.name] = info
            self._mark()

    def show_chosen(self, run: str) -> None:
        """Mark a run as the one in front, without a signal."""
        self.run = run
        self.behind = tuple(name for name in self.behind if name != run)
        self._mark()

    def compare(self, is_on: bool) -> None:
        """While on, a click puts a run behind the one in front; off forgets those."""
        self.is_comparing = is_on
        if not is_on and self.behind:
            self.behind = ()
            self.compared.emit(())
        self._mark()

    def ask_title(self, run: str) -> None:
        """Let the person type a new title over the row."""
        row = self.rows[run]
        editor = QLineEdit(row.facts.title, row)
        editor.setAccessibleName("New name of the run")
        editor.setGeometry(row.rect().adjusted(8, 8, -8, -9))
        editor.selectAll()

        def finish() -> None:
            title = editor.text().strip()
            editor.blockSignals(True)
            editor.deleteLater()
            if title and title != row.facts.title:
                self.renamed.emit((run, title))

        editor.editingFinished.connect(finish)
        editor.installEventFilter(self)
        editor.show()
        editor.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave a title as it is on Escape."""
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_escape and isinstance(watched, QLineEdit):
            watched.blockSignals(True)
            watched.deleteLater()
            return True
        return super().eventFilter(watched, event)

    def walk(self, run: str, key: Qt.Key) -> bool:
        """Go to the row above or below; return whether the key was for that."""
        names = list(self._infos)
        if key not in _STEPS or run not in names:
            return False
        place = names.index(run) + _STEPS[key]
        if 0 <= place < len(names):
            self.rows[names[place]].setFocus()
            self.ensureWidgetVisible(self.rows[names[place]])
            self.choose(names[place])
        return True

    def choose(self, run: str, *, is_added: bool = False) -> None:
        """Put a run in front, or where runs are compared behind it or away again."""
        if (self.is_comparing or is_added) and run != self.run:
            without = tuple(name for name in self.behind if name != run)
            self.behind = without if run in self.behind else (*self.behind, run)
            self._mark()
            self.compared.emit(self.behind)
            return
        self.show_chosen(run)
        self.chosen.emit(run)

    def _row(self, info: RunInfo) -> ListRow:
        name = info.name
        row = RunRow(row_facts(info), lambda key: self._press(name, key))
        row.picked.connect(lambda is_added: self.choose(name, is_added=is_added))
        row.menu_asked.connect(lambda at: self.menu_asked.emit((name, at)))
        return row

    def _press(self, run: str, key: Qt.Key) -> bool:
        if self.walk(run, key):
            return True
        if key == Qt.Key.Key_F2:
            self.ask_title(run)
            return True
        self.key_pressed.emit((run, key))
        return False

    def _mark(self) -> None:
        for name, row in self.rows.items():
            row.set_facts(row_facts(self._infos[name], is_compared=name in self.behind))
            row.setChecked(name == self.run or name in self.behind)


class RunRow(ListRow):
    """A list row that tells its keys and whether it was clicked with Ctrl.

    Signals:
        picked: Whether the run is to be added to the comparison.
    """

    picked = Signal(object)

    def __init__(self, facts: RowFacts, pressed: Callable[[Qt.Key], bool]) -> None:
        super().__init__(facts)
        self._pressed = pressed
        self.clicked.connect(lambda _on=False: self.picked.emit(False))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.picked.emit(True)
            event.accept()
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._pressed(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def nextCheckState(self) -> None:
        """Leave it to the list which rows are marked."""
