"""The runs that wait, above those that were: the next one on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from deepdesk.ui.tabs.training.queue_row import QueueRow, TitleEditor
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.card import Divider
from deepdesk.ui.widgets.labels import Label, SectionLabel
from deepdesk.ui.widgets.list_row import RowFacts, list_row_height

_ROWS_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A waiting run as the list shows it.

    Attributes:
        note: What differs from its dial.
    """

    id: str
    title: str
    note: str


class QueueList(QWidget):
    """Hidden while nothing waits.

    Signals:
        moved: (id, new place).
        renamed: (id, new title).
        deleted: id.
        go_on_asked: None, to let the next one begin.
    """

    moved = Signal(object)
    renamed = Signal(object)
    deleted = Signal(object)
    go_on_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, QueueRow] = {}
        self._order: list[str] = []
        self.go_on = LinkButton("Go on with the queue", lambda: self.go_on_asked.emit(None))
        self.state = Label(kind="hint", wraps=True)
        self._inside = QWidget()
        self._inside.setProperty("kind", "scrolled")
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.area = QScrollArea()
        self._lay_out()
        self.hide()

    @property
    def order(self) -> tuple[str, ...]:
        """Ids of the rows from the next to the last."""
        return tuple(self._order)

    def show_waiting(self, waiting: Sequence[Waiting]) -> None:
        """Show these runs; rows that are there already are kept, with the focus."""
        wanted = {one.id: one for one in waiting}
        for name in [name for name in self.rows if name not in wanted]:
            row = self.rows.pop(name)
            row.hide()
            row.deleteLater()
        for one in waiting:
            facts = RowFacts(title=one.title, note=one.note)
            if one.id not in self.rows:
                self.rows[one.id] = self._row(one.id, facts)
            self.rows[one.id].set_facts(facts)
        self._arrange([one.id for one in waiting])
        self.area.setFixedHeight(min(len(waiting), _ROWS_SHOWN) * list_row_height())
        self.setVisible(bool(waiting))

    def show_state(self, words: str, *, can_go_on: bool) -> None:
        """Say why nothing begins by itself, "" where it does."""
        self.state.setText(words)
        self.state.setVisible(bool(words))
        self.go_on.setVisible(can_go_on)

    def ask_title(self, run_id: str) -> None:
        """Let the person type a name over the row."""
        row = self.rows[run_id]
        TitleEditor(row, row.facts.title, lambda title: self._rename(run_id, title))

    def _rename(self, run_id: str, title: str) -> None:
        if run_id in self.rows and title != self.rows[run_id].facts.title:
            self.renamed.emit((run_id, title))

    def _row(self, run_id: str, facts: RowFacts) -> QueueRow:
        row = QueueRow(facts)
        row.dragged.connect(lambda y: self._drag(run_id, y))
        row.dropped.connect(lambda _none: self.moved.emit((run_id, self._order.index(run_id))))
        row.stepped.connect(lambda step: self._step(run_id, step))
        row.walked.connect(lambda step: self._walk(run_id, step))
        row.asked.connect(lambda what: self._act(run_id, what))
        row.menu_asked.connect(lambda at: self._show_menu(run_id, at))
        return row

    def _drag(self, run_id: str, screen_y: int) -> None:
        """Let a row follow the pointer; the order counts once it is let go."""
        y = self._inside.mapFromGlobal(QPoint(0, screen_y)).y()
        place = max(0, min(y // list_row_height(), len(self._order) - 1))
        if self._order[place] != run_id:
            order = [name for name in self._order if name != run_id]
            self._arrange([*order[:place], run_id, *order[place:]])
        self.area.ensureVisible(0, y, 0, list_row_height() // 2)

    def _step(self, run_id: str, step: int) -> None:
        place = self._order.index(run_id) + step
        if 0 <= place < len(self._order):
            self.moved.emit((run_id, place))

    def _walk(self, run_id: str, step: int) -> None:
        place = self._order.index(run_id) + step
        if 0 <= place < len(self._order):
            row = self.rows[self._order[place]]
            row.setFocus()
            self.area.ensureWidgetVisible(row)

    def _act(self, run_id: str, what: str) -> None:
        acts = {"rename": self.ask_title, "delete": self._delete}
        acts[what](run_id)

    def _delete(self, run_id: str) -> None:
        place = self._order.index(run_id)
        had_focus = self.rows[run_id].hasFocus()
        self.deleted.emit(run_id)
        if had_focus and self._order:
            self.rows[self._order[min(place, len(self._order) - 1)]].setFocus()

    def _show_menu(self, run_id: str, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        place, last = self._order.index(run_id), len(self._order) - 1
        menu.addAction("Rename\tF2", lambda: self.ask_title(run_id))
        up = menu.addAction("Move up\tAlt+Up", lambda: self._step(run_id, -1))
        down = menu.addAction("Move down\tAlt+Down", lambda: self._step(run_id, 1))
        up.setEnabled(place > 0)
        down.setEnabled(place < last)
        menu.addSeparator()
        menu.addAction("Delete\tDel", lambda: self._delete(run_id))
        menu.popup(at)

    def _arrange(self, order: list[str]) -> None:
        focused = next((row for row in self.rows.values() if row.hasFocus()), None)
        self._order = order
        for place, name in enumerate(order):
            self._column.insertWidget(place, self.rows[name])
        if focused is not None:
            self.area.ensureWidgetVisible(focused)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(metrics.L, metrics.M, metrics.M, metrics.S)
        head.addWidget(SectionLabel("Next"))
        head.addStretch(1)
        head.addWidget(self.go_on)
        told = QHBoxLayout()
        told.setContentsMargins(metrics.L, 0, metrics.M, metrics.S)
        told.addWidget(self.state)
        self._column.addStretch(1)
        self.area.setWidget(self._inside)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName("Runs that wait")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(told)
        column.addWidget(self.area)
        column.addWidget(Divider())
