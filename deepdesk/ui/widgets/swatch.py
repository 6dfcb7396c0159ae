"""The colour of a class with its name: one entry of a legend."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import antialiased, draw_swatch, draw_text
from deepdesk.ui.widgets.plain_tip import plain_tip

SIDE_PX = 9
GAP_PX = 6


class Swatch(QWidget):
    """A small coloured square and a name."""

    def __init__(self, name: str, position: int) -> None:
        super().__init__()
        self._name, self._position = name, position
        self.setAccessibleName(name)
        self.setToolTip(plain_tip(name))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(font(metrics.SMALL)).horizontalAdvance(self._name)
        return QSize(round(width) + SIDE_PX + GAP_PX + 2, metrics.scaled(18))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        square = QRectF(0, (self.height() - SIDE_PX) / 2, SIDE_PX, SIDE_PX)
        draw_swatch(painter, square, self._position)
        room = QRectF(self.rect()).adjusted(SIDE_PX + GAP_PX, 0, 0, 0)
        draw_text(painter, room, self._name, font(metrics.SMALL), colour("text"))
