"""Moving the corners of a zone on the picture, with the mouse and with keys."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from deepdesk.data.obstacles import MOST_CORNERS, Corner
from deepdesk.ui.overlay import OverlayView
from deepdesk.ui.overlay.zone import placed

_REACH_PX = 14.0
_STEP, _FINE = 0.02, 0.002
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class ZoneHand(QObject):
    """Edits a zone over a view while it is switched on.

    A corner is dragged; a double click on the picture adds one where the outline is nearest, and
    Delete takes the chosen one away. N goes to the next corner, arrows move it, finer with Shift.

    Signals:
        moved: The corners as they are now.
        chosen: Place of the corner that is moved.
    """

    moved = Signal(object)
    chosen = Signal(object)

    def __init__(self, view: OverlayView) -> None:
        super().__init__(view)
        self._view = view
        self.is_on = False
        self.corner = 0
        self.zone: tuple[Corner, ...] = ()
        self._is_dragging = False
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self.is_on or watched is not self._view:
            return False
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress:
            return self._press(cast("QMouseEvent", event))
        if kind == QEvent.Type.MouseMove and self._is_dragging:
            self._put(self._share(cast("QMouseEvent", event).position()))
            return True
        if kind == QEvent.Type.MouseButtonRelease and self._is_dragging:
            self._is_dragging = False
            return True
        if kind == QEvent.Type.MouseButtonDblClick:
            self._add(self._share(cast("QMouseEvent", event).position()))
            return True
        return kind == QEvent.Type.KeyPress and self._key(cast("QKeyEvent", event))

    def _press(self, event: QMouseEvent) -> bool:
        rect, where = self._view.picture_rect(), event.position()
        far = [(placed(c, rect) - where).manhattanLength() for c in self.zone]
        nearest = min(range(len(far)), key=far.__getitem__, default=-1)
        if nearest < 0 or far[nearest] > _REACH_PX:
            return False
        self._choose(nearest)
        self._is_dragging = True
        return True

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_N:
            self._choose((self.corner + 1) % len(self.zone))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove()
        elif key in _STEPS:
            is_fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            step = _FINE if is_fine else _STEP
            x, y = self.zone[self.corner]
            self._put((x + _STEPS[key][0] * step, y + _STEPS[key][1] * step))
        else:
            return False
        return True

    def _share(self, where: QPointF) -> Corner:
        rect = self._view.picture_rect()
        return (where.x() - rect.left()) / rect.width(), (where.y() - rect.top()) / rect.height()

    def _choose(self, corner: int) -> None:
        self.corner = corner
        self.chosen.emit(corner)

    def _put(self, corner: Corner) -> None:
        x, y = (min(1.0, max(0.0, side)) for side in corner)
        self.zone = (*self.zone[: self.corner], (x, y), *self.zone[self.corner + 1 :])
        self.moved.emit(self.zone)

    def _add(self, corner: Corner) -> None:
        """Put a corner into the edge that is nearest to a place."""
        if len(self.zone) >= MOST_CORNERS:
            return
        edges = range(len(self.zone))
        at = min(edges, key=lambda e: _from_edge(corner, self.zone[e - 1], self.zone[e]))
        self.zone = (*self.zone[:at], corner, *self.zone[at:])
        self._choose(at)
        self._put(corner)

    def _remove(self) -> None:
        if len(self.zone) > 3:
            self.zone = (*self.zone[: self.corner], *self.zone[self.corner + 1 :])
            self._choose(min(self.corner, len(self.zone) - 1))
            self.moved.emit(self.zone)


def _from_edge(place: Corner, start: Corner, end: Corner) -> float:
    """Return the squared distance of a place from an edge, in shares of the picture."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    to_x, to_y = place[0] - start[0], place[1] - start[1]
    length = along_x**2 + along_y**2
    share = 0.0 if not length else (to_x * along_x + to_y * along_y) / length
    share = min(1.0, max(0.0, share))
    return (to_x - share * along_x) ** 2 + (to_y - share * along_y) ** 2
