"""The whole network small in a corner, with what of it is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from deepdesk.ui.tabs.architecture.items import family_role
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.painting import antialiased, fill_round, outline_round

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.view import NetworkView

WIDTH_PX, HEIGHT_PX, INSET_PX, EDGE_PX = 184, 122, 9, 14
CALM_MS = 120


class Minimap(QWidget):
    """Lies over the lower right corner of a view while not everything is in sight.

    A click or a drag brings that part of the network to the middle.
    """

    def __init__(self, view: NetworkView) -> None:
        super().__init__(view)
        self._view = view
        self._cards = QPixmap()
        self._state: tuple[object, ...] = ()
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self._renew)
        self.setFixedSize(WIDTH_PX, HEIGHT_PX)
        self.setAccessibleName("Overview of the network")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.moved.connect(self._follow)
        self.hide()

    def refresh(self) -> None:
        """Draw the cards anew, after another drawing, selection or theme."""
        # Not at once: an edit is to be seen in the drawing first.
        self._calm.start()
        self._follow(None)

    def _renew(self) -> None:
        self._state = ()
        self.update()

    def point_at(self, at: QPointF) -> QPointF:
        """Return the point of the drawing at a point of the widget."""
        scale, corner = self._scale()
        return (at - corner) / scale

    def frame(self) -> QRectF:
        """Return the rectangle of what is in sight, in pixels of the widget."""
        scale, corner = self._scale()
        sight = self._view.sight()
        seen = QRectF(sight.topLeft() * scale + corner, sight.size() * scale)
        return seen.intersected(QRectF(self.rect()).adjusted(3, 3, -3, -3))

    def _follow(self, _none: object) -> None:
        picture = self._view.picture
        is_wanted = picture is not None and bool(picture.cards)
        if is_wanted and picture is not None:
            around = picture.contents().adjusted(4, 4, -4, -4)
            is_wanted = not self._view.sight().contains(around)
        is_wanted = is_wanted and self._view.width() > 2.2 * WIDTH_PX
        room = self._view.rect()
        self.move(room.right() - WIDTH_PX - EDGE_PX, room.bottom() - HEIGHT_PX - EDGE_PX)
        self.setVisible(is_wanted)
        self.update()

    def _scale(self) -> tuple[float, QPointF]:
        """Return pixels per pixel of the drawing, and where its origin is."""
        assert self._view.picture is not None
        whole = self._view.picture.contents()
        room = QRectF(self.rect()).adjusted(INSET_PX, INSET_PX, -INSET_PX, -INSET_PX)
        scale = min(room.width() / max(1, whole.width()), room.height() / max(1, whole.height()))
        return scale, room.center() - whole.center() * scale

    def _drawn(self) -> QPixmap:
        """Return the cards, each a stroke in the colour of its family."""
        picture = self._view.picture
        assert picture is not None
        density = self.devicePixelRatioF()
        state = (density, colour("surface").rgb())
        if state != self._state:
            self._state = state
            self._cards = QPixmap(self.size() * density)
            self._cards.setDevicePixelRatio(density)
            self._cards.fill(Qt.GlobalColor.transparent)
            painter = antialiased(QPainter(self._cards))
            scale, corner = self._scale()
            for area in picture.areas:
                where = QRectF(area.area.topLeft() * scale + corner, area.area.size() * scale)
                fill_round(painter, where, colour("accent", 0.14), 2)
            for item in picture.cards.values():
                size = item.area.size() * scale
                where = QRectF(item.area.topLeft() * scale + corner, size)
                where.setHeight(max(1.5, where.height()))
                role = "bad" if item.card.problem else family_role(item.card.family)
                painter.fillRect(where, colour(role, 1.0 if item.card.problem else 0.55))
            painter.end()
        return self._cards

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._view.picture is None:
            return
        painter = antialiased(QPainter(self))
        room = QRectF(self.rect())
        fill_round(painter, room, colour("surface", 0.94), metrics.RADIUS_CONTROL)
        painter.drawPixmap(0, 0, self._drawn())
        scale, corner = self._scale()
        for item in self._view.picture.cards.values():
            if item.is_chosen:
                where = QRectF(item.area.topLeft() * scale + corner, item.area.size() * scale)
                painter.fillRect(where.adjusted(-0.5, -0.5, 0.5, 0.5), colour("accent"))
        painter.setPen(QPen(colour("accent"), 1.2))
        painter.setBrush(colour("accent", 0.07))
        painter.drawRoundedRect(self.frame(), 3, 3)
        outline_round(painter, room, colour("line"), metrics.RADIUS_CONTROL)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._look(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._look(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _look(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._view.picture is not None:
            self._view.look_at(self.point_at(event.position()))
        event.accept()
