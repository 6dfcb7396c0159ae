"""The command line on the canvas: `conv 64`, Enter, `relu`, Enter, and a chain is there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from deepdesk.core.errors import GraphError
from deepdesk.nn.command_line import Suggestion, Typed, parse, suggestions
from deepdesk.ui.tabs.architecture.floating import FloatingField
from deepdesk.ui.tabs.architecture.items import family_role
from deepdesk.ui.tabs.architecture.sources import split
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.command_palette import AnyIndex
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import antialiased, draw_text, fill_round

MOST_ROWS = 6
ROW_PX = 28
STRIPE_PX, INSET_PX = 4, 8
KEYS = "Enter adds it, Shift+Enter as a branch, Tab completes. To merge: add from relu."
_WALK = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_DATA = Qt.ItemDataRole.UserRole


class CommandField(FloatingField):
    """Types the next block; stays open for the one after it.

    Args:
        foretell: Given what was typed, says in one line what would come out of it.

    Signals:
        asked: (`Typed`, the words after "from" or "", whether it is a branch), at Enter.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget, foretell: Callable[[Typed, str], str]) -> None:
        super().__init__(parent, name="Next block")
        self._foretell = foretell
        self._walked = False
        self.line.setPlaceholderText("conv 64, relu, pool, linear 10")
        self.telling = Label(kind="small", tone="muted", wraps=True)
        self.list = QListWidget()
        self.list.setAccessibleName("Blocks that fit what is typed")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_SuggestionDelegate(self.list))
        self.list.setMouseTracking(True)
        for set_policy in (
            self.list.setHorizontalScrollBarPolicy,
            self.list.setVerticalScrollBarPolicy,
        ):
            set_policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda item: self._add(item.data(_DATA).text))
        self.column.insertWidget(2, self.telling)
        self.column.addWidget(self.list)
        self.line.textEdited.connect(self._follow)

    def open_for(self, where: str, corner: QPoint, *, text: str, back: QWidget) -> None:
        """Open at a point of the screen.

        Args:
            where: What the next block comes after, as words.
            text: What was typed already.
        """
        self.note.setText(where)
        self.open_at(corner, text=text, back=back)
        self._follow(text)

    def go_on(self, where: str, corner: QPoint) -> None:
        """Be ready for the next block, at another place."""
        self.note.setText(where)
        self.line.clear()
        self._follow("")
        self.move_to(corner)

    def pressed(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            is_branch = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._enter(is_branch=is_branch)
        elif key in _WALK:
            self._walk(_WALK[key])
        elif key == Qt.Key.Key_Tab:
            self._complete()
        else:
            return super().pressed(event)
        return True

    def _follow(self, text: str) -> None:
        """Show what the line stands for, and what it could become."""
        self._walked = False
        self.problem.hide()
        try:
            offered = () if split(text)[1] else suggestions(text, MOST_ROWS)
        except GraphError:
            offered = ()
        self.list.clear()
        for suggestion in offered:
            item = QListWidgetItem(suggestion.title)
            item.setData(_DATA, suggestion)
            item.setToolTip(suggestion.summary)
            self.list.addItem(item)
        self.list.setVisible(bool(offered))
        self.list.setFixedHeight(max(1, len(offered)) * metrics.scaled(ROW_PX))
        self._tell(text)
        self.settle()

    def _tell(self, text: str) -> None:
        typed = _parsed(text)
        if typed is not None:
            self.telling.setText(self._foretell(typed, split(text)[1]))
        elif text.strip() and self.list.count():
            suggestion = self.list.item(0).data(_DATA)
            self.telling.setText(f"{suggestion.title}. {suggestion.summary}")
        else:
            self.telling.setText(KEYS)

    def _walk(self, step: int) -> None:
        if not self.list.count():
            return
        row = self.list.currentRow() + step if self._walked else (0 if step > 0 else -1)
        self.list.setCurrentRow(row % self.list.count())
        self._walked = True
        suggestion: Suggestion = self.list.currentItem().data(_DATA)
        self.line.setText(suggestion.text)
        self.problem.hide()
        self._tell(suggestion.text)
        self.settle()

    def _complete(self) -> None:
        """Write the name of the first block that fits, with room for its settings."""
        if self.list.count():
            suggestion: Suggestion = self.list.item(0).data(_DATA)
            self.line.setText(f"{suggestion.text} ")
            self._follow(self.line.text())

    def _enter(self, *, is_branch: bool) -> None:
        text = self.line.text()
        if not text.strip():
            self.leave()
            return
        first = self.list.item(0).data(_DATA).text if self.list.count() else ""
        is_begun = first.startswith(text.strip().casefold())
        self._add(first if is_begun and _parsed(text) is None else text, is_branch=is_branch)

    def _add(self, text: str, *, is_branch: bool = False) -> None:
        try:
            typed = parse(split(text)[0])
        except GraphError as error:
            self.say_problem(str(error))
            return
        self.asked.emit((typed, split(text)[1], is_branch))


def _parsed(text: str) -> Typed | None:
    try:
        return parse(split(text)[0])
    except GraphError:
        return None


class _SuggestionDelegate(QStyledItemDelegate):
    """Draws a block with the stripe of its family, and what to type at the right."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        return QSize(100, metrics.scaled(ROW_PX))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        antialiased(painter)
        rect = QRectF(option.rect)
        state = option.state
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            fill_round(painter, rect, colour("accent_soft"), metrics.RADIUS_CONTROL)
        suggestion: Suggestion = index.data(_DATA)
        stripe = QRectF(rect.left() + INSET_PX, rect.top() + 7, STRIPE_PX, rect.height() - 14)
        fill_round(painter, stripe, colour(family_role(suggestion.family)), 2)
        inner = rect.adjusted(INSET_PX + STRIPE_PX + INSET_PX, 0, -INSET_PX, 0)
        right = Qt.AlignmentFlag.AlignRight
        small = font(metrics.SMALL)
        width = draw_text(painter, inner, suggestion.text, small, colour("muted"), right)
        room = inner.adjusted(0, 0, -width - metrics.M, 0)
        draw_text(painter, room, suggestion.title, font(), colour("text"))
