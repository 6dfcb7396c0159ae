"""The canvas: tools, what is selected, and keys, over the picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent, QWheelEvent

from deepdesk.core.drawing import Drawing, Shape
from deepdesk.core.drawing_edits import with_shapes
from deepdesk.data.brush import painted_in
from deepdesk.data.patches import Patch
from deepdesk.data.region_growing import LEAST_TOLERANCE, MOST_TOLERANCE, USUAL_TOLERANCE
from deepdesk.ui.tabs.dataset.labelling.canvas_view import CanvasView
from deepdesk.ui.tabs.dataset.labelling.filling import Filling
from deepdesk.ui.tabs.dataset.labelling.scene import Scene
from deepdesk.ui.tabs.dataset.labelling.selecting import SelectTool
from deepdesk.ui.tabs.dataset.labelling.shape_paint import (
    Brushes,
    paint_shape,
    paint_tag,
    reach_of,
)
from deepdesk.ui.tabs.dataset.labelling.tools import (
    BoxTool,
    BrushTool,
    EraserTool,
    FillTool,
    OutlineTool,
    Pointer,
    PointTool,
    Tool,
    draw_selection,
)

Key = Qt.Key
LEAST_BRUSH_PX, MOST_BRUSH_PX, USUAL_BRUSH_PX = 1.0, 1000.0, 24.0
BRUSH_STEP = 1.25
TOOLS: Mapping[str, type[Tool]] = {
    "select": SelectTool,
    "box": BoxTool,
    "outline": OutlineTool,
    "brush": BrushTool,
    "eraser": EraserTool,
    "fill": FillTool,
    "point": PointTool,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A drawing that a person changed."""

    text: str
    drawing: Drawing


