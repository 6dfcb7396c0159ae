"""Depth folded away: a line with a small arrow that opens what is below it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import antialiased, draw_focus, draw_text

ARROW_ROOM_PX = 14
GAP_PX = 14


class FoldLine(QAbstractButton):
    """The line itself: arrow, words, and a quieter note."""

    def __init__(self, text: str, note: str = "") -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._note = note
        self.set_note(note)

    def set_note(self, note: str) -> None:
        """Change the note."""
        self._note = note
        self.setAccessibleName(f"{self.text()}, {note}" if note else self.text())
        self.update()

    def sizeHint(self) -> QSize:
        figures = QFontMetricsF(font(metrics.SMALL))
        width = figures.horizontalAdvance(self.text() + self._note) + ARROW_ROOM_PX + GAP_PX
        return QSize(round(width) + 4, metrics.scaled(22))

    def minimumSizeHint(self) -> QSize:
        figures = QFontMetricsF(font(metrics.SMALL))
        width = figures.horizontalAdvance(self.text()) + ARROW_ROOM_PX + 4
        return QSize(round(width), metrics.scaled(22))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        ink = colour("text" if self.underMouse() else "muted")
        self._draw_arrow(painter, rect)
        room = rect.adjusted(ARROW_ROOM_PX, 0, 0, 0)
        width = draw_text(painter, room, self.text(), font(metrics.SMALL), ink)
        room.setLeft(room.left() + width + GAP_PX)
        if self._note and room.width() > 0:
            draw_text(painter, room, self._note, font(metrics.SMALL), colour("muted"))
        if self.hasFocus():
            draw_focus(painter, rect, 4)

    def _draw_arrow(self, painter: QPainter, rect: QRectF) -> None:
        painter.save()
        painter.translate(rect.left() + 5, rect.center().y())
        painter.rotate(90 if self.isChecked() else 0)
        pen = QPen(colour("muted"), 1.5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(-1, -3, 2, 0)
        painter.drawLine(2, 0, -1, 3)
        painter.restore()


class Fold(QWidget):
    """A fold line above a body that is hidden until asked for.

    Signals:
        toggled: Whether it is open now.
    """

    toggled = Signal(object)

    def __init__(self, text: str, note: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        self.line = FoldLine(text, note)
        self.inside = QWidget()
        self.body = QVBoxLayout(self.inside)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(metrics.M)
        self.inside.hide()
        column.addWidget(self.line)
        column.addWidget(self.inside)
        self.line.toggled.connect(self._open)

    def set_open(self, is_open: bool) -> None:
        """Open or close it."""
        self.line.setChecked(is_open)

    def is_open(self) -> bool:
        """Return whether the body is shown."""
        return self.line.isChecked()

    def set_note(self, note: str) -> None:
        """Change the note behind the words."""
        self.line.set_note(note)

    def _open(self, is_open: bool) -> None:
        self.inside.setVisible(is_open)
        self.toggled.emit(is_open)
