"""What keys do while the canvas has the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from deepdesk.core.drawing_edits import with_shape_at, without
from deepdesk.ui.tabs.dataset.labelling.canvas import BRUSH_STEP, Canvas
from deepdesk.ui.tabs.dataset.labelling.selecting import SelectTool
from deepdesk.ui.tabs.dataset.labelling.tools import OutlineTool

Key = Qt.Key
PUSH_PX = 80
NUDGE_PX, FAR_PX = 1, 10
_STEPS = {
    Key.Key_Left: (-1, 0),
    Key.Key_Right: (1, 0),
    Key.Key_Up: (0, -1),
    Key.Key_Down: (0, 1),
}


class CanvasKeys(QObject):
    """Takes the keys of a canvas; what it has no use for goes on to the page."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        canvas.installEventFilter(self)
        self._acts: Mapping[Key, Callable[[], bool]] = {
            Key.Key_Escape: self._escape,
            Key.Key_Delete: self._delete,
            Key.Key_Backspace: self._delete,
            Key.Key_Tab: lambda: self._next_shape(1),
            Key.Key_Backtab: lambda: self._next_shape(-1),
            Key.Key_BracketLeft: lambda: self._size(1 / BRUSH_STEP),
            Key.Key_BracketRight: lambda: self._size(BRUSH_STEP),
            Key.Key_0: lambda: _done(canvas.show_all),
            Key.Key_Z: lambda: _done(canvas.show_pixels),
            Key.Key_Plus: lambda: _done(lambda: canvas.zoom_by(1.25)),
            Key.Key_Equal: lambda: _done(lambda: canvas.zoom_by(1.25)),
            Key.Key_Minus: lambda: _done(lambda: canvas.zoom_by(0.8)),
            Key.Key_Return: self._finish,
            Key.Key_Enter: self._finish,
        }

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a key."""
        kind = event.type()
        if isinstance(event, QKeyEvent):
            if kind == QEvent.Type.ShortcutOverride:
                return self._override(event)
            if kind == QEvent.Type.KeyPress:
                return self._press(event)
            if kind == QEvent.Type.KeyRelease and event.key() == Key.Key_Space:
                if not event.isAutoRepeat():
                    self._canvas.hold_space(is_held=False)
                return True
        return super().eventFilter(watched, event)

    def _override(self, event: QKeyEvent) -> bool:
        """Keep Esc and Ctrl+Z from the window while something is begun."""
        tool = self._canvas.tool
        is_undo = event.matches(QKeySequence.StandardKey.Undo)
        if is_undo and isinstance(tool, OutlineTool) and tool.is_busy:
            event.accept()
            return True
        if event.key() == Key.Key_Escape:
            # The page has a use for it in any case: it is left by it.
            event.accept()
            return True
        return False

    def _press(self, event: QKeyEvent) -> bool:
        canvas, key = self._canvas, Key(event.key())
        if event.matches(QKeySequence.StandardKey.Undo) and isinstance(canvas.tool, OutlineTool):
            canvas.tool.take_back()
            canvas.update()
            return True
        if key == Key.Key_Space:
            if not event.isAutoRepeat():
                canvas.hold_space(is_held=True)
            return True
        held = event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        if held:
            return False
        if key in _STEPS:
            self._step(key, is_far=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return True
        act = self._acts.get(key)
        return act is not None and act()

    def _escape(self) -> bool:
        canvas = self._canvas
        if canvas.tool.is_busy:
            canvas.tool.cancel()
            canvas.update()
            return True
        if canvas.scene.chosen >= 0 or canvas.scene.selected:
            canvas.choose_proposal(-1)
            canvas.select(frozenset())
            return True
        return False

    def _delete(self) -> bool:
        canvas, scene = self._canvas, self._canvas.scene
        if isinstance(canvas.tool, OutlineTool) and canvas.tool.is_busy:
            canvas.tool.take_back()
            canvas.update()
            return True
        if isinstance(canvas.tool, SelectTool) and canvas.tool.remove_corner():
            return True
        if not scene.selected:
            return False
        count = len(scene.selected)
        text = "Deleted a shape" if count == 1 else f"Deleted {count} shapes"
        canvas.change(text, without(scene.drawing, scene.selected))
        return True

    def _next_shape(self, step: int) -> bool:
        """Select the next shape; behind the last one Tab leaves the canvas as usual."""
        canvas, scene = self._canvas, self._canvas.scene
        shown = [at for at in range(len(scene.drawing.shapes)) if at not in scene.hidden]
        if not shown:
            return False
        first = -1 if step > 0 else len(shown)
        now = shown.index(min(scene.selected)) if scene.selected & set(shown) else first
        at = now + step
        if not 0 <= at < len(shown):
            canvas.select(frozenset())
            return False
        canvas.choose_proposal(-1)
        canvas.select(frozenset([shown[at]]))
        canvas.look_at(*scene.sides(scene.drawing.shapes[shown[at]]))
        return True

    def _size(self, factor: float) -> bool:
        self._canvas.set_brush(self._canvas.brush_px * factor)
        return True

    def _finish(self) -> bool:
        if not self._canvas.tool.is_busy:
            return False
        self._canvas.tool.finish()
        self._canvas.update()
        return True

    def _step(self, key: Key, *, is_far: bool) -> None:
        canvas, scene = self._canvas, self._canvas.scene
        across, down = _STEPS[key]
        if not scene.selected:
            canvas.push(-across * PUSH_PX, -down * PUSH_PX)
            return
        far = FAR_PX if is_far else NUDGE_PX
        by = (float(across * far), float(down * far))
        mover = canvas.tool if isinstance(canvas.tool, SelectTool) else SelectTool(canvas)
        drawing = scene.drawing
        for at in scene.selected:
            drawing = with_shape_at(drawing, at, mover.moved_shape(drawing.shapes[at], by))
        canvas.change("Moved what is selected", drawing, scene.selected)


def _done(act: Callable[[], object]) -> bool:
    act()
    return True
