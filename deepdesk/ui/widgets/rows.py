"""A row that can be chosen: what class rows and run rows have in common."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from deepdesk.ui.widgets.painting import antialiased


class ChoiceRow(QAbstractButton):
    """A checkable row; a subclass draws itself in `draw`.

    Signals:
        opened: None, on a double click or Enter.
        menu_asked: The global position of a right click.
    """

    opened = Signal(object)
    menu_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the row."""
        raise NotImplementedError

    def row_height(self) -> int:
        """Return the height at the present text size."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        return QSize(200, self.row_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.row_height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.draw(antialiased(QPainter(self)), QRectF(self.rect()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.opened.emit(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self.updateGeometry()
