"""Pointing at an answer over its picture: zoomed, moved, hovered over, walked through with keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QWheelEvent

from deepdesk.core.payloads import Boxes, Mask
from deepdesk.ui.overlay.canvas import OverlayCanvas
from deepdesk.ui.overlay.finding import box_at, walked

STEP = 1.25
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ZOOMS = {Qt.Key.Key_Plus: STEP, Qt.Key.Key_Equal: STEP, Qt.Key.Key_Minus: 1 / STEP}
_DRAG_FROM_PX = 4


class OverlayView(OverlayCanvas):
    """A picture as large as there is room, and an answer over it.

    The wheel, + and - zoom, 0 shows all again, dragging moves. Over boxes, arrows walk from one
    to the next; over a mask they move a cross that asks for the class of a pixel, as a click does.

    Signals:
        near_changed: Place in `Boxes.boxes` of the box that is pointed at, -1 for none.
        pixel_chosen: (x, y) in pixels of the mask, None when nothing is asked any more.
    """

    near_changed = Signal(object)
    pixel_chosen = Signal(object)

    def __init__(self, image: QImage | None = None, *, name: str = "") -> None:
        super().__init__(image, name=name)
        self._grabbed: QPointF | None = None
        self._moved_px = 0.0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned:
            self.zoom_by(STEP ** (turned / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._grabbed, self._moved_px = event.position(), 0.0

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            by = event.position() - self._grabbed
            self._moved_px += by.manhattanLength()
            self._grabbed = event.position()
            self.zoom.move(by, self.layers.picture.size(), self.size())
            self.update()
            return
        found = box_at(self.layers, self.picture_rect(), event.position())
        if found != self.layers.near:
            self._point_at(found)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_click = self._grabbed is not None and self._moved_px < _DRAG_FROM_PX
        self._grabbed = None
        if was_click:
            self._ask_pixel(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.zoom.is_whole:
            event.ignore()
            return
        self.zoom.reset()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self.layers.near >= 0 and not self.hasFocus():
            self._point_at(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ZOOMS:
            self.zoom_by(_ZOOMS[key], self._middle())
        elif key == Qt.Key.Key_0:
            self.zoom.reset()
            self.update()
        elif key in _STEPS and self.layers.answer is not None:
            is_fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._walk(_STEPS[key], is_fine=is_fine)
        else:
            super().keyPressEvent(event)

    def _middle(self) -> QPointF:
        """Return what keys zoom towards: what stands out, or the middle of the view."""
        place = self.layers.place(self.picture_rect())
        return QPointF(self.rect().center()) if place is None else place

    def _walk(self, step: tuple[int, int], *, is_fine: bool) -> None:
        answer = self.layers.answer
        if isinstance(answer, Boxes):
            self._point_at(walked(answer, self.layers.kept, self.layers.near, sum(step)))
        elif isinstance(answer, Mask):
            height, width = answer.classes_HW.shape
            far = 1 if is_fine else max(1, max(width, height) // 50)
            x, y = self.layers.cross or (width // 2, height // 2)
            self._show_cross((x + step[0] * far, y + step[1] * far), answer)

    def _point_at(self, near: int) -> None:
        self.show_near(near)
        self.near_changed.emit(near)

    def _ask_pixel(self, where: QPointF) -> None:
        answer, rect = self.layers.answer, self.picture_rect()
        if not isinstance(answer, Mask) or not rect.contains(where):
            return
        height, width = answer.classes_HW.shape
        x = int((where.x() - rect.left()) / rect.width() * width)
        y = int((where.y() - rect.top()) / rect.height() * height)
        self._show_cross((x, y), answer)

    def _show_cross(self, place: tuple[int, int], answer: Mask) -> None:
        height, width = answer.classes_HW.shape
        x, y = place
        self.layers.cross = (max(0, min(width - 1, x)), max(0, min(height - 1, y)))
        self.update()
        self.pixel_chosen.emit(self.layers.cross)
