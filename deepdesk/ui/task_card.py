"""A card of the welcome page: one thing that a network can learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from deepdesk.ui.theme import colour, icons, metrics
from deepdesk.ui.theme.fonts import SEMIBOLD, font
from deepdesk.ui.welcome_facts import arrow_of
from deepdesk.ui.widgets.card import SHADOW_PX, paint_card
from deepdesk.ui.widgets.painting import antialiased, draw_focus, draw_text, fill_round

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec

TILE_PX, ICON_PX, HEIGHT_PX, LINE_PX = 38, 20, 86, 18


class TaskCard(QAbstractButton):
    """An icon, a name, what it does, and what goes in and comes out."""

    def __init__(self, spec: TaskSpec) -> None:
        super().__init__()
        self.spec = spec
        self.setText(spec.card)
        self.setToolTip(f"{spec.title}: {spec.summary.lower()}")
        self.setAccessibleName(f"{spec.card}: {spec.summary}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(metrics.scaled(242), metrics.scaled(HEIGHT_PX) + SHADOW_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(metrics.scaled(190), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        line = "accent" if self.underMouse() or self.isDown() else "line"
        paint_card(painter, rect, line=line, fill="raised" if self.isDown() else "surface")
        tile = QRectF(15, 14, TILE_PX, TILE_PX)
        fill_round(painter, tile, colour("accent_soft"), metrics.S)
        picture = icons.pixmap(self.spec.icon, "accent", ICON_PX, self.devicePixelRatioF())
        inset = (TILE_PX - ICON_PX) / 2
        painter.drawPixmap(tile.topLeft() + QPointF(inset, inset), picture)
        self._draw_words(painter, rect.adjusted(TILE_PX + 27, 14, -metrics.M, 0))
        if self.hasFocus():
            draw_focus(painter, rect.adjusted(1, 0, -1, -SHADOW_PX), metrics.RADIUS_CARD)

    def _draw_words(self, painter: QPainter, room: QRectF) -> None:
        high = metrics.scaled(LINE_PX)
        lines = (
            (self.spec.card, font(metrics.BODY, SEMIBOLD), "text"),
            (self.spec.summary, font(metrics.SMALL), "muted"),
            (arrow_of(self.spec), font(metrics.SMALL), "muted"),
        )
        for at, (text, words, role) in enumerate(lines):
            line = QRectF(room.left(), room.top() + at * (high + 2), room.width(), high)
            draw_text(painter, line, text, words, colour(role))
