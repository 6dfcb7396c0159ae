"""A row that opens something: a click anywhere on it, Enter or the space bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.painting import antialiased, draw_focus, fill_round

_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class OpenRow(QFrame):
    """Holds widgets in `row`; those that take clicks themselves keep them.

    Signals:
        opened: None.
    """

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(metrics.S, metrics.XS, metrics.S, metrics.XS)
        self.row.setSpacing(metrics.S)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        if self.underMouse():
            fill_round(painter, rect, colour("text", 0.04), metrics.RADIUS_CONTROL)
        if self.hasFocus():
            draw_focus(painter, rect)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _KEYS:
            self.opened.emit(None)
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.opened.emit(None)
        event.accept()
