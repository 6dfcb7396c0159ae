"""The canvas as a surface: the ground, what lies over it, the cross-hair and a sentence."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.ui.tabs.dataset.labelling.ground import Ground
from deepdesk.ui.tabs.dataset.labelling.scene import Scene
from deepdesk.ui.tabs.dataset.labelling.shape_paint import Brushes
from deepdesk.ui.tabs.dataset.labelling.viewpoint import Viewpoint
from deepdesk.ui.theme import colour, current, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import draw_text, fill_round

REST_MS = 90
SMALLEST_PX = 200
NOTE_PX = 22


class Surface(QWidget):
    """Paints a scene as it is seen from `view`; only what was asked for."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene
        self.ground = Ground(scene)
        self.view = Viewpoint()
        self.message = ""
        self.shows_cross = True
        self._pointer: QPointF | None = None
        self._size_words = ""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._settle)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(SMALLEST_PX, SMALLEST_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        current().changed.connect(self._wear)

    def rest_soon(self) -> None:
        """Paint well in a moment, unless more comes."""
        self._rest.start()

    def say(self, message: str) -> None:
        """Write a sentence over the canvas, "" for none."""
        self.message = message
        self.update()

    def tell_size(self, words: str) -> None:
        """Write a size beside the pointer with the next painting."""
        self._size_words = words

    def repaint_soon(self, rect: QRectF) -> None:
        """Paint a part of the canvas anew."""
        self.update(rect.toAlignedRect().intersected(self.rect()))

    def paint_over(self, brushes: Brushes) -> None:
        """Draw what moves; for those who know tools."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        region = event.region()
        self.ground.paint(painter, self.view, self.rect(), region)
        painter.setClipRegion(region)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        brushes = Brushes(
            painter=painter,
            scene=self.scene,
            zoom=self.view.zoom,
            origin=(float(self.view.left), float(self.view.top)),
            clip=QRectF(region.boundingRect()),
            is_strong=True,
        )
        self._size_words = ""
        self.paint_over(brushes)
        self._paint_cross(painter)
        if self.message:
            self._paint_message(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour("accent"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.follow_pointer(None)

    def follow_pointer(self, event: QMouseEvent | None) -> None:
        """Draw the cross where the pointer is now."""
        if self.shows_cross and self._pointer is not None:
            self._update_cross(self._pointer)
        self._pointer = None if event is None else event.position()
        if self.shows_cross and self._pointer is not None:
            self._update_cross(self._pointer)

    def _update_cross(self, at: QPointF) -> None:
        x, y = round(at.x()), round(at.y())
        # Two lines and the words beside them.
        self.update(QRect(x - 2, 0, 4, self.height()))
        self.update(QRect(0, y - 2, self.width(), 4))
        self.update(QRect(x, y, 110, 40))

    def _settle(self) -> None:
        if not self.ground.is_crisp and self.isVisible():
            self.ground.settle(self.view, self.rect())
            self.update()

    def _wear(self, _tokens: object) -> None:
        self.ground.forget()
        self._rest.start()
        self.update()

    def _paint_cross(self, painter: QPainter) -> None:
        if self._pointer is None or not self.shows_cross:
            return
        x, y = round(self._pointer.x()), round(self._pointer.y())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        # Dark and light beside each other: one of them is seen on every ground.
        for ink, shift in ((colour("text", 0.55), 0), (colour("surface", 0.55), 1)):
            painter.setPen(QPen(ink, 1))
            painter.drawLine(x + shift, 0, x + shift, self.height())
            painter.drawLine(0, y + shift, self.width(), y + shift)
        if self._size_words:
            room = QRectF(x + 12, y + 12, 90, NOTE_PX)
            fill_round(painter, room, colour("surface", 0.92), 4)
            words = font(metrics.TINY)
            draw_text(
                painter,
                room,
                self._size_words,
                words,
                colour("text"),
                Qt.AlignmentFlag.AlignHCenter,
            )

    def _paint_message(self, painter: QPainter) -> None:
        wide = min(self.width() - 2 * metrics.L, metrics.scaled(460))
        room = QRectF((self.width() - wide) / 2, self.height() / 2 - 32, wide, 64)
        fill_round(painter, room, colour("surface", 0.95), metrics.RADIUS_CARD)
        painter.setFont(font(metrics.BODY))
        painter.setPen(colour("text"))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(room.adjusted(12, 4, -12, -4), int(flags), self.message)
