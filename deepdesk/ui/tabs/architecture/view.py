"""Looking at a network: zoom, pan, fit, on a dotted ground."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QNativeGestureEvent,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView

from deepdesk.ui.tabs.architecture.scene import NetworkScene
from deepdesk.ui.theme import colour

SMALLEST_ZOOM, LARGEST_ZOOM = 0.08, 4.0
# Small networks are not blown up beyond this, and that only in a high window.
LARGEST_FIT, FIT_HEIGHT_PX = 1.35, 900
# What does not fit at this zoom is shown from its beginning instead.
CALM_ZOOM, FIRST_ZOOM = 0.45, 0.8
STEP = 1.2
FIT_MARGIN_PX = 40
DOT_STEP_PX, DOT_PX = 20, 1.6
_DOTS = 12  # along the side of the picture that the ground is tiled with
_HURRY_MS = 110


class NetworkView(QGraphicsView):
    """A window on a network.

    Signals:
        moved: None, when another part of the drawing is in sight.
    """

    moved = Signal(object)
    picture: NetworkScene | None = None

    def __init__(self) -> None:
        super().__init__()
        self._follows = True
        self._ground: tuple[object, QPixmap] = ((), QPixmap())
        self._calm = QTimer(self, singleShot=True, interval=_HURRY_MS)
        self._calm.timeout.connect(self._calm_down)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for set_policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            set_policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fit(self) -> None:
        """Show everything, or the beginning of what would be too small to read."""
        if self.picture is None or not self.picture.cards:
            return
        self._follows = True
        if self.fitting_zoom() >= CALM_ZOOM:
            self.show_all()
        else:
            self._set_zoom(FIRST_ZOOM)
            first = next(iter(self.picture.cards))
            self._begin_at(self.picture.centre(self.picture.focus or first))

    def show_all(self) -> None:
        """Show everything, however small."""
        if self.picture is not None and self.picture.cards:
            self._set_zoom(self.fitting_zoom())
            self.centerOn(self.picture.contents().center())
            self._follows = self.zoom() >= CALM_ZOOM
            self.moved.emit(None)

    def zoom(self) -> float:
        """Return how many pixels one of the drawing takes."""
        return self.transform().m11()

    def zoom_by(self, factor: float) -> None:
        """Come nearer, or go away."""
        self._follows = False
        if self.picture is not None:
            self.picture.hurry(is_hurried=True)
            self._calm.start()
        self._set_zoom(self.zoom() * factor)
        self.moved.emit(None)

    def pan_by(self, right_px: int, down_px: int) -> None:
        """Move the drawing over the window."""
        self._follows = False
        for bar, change in (
            (self.horizontalScrollBar(), right_px),
            (self.verticalScrollBar(), down_px),
        ):
            bar.setValue(bar.value() - change)

    def look_at(self, point: QPointF) -> None:
        """Bring a point of the drawing to the middle."""
        self._follows = False
        self.centerOn(point)

    def sight(self) -> QRectF:
        """Return the part of the drawing that is in the window."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def fitting_zoom(self) -> float:
        """Return the zoom at which everything is in sight; large windows come a little nearer."""
        assert self.picture is not None
        room = self.picture.contents()
        width, height = self.viewport().width(), self.viewport().height()
        nearest = min(LARGEST_FIT, max(1.0, height / FIT_HEIGHT_PX))
        return min(
            max(1, width - 2 * FIT_MARGIN_PX) / max(1.0, room.width()),
            max(1, height - 2 * FIT_MARGIN_PX) / max(1.0, room.height()),
            nearest,
        )

    def _set_zoom(self, zoom: float) -> None:
        wanted = min(max(zoom, SMALLEST_ZOOM), LARGEST_ZOOM)
        self.scale(wanted / self.zoom(), wanted / self.zoom())

    def _begin_at(self, point: QPointF) -> None:
        """Put a point to the upper left, where reading begins."""
        side = self.viewport().size().toTuple()
        width, height = (length / self.zoom() * 0.25 for length in side)
        self.centerOn(point + QPointF(width, height))

    def _calm_down(self) -> None:
        if self.picture is not None:
            self.picture.hurry(is_hurried=False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with a wheel, scroll with two fingers or with Shift."""
        turned, fingers = event.angleDelta(), event.pixelDelta()
        keys = event.modifiers()
        if keys & Qt.KeyboardModifier.ShiftModifier:
            self.pan_by(turned.y() or turned.x(), 0)
        elif not fingers.isNull() and not keys & Qt.KeyboardModifier.ControlModifier:
            self.pan_by(fingers.x(), fingers.y())
        else:
            self.zoom_by(STEP ** (turned.y() / 120))
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.zoom_by(1 + event.value())
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._follows:
            self.fit()
        self.moved.emit(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # The ring around the chosen block tells where the keyboard is.
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def scrollContentsBy(self, right_px: int, down_px: int) -> None:
        super().scrollContentsBy(right_px, down_px)
        self.moved.emit(None)

    def drawBackground(self, painter: QPainter, _rect: QRectF | QRect) -> None:
        step = DOT_STEP_PX * self.zoom()
        while step < DOT_STEP_PX * 0.7:
            step *= 2
        period = round(step)
        origin = painter.worldTransform().map(QPointF(0, 0))
        painter.save()
        painter.resetTransform()
        tile = self._tile(period)
        room = self.viewport().rect()
        shift = QPointF(-origin.x() % period, -origin.y() % period)
        painter.drawTiledPixmap(QRectF(room), tile, shift + QPointF(period / 2, period / 2))
        painter.restore()

    def _tile(self, period: int) -> QPixmap:
        """Return a piece of the ground, with dots every `period` pixels."""
        density = self.viewport().devicePixelRatioF()
        key = (period, density, colour("bg").rgb(), colour("line").rgb())
        if self._ground[0] != key:
            side = period * _DOTS
            tile = QPixmap(round(side * density), round(side * density))
            tile.setDevicePixelRatio(density)
            tile.fill(colour("bg"))
            painter = QPainter(tile)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(colour("line"), DOT_PX)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            places = [period * (number + 0.5) for number in range(_DOTS)]
            painter.drawPoints([QPointF(x, y) for y in places for x in places])
            painter.end()
            self._ground = (key, tile)
        return self._ground[1]
