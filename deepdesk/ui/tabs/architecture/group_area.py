"""The tinted ground behind the blocks of an open group, with its name on a tab."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepdesk.nn.graph import Group
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import MEDIUM, font
from deepdesk.ui.widgets.painting import antialiased, draw_text, fill_round

SIDE_PX, HEAD_PX, FOOT_PX = 18, 38, 22
TAB_PX = 22
RADIUS_PX = 14
NAMES = 0.3  # zoom below which a name cannot be read


class GroupArea(QGraphicsItem):
    """One open group.

    Args:
        around: The rectangle of its cards.
    """

    def __init__(self, group: Group, around: QRectF) -> None:
        super().__init__()
        self.named = group
        self.is_under = False
        self._rect = around.adjusted(-SIDE_PX, -HEAD_PX, SIDE_PX, FOOT_PX)
        words = QFontMetricsF(font(metrics.SMALL, MEDIUM))
        width = words.horizontalAdvance(group.label or "Group") + 2 * metrics.M
        corner = self._rect.topLeft() + QPointF(8, 7)
        self._tab = QRectF(corner.x(), corner.y(), width, metrics.scaled(TAB_PX))
        self._tab.setRight(min(self._tab.right(), self._rect.right() - 8))
        self.setZValue(-1)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @property
    def tab(self) -> QRectF:
        """Where the name is, in the scene."""
        return self._tab

    @property
    def area(self) -> QRectF:
        """The whole ground, in the scene."""
        return self._rect

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-1, -1, 1, 1)

    def show_under(self, *, is_under: bool) -> None:
        """Light up the tab below the pointer."""
        if is_under != self.is_under:
            self.is_under = is_under
            self.update()

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        zoom = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        antialiased(painter)
        fill_round(painter, self._rect, colour("accent", 0.055), RADIUS_PX)
        painter.setPen(QPen(colour("accent", 0.28), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self._rect, RADIUS_PX, RADIUS_PX)
        if zoom < NAMES:
            return
        fill_round(painter, self._tab, colour("accent", 0.2 if self.is_under else 0.11), 7)
        inside = self._tab.adjusted(metrics.M - 2, 0, -metrics.S, 0)
        name = self.named.label or "Group"
        draw_text(painter, inside, name, font(metrics.SMALL, MEDIUM), colour("accent"))
