"""One run that waits: it can be dragged, moved by keys, renamed and deleted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from deepdesk.ui.theme import colour
from deepdesk.ui.widgets.list_row import ListRow, RowFacts
from deepdesk.ui.widgets.plain_tip import plain_tip

_ALT_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class QueueRow(ListRow):
    """A row of the list of waiting runs.

    Signals:
        dragged: Height of the pointer on the screen, while it is held.
        dropped: None, when it is let go after a drag.
        stepped: -1 or 1, to move the run towards the next or the last.
        walked: -1 or 1, to go to the row above or below.
        asked: "rename" or "delete".
    """

    dragged = Signal(object)
    dropped = Signal(object)
    stepped = Signal(object)
    walked = Signal(object)
    asked = Signal(object)

    def __init__(self, facts: RowFacts) -> None:
        super().__init__(facts)
        self.setCheckable(False)
        self._pressed_at: QPoint | None = None
        self.is_dragged = False

    def set_facts(self, facts: RowFacts) -> None:
        """Show other facts; the tooltip gives the whole line."""
        super().set_facts(facts)
        how = "Drag it, or press Alt and an arrow key, to change its turn."
        self.setToolTip(plain_tip(f"{facts.title}\n{facts.note}\n{how}"))
        self.setAccessibleDescription(how)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        if self.is_dragged:
            painter.fillRect(rect, colour("accent_soft"))
        super().draw(painter, rect)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.globalPosition().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.globalPosition().toPoint()
        if self._pressed_at is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            return
        far = (at - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if far and not self.is_dragged:
            self.is_dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self.is_dragged:
            self.dragged.emit(at.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = None
        if self.is_dragged:
            self.is_dragged = False
            self.unsetCursor()
            self.setDown(False)
            self.dropped.emit(None)
            self.update()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ALT_STEPS:
            is_moving = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            (self.stepped if is_moving else self.walked).emit(_ALT_STEPS[key])
            return
        acts = {Qt.Key.Key_F2: "rename", Qt.Key.Key_Delete: "delete"}
        if key in acts:
            self.asked.emit(acts[key])
            return
        super().keyPressEvent(event)


class TitleEditor(QLineEdit):
    """Lets a person type a name over a row; Escape leaves it as it is."""

    def __init__(self, row: QWidget, title: str, done: Callable[[str], object]) -> None:
        super().__init__(title, row)
        self._done: Callable[[str], object] | None = done
        self.setAccessibleName("New name of the waiting run")
        self.setGeometry(row.rect().adjusted(8, 8, -8, -9))
        self.selectAll()
        self.returnPressed.connect(self._finish)
        self.show()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._done = None
            self._leave()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._finish()

    def _finish(self) -> None:
        done, self._done = self._done, None
        if done is not None:
            title = self.text().strip()
            self._leave()
            done(title)

    def _leave(self) -> None:
        row = self.parentWidget()
        self.deleteLater()
        if row is not None:
            row.setFocus()
