"""The pointer on the canvas: from events of the window to gestures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QToolTip

from deepdesk.nn.graph import Edge
from deepdesk.ui.tabs.architecture.dropping import Drop, block_in
from deepdesk.ui.tabs.architecture.gestures import Gesture, Pan, Pointer
from deepdesk.ui.tabs.architecture.pointing import Hover, area_at, gesture_for
from deepdesk.ui.tabs.architecture.selection import Selection, only

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.canvas import Canvas

# A pointer that rests at an edge scrolls; one that comes in over it does not.
EDGE_PX, WAIT_MS, SCROLL_MS, MOST_SCROLL_PX = 22, 200, 16, 24
_HANDS = Qt.MouseButton.LeftButton | Qt.MouseButton.MiddleButton


class Hand:
    """Takes what happens in the window of the canvas.

    Attributes:
        gesture: The one that lasts, None for none.
        hover: What is below the pointer.
        is_space_held: Whether a drag moves the drawing.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.gesture: Gesture | None = None
        self.hover = Hover(canvas)
        self.is_space_held = False
        self._last = self._pointer(QPoint())
        self._was_inside = False
        self._scroller = QTimer(canvas)
        self._scroller.timeout.connect(self._scroll)
        canvas.viewport().setMouseTracking(True)
        self._takers: Mapping[QEvent.Type, Callable[[Any], bool]] = {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseMove: self._move,
            QEvent.Type.MouseButtonRelease: self._release,
            QEvent.Type.MouseButtonDblClick: self._double,
            QEvent.Type.ContextMenu: self.menu,
            QEvent.Type.DragEnter: self._drag_in,
            QEvent.Type.DragMove: self._drag,
            QEvent.Type.DragLeave: self._drag_out,
            QEvent.Type.Drop: self._drop,
            QEvent.Type.Leave: self._leave,
            QEvent.Type.ToolTip: self._tip,
        }

    def take(self, event: QEvent) -> bool:
        """Take an event; return whether that was all there is to do."""
        taker = self._takers.get(event.type())
        return taker is not None and self._canvas.picture is not None and taker(event)

    def begin(self, gesture: Gesture) -> None:
        """Go on with a gesture; one that lasted is given up."""
        self.end()
        self.gesture, self._was_inside = gesture, False
        self._canvas.viewport().update()

    def end(self) -> None:
        """Give up the gesture that lasts."""
        ended, self.gesture = self.gesture, None
        if ended is not None:
            ended.cancel()
        self._canvas.viewport().update()

    def hold_space(self, *, is_held: bool) -> None:
        """Show that a drag moves the drawing now, or no more."""
        self.is_space_held = is_held
        shape = Qt.CursorShape.OpenHandCursor if is_held else Qt.CursorShape.ArrowCursor
        self._canvas.viewport().setCursor(shape)

    def menu(self, event: QContextMenuEvent) -> bool:
        """Ask for the menu of what is below the pointer, or of what is selected."""
        canvas, picture = self._canvas, self._canvas.picture
        if picture is None:
            return False
        edge: Edge | None = None
        at = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            at = canvas.viewport().mapToGlobal(canvas.hot_spot())
            edge = next(iter(canvas.selected_edges), None)
        else:
            pointer = self._pointer(event.pos())
            card = picture.card_at(pointer.point)
            link = None if card else picture.links.link_at(pointer.point, canvas.zoom())
            if card and card not in canvas.chosen_now.cards:
                canvas.take(only(card))
            elif link is not None:
                edge = link.edges[0]
                if link not in canvas.chosen_now.links:
                    canvas.take(Selection().with_link(link))
        canvas.menu_asked.emit((at, canvas.selection, edge))
        event.accept()
        return True

    def _scroll(self) -> None:
        """Bring what is beyond the edge into sight while a gesture waits there."""
        if self.gesture is None or isinstance(self.gesture, Pan):
            self._scroller.stop()
            return
        right, down = _beyond(self._last.at, self._canvas.viewport().rect())
        if not right and not down:
            self._scroller.stop()
            return
        self._scroller.start(SCROLL_MS)
        self._canvas.pan_by(-right, -down)
        self._last = replace(self._last, point=self._canvas.mapToScene(self._last.at))
        self.gesture.move(self._last)

    def _follow(self, pointer: Pointer) -> None:
        """Let the gesture follow the pointer, and scroll where that is at an edge."""
        assert self.gesture is not None
        self._last = pointer
        self.gesture.move(pointer)
        if not any(_beyond(pointer.at, self._canvas.viewport().rect())):
            self._was_inside = True
            self._scroller.stop()
        elif self._was_inside and not self._scroller.isActive():
            self._scroller.start(WAIT_MS)

    def _pointer(self, at: QPoint, event: Any = None) -> Pointer:
        button = Qt.MouseButton.NoButton if event is None else event.button()
        keys = Qt.KeyboardModifier.NoModifier if event is None else event.modifiers()
        return Pointer(at, self._canvas.mapToScene(at), button, keys)

    def _press(self, event: Any) -> bool:
        if event.button() & _HANDS:
            pointer = self._pointer(event.position().toPoint(), event)
            # A press may come without a move before it.
            self.hover.move(pointer.point)
            gesture = gesture_for(self._canvas, pointer)
            if gesture is not None:
                self.begin(gesture)
        event.accept()
        return True

    def _move(self, event: Any) -> bool:
        pointer = self._pointer(event.position().toPoint(), event)
        if self.gesture is None:
            self.hover.move(pointer.point)
        else:
            self._follow(pointer)
        event.accept()
        return True

    def _release(self, event: Any) -> bool:
        pointer = self._pointer(event.position().toPoint(), event)
        ended, self.gesture = self.gesture, None
        if ended is not None:
            ended.release(pointer)
        self.hold_space(is_held=self.is_space_held)
        self.hover.move(pointer.point)
        self._canvas.viewport().update()
        event.accept()
        return True

    def _double(self, event: Any) -> bool:
        canvas, picture = self._canvas, self._canvas.picture
        assert picture is not None
        pointer = self._pointer(event.position().toPoint(), event)
        card, area = picture.card_at(pointer.point), area_at(canvas, pointer.point)
        if card in picture.shown.members:
            canvas.group_toggled.emit((card, True))
        elif area is not None and not card:
            canvas.group_toggled.emit((area.named.id, False))
        else:
            return self._press(event)
        event.accept()
        return True

    def _drag_in(self, event: Any) -> bool:
        block = block_in(event.mimeData())
        if block:
            self.begin(Drop(self._canvas, block))
            return self._drag(event)
        # Files are for the window.
        event.ignore()
        return True

    def _drag(self, event: Any) -> bool:
        if not isinstance(self.gesture, Drop):
            event.ignore()
            return True
        self._follow(self._pointer(event.position().toPoint()))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def _drag_out(self, event: Any) -> bool:
        if isinstance(self.gesture, Drop):
            self.end()
        event.accept()
        return True

    def _drop(self, event: Any) -> bool:
        ended, self.gesture = self.gesture, None
        if not isinstance(ended, Drop):
            event.ignore()
            return True
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._canvas.viewport().update()
        ended.release(self._pointer(event.position().toPoint()))
        return True

    def _leave(self, _event: Any) -> bool:
        self.hover.leave()
        return False

    def _tip(self, event: Any) -> bool:
        text = self.hover.tip(self._canvas.mapToScene(event.pos()))
        if self.gesture is None:
            QToolTip.showText(event.globalPos(), text, self._canvas)
        return True


def _beyond(at: QPoint, room: QRect) -> tuple[int, int]:
    """Return how fast to scroll for a pointer at an edge: right and down, in pixels of a frame."""
    inner = room.adjusted(EDGE_PX, EDGE_PX, -EDGE_PX, -EDGE_PX)
    right = min(at.x() - inner.left(), 0) + max(at.x() - inner.right(), 0)
    down = min(at.y() - inner.top(), 0) + max(at.y() - inner.bottom(), 0)
    most = MOST_SCROLL_PX
    return max(-most, min(most, right)), max(-most, min(most, down))