class Canvas(CanvasView):
    """A picture that is drawn on.

    Signals:
        changed: `Changed`, after each change.
        selection_changed: None.
        class_needed: None, when something was to be drawn and there is no class yet.
        proposal_taken: Place of a proposal that is dragged, which makes it a shape.
        brush_changed: None, when the size or the tolerance is another.
    """

    changed = Signal(object)
    selection_changed = Signal(object)
    class_needed = Signal(object)
    proposal_taken = Signal(object)
    brush_changed = Signal(object)

    def __init__(self, filling: Filling) -> None:
        super().__init__(Scene())
        self.setAccessibleName("Picture to draw on")
        self.filling = filling
        self.label = ""
        self.brush_px = USUAL_BRUSH_PX
        self.tolerance = USUAL_TOLERANCE
        self.shares_pixels = False
        self.is_locked = True
        self._pan_from: QMouseEvent | None = None
        self._space = False
        self._press_at = (0.0, 0.0)
        self.tool: Tool = SelectTool(self)
        filling.grown.connect(lambda _none: self.update())
        filling.kept.connect(self._add_fill)

    def take_tool(self, key: str) -> None:
        """Work with another tool; what was begun with the one before ends."""
        self.tool.leave_off()
        self.tool = TOOLS[key](self)
        self.setCursor(self.tool.cursor)
        self.update()

    def add(self, shape: Shape, word: str) -> None:
        """Put a shape on top and select it."""
        drawing = with_shapes(self.scene.drawing, [shape])
        article = "an" if word[0] in "aeiou" else "a"
        text = f"Drew {article} {word} of “{shape.label}”"
        self.change(text, drawing, frozenset([len(drawing.shapes) - 1]))

    def change(self, text: str, drawing: Drawing, selected: frozenset[int] | None = None) -> None:
        """Take a new drawing and tell it, if it is another one."""
        if drawing == self.scene.drawing or self.is_locked:
            self.ground.lifted = frozenset()
            self.update()
            return
        self.show_drawing(drawing)
        self.scene.selected = frozenset() if selected is None else selected
        self.selection_changed.emit(None)
        self.changed.emit(Changed(text=text, drawing=drawing))

    def show_drawing(self, drawing: Drawing) -> None:
        """Show another drawing of the same picture; only what differs is painted anew."""
        before, scene = self.scene.drawing, self.scene
        differing = set(before.shapes) ^ set(drawing.shapes)
        whole = (before.width_px, before.height_px, before.mask) != (
            drawing.width_px,
            drawing.height_px,
            drawing.mask,
        )
        if whole or len(differing) > 64:
            self.ground.forget()
        else:
            for shape in differing:
                self.ground.forget_sides(scene.sides(shape))
        scene.drawing = drawing
        scene.selected = _carried(scene.selected, before, drawing)
        scene.hidden = _carried(scene.hidden, before, drawing)
        self.update()

    def select(self, places: frozenset[int]) -> None:
        """Select shapes."""
        if places == self.scene.selected:
            return
        for at in places ^ self.scene.selected:
            if at < len(self.scene.drawing.shapes):
                sides = self.scene.sides(self.scene.drawing.shapes[at])
                # A strong shape has a tag, which is wider than what it names.
                self.repaint_soon(reach_of(sides, self.view).adjusted(0, 0, 150, 0))
        self.scene.selected = places
        self.selection_changed.emit(None)

    def choose_proposal(self, at: int) -> None:
        """Select a proposal, -1 for none."""
        if at == self.scene.chosen:
            return
        for each in {at, self.scene.chosen} - {-1}:
            if each < len(self.scene.proposals):
                self.ground.forget_sides(self.scene.sides(self.scene.proposals[each].shape))
        self.scene.chosen = at
        if at >= 0:
            self.scene.selected = frozenset()
        self.update()
        self.selection_changed.emit(None)

    def lift(self, places: frozenset[int]) -> None:
        """Leave shapes out of what rests, while they are dragged."""
        if places == self.ground.lifted:
            return
        for at in places ^ self.ground.lifted:
            if at < len(self.scene.drawing.shapes):
                self.ground.forget_sides(self.scene.sides(self.scene.drawing.shapes[at]))
        self.ground.lifted = places
        self.update()

    def set_brush(self, diameter_px: float) -> None:
        """Change the size of brush and eraser, px of the picture."""
        self.brush_px = min(MOST_BRUSH_PX, max(LEAST_BRUSH_PX, diameter_px))
        self.brush_changed.emit(None)
        self.update()

    def set_tolerance(self, tolerance: int) -> None:
        """Change how different colours may be that a click fills."""
        self.tolerance = min(MOST_TOLERANCE, max(LEAST_TOLERANCE, tolerance))
        self.brush_changed.emit(None)

    def paint_over(self, brushes: Brushes) -> None:
        scene = self.scene
        hovered = self.tool.hovered if isinstance(self.tool, SelectTool) else -1
        if not self.ground.shows_shapes:
            self.tool.paint(brushes)
            return
        draw_selection(self, brushes, hovered)
        if 0 <= scene.chosen < len(scene.proposals):
            proposal = scene.proposals[scene.chosen]
            paint_shape(proposal.shape, brushes)
            score = "" if proposal.score is None else f" {proposal.score:.2f}"
            paint_tag(f"{proposal.shape.label}{score}", proposal.shape, brushes)
        elif len(scene.selected) == 1 and not self.tool.preview:
            at = next(iter(scene.selected))
            if at < len(scene.drawing.shapes) and at not in scene.hidden:
                shape = scene.drawing.shapes[at]
                paint_tag(shape.label, shape, brushes)
        self.tool.paint(brushes)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        is_pan = event.button() == Qt.MouseButton.MiddleButton or self._space
        if is_pan:
            self._pan_from = event.clone()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton and self.scene.levels is not None:
            if self.tool.draws and not self.label and not self.is_locked:
                self.class_needed.emit(None)
            elif not (self.is_locked and self.tool.draws):
                self._use(self.tool.press, event)
        elif event.button() == Qt.MouseButton.RightButton:
            self.tool.finish()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            by = event.position() - self._pan_from.position()
            self._pan_from = event.clone()
            self.push(by.x(), by.y())
        self.follow_pointer(event)
        self._use(self.tool.move, event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            self._pan_from = None
            self.setCursor(self.tool.cursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._use(self.tool.release, event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.scene.levels is not None:
            self._use(self.tool.double, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            steps = event.angleDelta().y() or event.angleDelta().x()
            self.set_brush(self.brush_px * (BRUSH_STEP if steps > 0 else 1 / BRUSH_STEP))
            event.accept()
            return
        super().wheelEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._space = False
        self.update()

    def hold_space(self, *, is_held: bool) -> None:
        """Let the next drag push the picture."""
        self._space = is_held
        shape = Qt.CursorShape.OpenHandCursor if is_held else self.tool.cursor
        self.setCursor(shape)

    def _use(self, act: Callable[[Pointer], None], event: QMouseEvent) -> None:
        """Have the tool take an event, and paint what it covered before and covers now."""
        for rect in self.tool.reach():
            self.repaint_soon(rect)
        at = (event.position().x(), event.position().y())
        act(Pointer(place=self.view.to_picture(*at), at=at, modifiers=event.modifiers()))
        for rect in self.tool.reach():
            self.repaint_soon(rect)

    def _add_fill(self, patch: Patch) -> None:
        chosen = min(self.scene.selected, default=-1)
        made, at = painted_in(
            self.scene.drawing, self.label, patch, selected=chosen, shares=self.shares_pixels
        )
        text = f"Filled with “{self.label}”"
        self.change(text, made, frozenset() if at < 0 else frozenset([at]))
        self.update()


def _carried(places: frozenset[int], before: Drawing, now: Drawing) -> frozenset[int]:
    """Return where shapes at these places of one drawing are in another one."""
    if not places or len(before.shapes) == len(now.shapes):
        # As many as before: shapes were changed where they are.
        return places
    meant = {before.shapes[at] for at in places if at < len(before.shapes)}
    return frozenset(at for at, shape in enumerate(now.shapes) if shape in meant)
