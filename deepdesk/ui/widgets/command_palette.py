"""Every command by its name: type a few letters, press Enter."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.card import paint_card
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import antialiased, draw_text, fill_round

AnyIndex = QModelIndex | QPersistentModelIndex
WIDTH_PX = 520
ROW_PX = 34
MAX_ROWS = 10
TOP_PX = 96
_WALK = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


def plain_name(action: QAction) -> str:
    """Return the words of an action without its access key and its dots."""
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")


def likeness(wanted: str, name: str) -> float | None:
    """Return how well `name` fits what was typed, higher is better; None if it does not."""
    wanted, name = wanted.lower().strip(), name.lower()
    if not wanted:
        return 0.0
    if wanted in name:
        starts_word = name.startswith(wanted) or f" {wanted}" in name
        return (200.0 if starts_word else 100.0) - name.index(wanted)
    at, gaps = -1, 0
    for letter in wanted.replace(" ", ""):
        found = name.find(letter, at + 1)
        if found < 0:
            return None
        gaps += found - at - 1
        at = found
    return 50.0 - gaps


class CommandPalette(QWidget):
    """A panel over the window with all its actions; Escape or a press beside it closes it."""

    def __init__(self, window: QWidget, actions: Callable[[], Iterable[QAction]]) -> None:
        super().__init__(window)
        self._window = window
        self._actions = actions
        self._found: list[QAction] = []
        self._focus_before: QWidget | None = None
        self.hide()
        self.setAccessibleName("Commands")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Type a command")
        self.search.setAccessibleName("Type a command")
        self.search.textChanged.connect(self._fill)
        self.list = QListWidget()
        self.list.setAccessibleName("Commands found")
        self.list.setItemDelegate(_CommandDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda _item: self.run_chosen())
        self.nothing = Label("No command has that name.", kind="hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.S, metrics.S, metrics.S, metrics.S)
        column.setSpacing(metrics.S)
        for widget in (self.search, self.list, self.nothing):
            column.addWidget(widget)

    def open_over(self) -> None:
        """Show the panel in the upper middle of its window, with nothing typed."""
        self.search.clear()
        self._fill("")
        window = self._window
        width = min(metrics.scaled(WIDTH_PX), max(240, window.width() - 2 * metrics.XL))
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((window.width() - width) // 2, min(TOP_PX, window.height() // 8))
        self._focus_before = QApplication.focusWidget()
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        self._app().installEventFilter(self)

    def leave(self) -> None:
        """Close the panel and give the keyboard back."""
        self._app().removeEventFilter(self)
        self.hide()
        if self._focus_before is not None and isValid(self._focus_before):
            self._focus_before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._focus_before = None

    def found(self) -> list[str]:
        """Return the names that are listed, best first."""
        return [plain_name(action) for action in self._found]

    def run_chosen(self) -> None:
        """Close the panel and do what is chosen."""
        row = self.list.currentRow()
        if not 0 <= row < len(self._found):
            return
        action = self._found[row]
        self.leave()
        action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and watched is self.search:
            assert isinstance(event, QKeyEvent)
            return self._pressed(Qt.Key(event.key()))
        is_press = event.type() == QEvent.Type.MouseButtonPress
        if is_press and isinstance(watched, QWidget) and not self._holds(watched):
            self.leave()
        return super().eventFilter(watched, event)

    def _app(self) -> QCoreApplication:
        app = QCoreApplication.instance()
        assert app is not None, "a widget needs an application"
        return app

    def _holds(self, widget: QWidget) -> bool:
        return widget is self or self.isAncestorOf(widget)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        paint_card(painter, QRectF(self.rect()), line="faint")

    def _pressed(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape:
            self.leave()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.run_chosen()
            return True
        step = _WALK.get(key)
        if step is None or not self._found:
            return False
        row = min(max(self.list.currentRow() + step, 0), len(self._found) - 1)
        self.list.setCurrentRow(row)
        return True

    def _fill(self, typed: str) -> None:
        usable = [a for a in self._actions() if a.isEnabled() and a.isVisible() and a.text()]
        scored = [(likeness(typed, plain_name(action)), action) for action in usable]
        fitting = [(score, action) for score, action in scored if score is not None]
        self._found = [action for _score, action in sorted(fitting, key=lambda pair: -pair[0])]
        self.list.clear()
        for action in self._found:
            item = QListWidgetItem(plain_name(action))
            item.setData(Qt.ItemDataRole.UserRole, _keys(action))
            item.setToolTip(action.toolTip())
            self.list.addItem(item)
        self.list.setCurrentRow(0 if self._found else -1)
        self.list.setVisible(bool(self._found))
        self.nothing.setVisible(not self._found)
        rows = min(len(self._found), MAX_ROWS)
        self.list.setFixedHeight(max(1, rows) * metrics.scaled(ROW_PX) + 2)
        self.adjustSize()


def _keys(action: QAction) -> str:
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


class _CommandDelegate(QStyledItemDelegate):
    """Draws a command with its keys at the right."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        return QSize(100, metrics.scaled(ROW_PX))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        antialiased(painter)
        rect = QRectF(option.rect)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            fill_round(painter, rect, colour("accent_soft"), metrics.RADIUS_CONTROL)
        inner = rect.adjusted(10, 0, -10, 0)
        keys = str(index.data(Qt.ItemDataRole.UserRole) or "")
        right = Qt.AlignmentFlag.AlignRight
        width = draw_text(painter, inner, keys, font(metrics.SMALL), colour("muted"), right)
        name = str(index.data(Qt.ItemDataRole.DisplayRole))
        room = inner.adjusted(0, 0, -width - metrics.M, 0)
        draw_text(painter, room, name, font(), colour("text"))
