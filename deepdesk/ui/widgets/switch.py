"""On or off."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.painting import antialiased, draw_focus, fill_round

WIDTH_PX, HEIGHT_PX = 34, 20


class Switch(QAbstractButton):
    """A small switch; Space turns it."""

    def __init__(self, *, name: str = "", is_on: bool = False) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setChecked(is_on)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(metrics.scaled(WIDTH_PX), metrics.scaled(HEIGHT_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        radius = rect.height() / 2
        fill_round(painter, rect, colour(self._ground()), radius)
        reach = radius - 3
        x = rect.right() - radius if self.isChecked() else rect.left() + radius
        painter.setBrush(colour("on_accent" if self.isChecked() else "surface"))
        painter.drawEllipse(QPointF(x, rect.center().y()), reach, reach)
        if self.hasFocus():
            painter.setOpacity(0.9)
            draw_focus(painter, rect, radius)

    def _ground(self) -> str:
        if not self.isEnabled():
            return "line"
        if self.isChecked():
            return "accent"
        return "muted" if self.underMouse() else "faint"
