"""A small field that floats over the canvas while something is typed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.card import paint_card
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import antialiased

WIDTH_PX = 360
GAP_PX = 6
_PASSING = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class FloatingField(QFrame):
    """One line to type, a note above it and what is wrong below it.

    Enter tells the text; Escape, or a press elsewhere, closes the field.

    Signals:
        entered: The text, at Enter.
        left: None, when the field is closed.
    """

    entered = Signal(object)
    left = Signal(object)

    def __init__(self, parent: QWidget, *, name: str) -> None:
        super().__init__(parent)
        self.hide()
        self._back: QWidget | None = None
        self._corner = QPoint()
        self.setFixedWidth(metrics.scaled(WIDTH_PX))
        self.note = Label(kind="hint")
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        self.line.setMaxLength(200)
        self.problem = Label(kind="small", tone="bad", wraps=True)
        self.problem.hide()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(metrics.M, metrics.S, metrics.M, metrics.M)
        self.column.setSpacing(metrics.XS)
        for widget in (self.note, self.line, self.problem):
            self.column.addWidget(widget)
        self.line.installEventFilter(self)

    def open_at(self, corner: QPoint, *, text: str = "", back: QWidget | None = None) -> None:
        """Show the field with its upper left at a point of the screen.

        Args:
            back: What gets the keyboard when the field closes.
        """
        self._back = back
        self._corner = corner
        self.line.setText(text)
        self.say_problem("")
        self.show()
        self.raise_()
        self.settle()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)
        self.line.deselect()
        self.line.end(False)

    def move_to(self, corner: QPoint) -> None:
        """Move the open field: what it belongs to is somewhere else now."""
        self._corner = corner
        self.settle()

    def leave(self) -> None:
        """Close the field and give the keyboard back."""
        if self.isHidden():
            return
        had_keys = self.line.hasFocus()
        self.hide()
        if had_keys and self._back is not None:
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self.left.emit(None)

    def say_problem(self, text: str) -> None:
        """Say below the line what is wrong; "" for nothing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self.settle()

    def settle(self) -> None:
        """Take the height that is needed, inside of what the field floats over."""
        room = self.parentWidget()
        if self.isHidden() or room is None:
            return
        self.column.activate()
        is_wrapped = self.column.hasHeightForWidth()
        wanted = self.column.totalHeightForWidth(self.width()) if is_wrapped else 0
        self.resize(self.width(), max(wanted, self.column.totalMinimumSize().height()))
        at = room.mapFromGlobal(self._corner)
        right = max(GAP_PX, room.width() - self.width() - GAP_PX)
        lowest = max(GAP_PX, room.height() - self.height() - GAP_PX)
        self.move(min(max(GAP_PX, at.x()), right), min(max(GAP_PX, at.y()), lowest))

    def pressed(self, event: QKeyEvent) -> bool:
        """Do what a key means here; returns whether it meant something."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(self.line.text())
        else:
            return False
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A key that closes the field must not be a key of the window as well.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self.pressed(event)
        elif isinstance(event, QFocusEvent) and _is_left(event):
            self.leave()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_card(antialiased(QPainter(self)), QRectF(self.rect()), line="faint")


def _is_left(event: QFocusEvent) -> bool:
    """Return whether the keyboard went elsewhere for good: a menu or another window passes."""
    return event.lostFocus() and event.reason() not in _PASSING
