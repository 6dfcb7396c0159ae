"""The network on its dotted ground: zoom, pan, choose."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView

from deepdesk.ui.tabs.architecture.drawing import Drawing
from deepdesk.ui.tabs.architecture.layout import neighbour
from deepdesk.ui.tabs.architecture.scene import NetworkScene
from deepdesk.ui.tabs.architecture.words import overlay_text
from deepdesk.ui.theme import colour, current

SMALLEST_ZOOM, LARGEST_ZOOM = 0.08, 4.0
# Small networks are not blown up beyond this, and that only in a high window.
LARGEST_FIT, FIT_HEIGHT_PX = 1.35, 900
# What does not fit at this zoom is shown from its beginning instead.
CALM_ZOOM, FIRST_ZOOM = 0.45, 0.8
STEP = 1.2
FIT_MARGIN_PX = 40
DOT_STEP_PX, DOT_PX = 20, 1.6
_WAYS = {
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
}
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}


class Canvas(QGraphicsView):
    """Shows a drawing.

    Signals:
        chosen: Id of the block that a person chose.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.picture: NetworkScene | None = None
        self.selected = ""
        self._overlay = "shapes"
        self._follows = True
        self._pressed_at = QPoint()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAcceptDrops(False)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for set_policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            set_policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName("Network")
        current().changed.connect(self._repaint)

    def show_drawing(self, drawing: Drawing) -> None:
        """Show a drawing; the view stays where it is while the blocks are the same."""
        before = self.picture
        is_new = before is None or _blocks(before.drawing) != _blocks(drawing)
        self.picture = NetworkScene(drawing)
        self.picture.show_overlay(self._overlay)
        # Qt looks for a place of its own in a new scene.
        place = [bar.value() for bar in (self.horizontalScrollBar(), self.verticalScrollBar())]
        self.setScene(self.picture)
        self.horizontalScrollBar().setValue(place[0])
        self.verticalScrollBar().setValue(place[1])
        if before is not None:
            before.deleteLater()
        if self.selected not in self.picture.cards:
            self.selected = ""
        self.picture.choose(self.selected)
        self._tell()
        if is_new or self._follows:
            self.fit()

    def show_overlay(self, overlay: str) -> None:
        """Write shapes, parameters, operations or memory on the cards."""
        self._overlay = overlay
        if self.picture is not None:
            self.picture.show_overlay(overlay)
            self._tell()

    def select(self, node_id: str) -> None:
        """Choose a block, and bring it into sight."""
        if self.picture is None or node_id not in self.picture.cards:
            return
        self.selected = node_id
        self.picture.choose(node_id)
        self.ensureVisible(self.picture.cards[node_id], FIT_MARGIN_PX // 2, FIT_MARGIN_PX // 2)
        self._tell()
        self.chosen.emit(node_id)

    def fit(self) -> None:
        """Show everything, or the beginning of what would be too small to read."""
        if self.picture is None or not self.picture.cards:
            return
        self._follows = True
        whole = self._fitting_zoom()
        if whole >= CALM_ZOOM:
            self.show_all()
        else:
            self._set_zoom(FIRST_ZOOM)
            first = next(iter(self.picture.cards))
            self._begin_at(self.picture.centre(self.selected or first))

    def show_all(self) -> None:
        """Show everything, however small."""
        if self.picture is not None and self.picture.cards:
            self._set_zoom(self._fitting_zoom())
            self.centerOn(self.picture.contents().center())
            self._follows = self.zoom() >= CALM_ZOOM

    def zoom(self) -> float:
        """Return how many pixels one of the drawing takes."""
        return self.transform().m11()

    def zoom_by(self, factor: float) -> None:
        """Come nearer, or go away."""
        self._follows = False
        self._set_zoom(self.zoom() * factor)

    def _set_zoom(self, zoom: float) -> None:
        wanted = min(max(zoom, SMALLEST_ZOOM), LARGEST_ZOOM)
        self.scale(wanted / self.zoom(), wanted / self.zoom())

    def _fitting_zoom(self) -> float:
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

    def _begin_at(self, point: QPointF) -> None:
        """Put a point to the upper left, where reading begins."""
        side = self.viewport().size().toTuple()
        width, height = (length / self.zoom() * 0.25 for length in side)
        self.centerOn(point + QPointF(width, height))

    def _repaint(self, _tokens: object) -> None:
        # The text size may have changed too, and with it every place.
        if self.picture is not None:
            self.show_drawing(self.picture.drawing)
        self.viewport().update()

    def _tell(self) -> None:
        """Say what is seen to those who cannot see it."""
        if self.picture is None:
            return
        drawing = self.picture.drawing
        card = drawing.card(self.selected)
        words = [f"Network {drawing.graph.name}, {len(drawing.cards)} blocks"]
        if card is not None:
            words += [card.title, card.line, overlay_text(card, self._overlay)]
            words += [card.problem.message] if card.problem else []
        self.setAccessibleName(", ".join(word for word in words if word))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self.picture is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        elif key in _WAYS:
            self.select(neighbour(self.picture.layout.places, self.selected, _WAYS[key]))
        elif key in _ENDS:
            self.select(list(self.picture.cards)[_ENDS[key]])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        event.accept()
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if moved > 4:
            self._follows = False
        elif self.picture is not None and event.button() == Qt.MouseButton.LeftButton:
            hit = self.picture.card_at(self.mapToScene(self._pressed_at))
            if hit:
                self.select(hit)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(STEP ** (event.angleDelta().y() / 120))
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

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, colour("bg"))
        step = float(DOT_STEP_PX)
        while step * self.zoom() < DOT_STEP_PX * 0.7:
            step *= 2
        pen = QPen(colour("line"), DOT_PX / self.zoom())
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        left, top = (int(edge // step) for edge in (rect.left(), rect.top()))
        right, bottom = (int(edge // step) + 2 for edge in (rect.right(), rect.bottom()))
        painter.drawPoints(
            [QPointF(x * step, y * step) for y in range(top, bottom) for x in range(left, right)]
        )


def _blocks(drawing: Drawing) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    return tuple(card.id for card in drawing.cards), drawing.links
