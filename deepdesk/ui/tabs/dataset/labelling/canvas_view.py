"""The canvas as far as looking goes: zoom at the pointer, pushing, fitting."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QNativeGestureEvent,
    QResizeEvent,
    QWheelEvent,
)

from deepdesk.ui.tabs.dataset.labelling.scene import Scene
from deepdesk.ui.tabs.dataset.labelling.surface import Surface
from deepdesk.ui.tabs.dataset.labelling.viewpoint import (
    Viewpoint,
    centred,
    fitted,
    least_zoom,
)

WHEEL_STEP = 1.0015  # to the power of the wheel's eighths of a degree: 1.2 a notch


class CanvasView(Surface):
    """Shows a scene, and lets one look around in it.

    Signals:
        view_changed: The new `Viewpoint`.
    """

    view_changed = Signal(object)

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._is_fitted = True

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height of the picture, px; those of the drawing while it is being read."""
        levels = self.scene.levels
        if levels is None:
            return self.scene.drawing.width_px, self.scene.drawing.height_px
        return levels.width_px, levels.height_px

    @property
    def slack_px(self) -> float:
        """How far beside a shape a click still means it, px of the picture."""
        return 6.0 / self.view.zoom

    def show_all(self) -> None:
        """Fit the picture into the canvas, and keep it so when the window changes."""
        self._look(fitted((self.width(), self.height()), self.picture_size))
        self._is_fitted = True

    def show_pixels(self) -> None:
        """Show one pixel of the picture on one of the screen, around the pointer."""
        self.zoom_to(1.0)

    def zoom_to(self, zoom: float) -> None:
        """Take a zoom, around the pointer or the middle."""
        self.zoom_by(zoom / self.view.zoom)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom; what is at a place of the canvas stays there."""
        middle = QPointF(self.width() / 2, self.height() / 2)
        place = at or self._pointer or middle
        least = least_zoom((self.width(), self.height()), self.picture_size)
        self._look(self.view.zoomed(factor, place.x(), place.y(), least))

    def push(self, across: float, down: float) -> None:
        """Push the picture."""
        self._look(self.view.pushed(round(across), round(down)))

    @property
    def is_fitted(self) -> bool:
        """Whether the whole picture is shown, whatever its size."""
        return self._is_fitted

    def look_at(self, left: float, top: float, right: float, bottom: float) -> None:
        """Bring a rectangle of the picture into the middle if it is out of sight."""
        upper, lower = self.view.to_canvas((left, top)), self.view.to_canvas((right, bottom))
        seen = QRectF(self.rect())
        if seen.contains(QPointF(*upper)) and seen.contains(QPointF(*lower)):
            return
        middle = centred((self.width(), self.height()), (1, 1), self.view.zoom)
        x, y = (left + right) / 2 * self.view.zoom, (top + bottom) / 2 * self.view.zoom
        self._look(
            Viewpoint(
                zoom=middle.zoom, left=round(self.width() / 2 - x), top=round(self.height() / 2 - y)
            )
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.ground.forget()
        if self._is_fitted:
            self.show_all()
        self._rest.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() or event.angleDelta().x()
        if steps:
            self.zoom_by(WHEEL_STEP**steps, event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        is_pinch = isinstance(event, QNativeGestureEvent)
        if is_pinch and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:  # type: ignore[attr-defined] # a gesture
            self.zoom_by(1.0 + event.value(), event.position())  # type: ignore[attr-defined] # a gesture
            return True
        return super().event(event)

    def _look(self, view: Viewpoint) -> None:
        canvas = (self.width(), self.height())
        view = view.kept_in_sight(canvas, self.picture_size)
        self._is_fitted = False
        if view == self.view:
            return
        self.view = view
        self._rest.start()
        self.update()
        self.view_changed.emit(view)
