"""The tools of the canvas: what a press, a move and a release of the button mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPen, QPolygonF

from deepdesk.core.drawing import Point, Shape
from deepdesk.core.drawing_edits import (
    Place,
    inside,
    outline,
    rectangle,
)
from deepdesk.data.brush import Stroke, erased_in, painted_in, region_places
from deepdesk.ui.tabs.dataset.labelling.shape_paint import (
    PAINTED,
    STRONG_PX,
    Brushes,
    paint_handles,
    paint_patch,
    paint_shape,
    reach_of,
)
from deepdesk.ui.theme import colour

if TYPE_CHECKING:
    from deepdesk.ui.tabs.dataset.labelling.canvas import Canvas

# A move of less than this is a click, px of the screen.
CLICK_PX = 4.0
CLOSE_PX = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Where the pointer is.

    Attributes:
        place: In the picture, px; may be beyond it.
        at: On the canvas, px.
    """

    place: Place
    at: Place
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier


class Tool:
    """One tool; those that follow say what differs.

    Attributes:
        draws: Whether what it makes needs a class.
        preview: Shapes that are shown in the place of those of the drawing while they change.
    """

    draws = True
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.preview: Mapping[int, Shape] = {}

    @property
    def is_busy(self) -> bool:
        """Whether something is begun and not finished; Esc then calls it off."""
        return False

    def press(self, pointer: Pointer) -> None:
        """Take the left button going down."""

    def move(self, pointer: Pointer) -> None:
        """Follow the pointer, with or without the button."""

    def release(self, pointer: Pointer) -> None:
        """Take the button going up."""

    def double(self, pointer: Pointer) -> None:
        """Take a double click; its first half was a press and a release."""

    def finish(self) -> None:
        """Make what was begun."""

    def cancel(self) -> None:
        """Call off what was begun."""

    def leave_off(self) -> None:
        """Let go of what was begun, for another tool or picture; what is painted stays."""
        self.cancel()

    def paint(self, brushes: Brushes) -> None:
        """Draw what was begun over everything else."""

    def reach(self) -> Iterator[QRectF]:
        """Yield what `paint` covers, px of the canvas."""
        yield from ()


class BoxTool(Tool):
    """A rectangle from corner to corner, by a drag or by two clicks."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._start: Pointer | None = None
        self._end: Pointer | None = None
        self._by_clicks = False

    @property
    def is_busy(self) -> bool:
        return self._start is not None

    def press(self, pointer: Pointer) -> None:
        if self._start is None:
            self._start = self._end = pointer
            self._by_clicks = False

    def move(self, pointer: Pointer) -> None:
        if self._start is not None:
            self._end = pointer

    def release(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        self._end = pointer
        if not self._by_clicks and _is_click(self._start, pointer):
            self._by_clicks = True
            return
        self.finish()

    def finish(self) -> None:
        canvas = self.canvas
        if self._start is None or self._end is None:
            return
        box = rectangle(canvas.label, self._start.place, self._end.place, canvas.scene.drawing)
        self.cancel()
        if box is not None:
            canvas.add(box, "box")

    def cancel(self) -> None:
        self._start = self._end = None

    def paint(self, brushes: Brushes) -> None:
        if self._start is None or self._end is None:
            return
        canvas = self.canvas
        box = rectangle(canvas.label, self._start.place, self._end.place, canvas.scene.drawing)
        if box is not None:
            paint_shape(box, brushes)
            words = f"{box.right - box.left:.0f} x {box.bottom - box.top:.0f}"
            canvas.tell_size(words)

    def reach(self) -> Iterator[QRectF]:
        if self._start is not None and self._end is not None:
            yield _around(self.canvas, [self._start.place, self._end.place])


class OutlineTool(Tool):
    """An outline, click by click; a double click, Enter or a click on its beginning closes it."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.corners: list[Place] = []
        self._at: Place | None = None

    @property
    def is_busy(self) -> bool:
        return bool(self.corners)

    def press(self, pointer: Pointer) -> None:
        if len(self.corners) >= 3 and self._is_closing(pointer):
            self.finish()
            return
        self.corners.append(inside(pointer.place, self.canvas.scene.drawing))
        self._at = pointer.place

    def move(self, pointer: Pointer) -> None:
        self._at = pointer.place

    def double(self, pointer: Pointer) -> None:  # noqa: ARG002 - as all tools
        # The first click of the two has set the corner that is meant.
        self.finish()

    def take_back(self) -> None:
        """Take the last corner away."""
        if self.corners:
            self.corners.pop()

    def finish(self) -> None:
        made = outline(self.canvas.label, self.corners, self.canvas.scene.drawing)
        if made is None and len(self.corners) < 3:
            return
        self.cancel()
        if made is not None:
            self.canvas.add(made, "outline")

    def cancel(self) -> None:
        self.corners = []

    def paint(self, brushes: Brushes) -> None:
        if not self.corners:
            return
        painter, label = brushes.painter, self.canvas.label
        places = [*self.corners, *([] if self._at is None else [self._at])]
        painter.setPen(QPen(brushes.ink(label), STRONG_PX))
        painter.setBrush(brushes.ink(label, 0.15))
        painter.drawPolygon(QPolygonF([brushes.at(place) for place in places]))
        painter.setBrush(colour("surface"))
        for at, corner in enumerate(self.corners):
            radius = 5.0 if at == 0 else 3.0
            painter.drawEllipse(brushes.at(corner), radius, radius)

    def reach(self) -> Iterator[QRectF]:
        if self.corners:
            yield _around(self.canvas, [*self.corners, *([] if self._at is None else [self._at])])

    def _is_closing(self, pointer: Pointer) -> bool:
        x, y = self.canvas.view.to_canvas(self.corners[0])
        return abs(x - pointer.at[0]) <= CLOSE_PX and abs(y - pointer.at[1]) <= CLOSE_PX


class PointTool(Tool):
    """One place."""

    def press(self, pointer: Pointer) -> None:
        drawing = self.canvas.scene.drawing
        x, y = inside(pointer.place, drawing)
        self.canvas.add(Point(label=self.canvas.label, x=x, y=y), "point")


class BrushTool(Tool):
    """Paints pixels of the class; the eraser takes painted ones away."""

    erases = False
    cursor = Qt.CursorShape.BlankCursor

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._stroke: Stroke | None = None
        self._at: Place | None = None

    @property
    def is_busy(self) -> bool:
        return self._stroke is not None

    def press(self, pointer: Pointer) -> None:
        self._stroke = Stroke(self.canvas.scene.drawing, self.canvas.brush_px)
        self.move(pointer)

    def move(self, pointer: Pointer) -> None:
        before, self._at = self._at, pointer.place
        if before is not None:
            self.canvas.repaint_soon(self._circle(before))
        if self._stroke is not None:
            sides = self._stroke.go_to(pointer.place)
            self.canvas.repaint_soon(reach_of(sides, self.canvas.view, 3))

    def release(self, pointer: Pointer) -> None:  # noqa: ARG002 - as all tools
        self.finish()

    def leave_off(self) -> None:
        self.finish()

    def finish(self) -> None:
        if self._stroke is None:
            return
        patch = self._stroke.patch
        self._stroke = None
        canvas = self.canvas
        drawing = canvas.scene.drawing
        chosen = min(canvas.scene.selected, default=-1)
        if self.erases:
            made = erased_in(drawing, patch, self._erased_places(chosen))
            if made == drawing:
                # What was drawn last is selected; a stroke beside it is meant for others.
                made = erased_in(drawing, patch, region_places(drawing.shapes))
            canvas.change("Erased painted pixels", made)
            return
        made, at = painted_in(
            drawing, canvas.label, patch, selected=chosen, shares=canvas.shares_pixels
        )
        canvas.change(f"Painted “{canvas.label}”", made, frozenset() if at < 0 else frozenset([at]))

    def cancel(self) -> None:
        self._stroke = None

    def _erased_places(self, chosen: int) -> list[int]:
        """Return the selected region where things are counted, all where pixels have one class."""
        places = region_places(self.canvas.scene.drawing.shapes)
        return [chosen] if chosen in places and not self.canvas.shares_pixels else places

    def paint(self, brushes: Brushes) -> None:
        if self._stroke is not None:
            ink = colour("surface", 0.7) if self.erases else brushes.ink(self.canvas.label, PAINTED)
            paint_patch(self._stroke.patch, brushes, ink)
        if self._at is None:
            return
        painter = brushes.painter
        radius = max(self.canvas.brush_px / 2 * brushes.zoom, 1.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Two rings, so that it is seen on every ground.
        for ink, width in ((colour("surface"), 3.0), (colour("text"), 1.2)):
            painter.setPen(QPen(ink, width))
            painter.drawEllipse(brushes.at(self._at), radius, radius)

    def reach(self) -> Iterator[QRectF]:
        # The stroke itself is asked for where it grows.
        if self._at is not None:
            yield self._circle(self._at)

    def _circle(self, place: Place) -> QRectF:
        radius = self.canvas.brush_px / 2
        sides = (place[0] - radius, place[1] - radius, place[0] + radius, place[1] + radius)
        return reach_of(sides, self.canvas.view, 4)


class EraserTool(BrushTool):
    """Takes painted pixels away, of the selected region or of all."""

    draws = False
    erases = True


class FillTool(Tool):
    """A click fills up to the next edge; dragging to the right lets more colours in."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._start: Pointer | None = None
        self._tolerance = canvas.tolerance

    @property
    def is_busy(self) -> bool:
        return self._start is not None or self.canvas.filling.is_pending

    def press(self, pointer: Pointer) -> None:
        self._start = pointer
        self._tolerance = self.canvas.tolerance
        self.canvas.filling.begin(pointer.place, self._tolerance)

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            return
        across = pointer.at[0] - self._start.at[0]
        if abs(across) >= CLICK_PX:
            self.canvas.set_tolerance(round(self._tolerance + across / 4))
            self.canvas.filling.go_on(self.canvas.tolerance)

    def release(self, pointer: Pointer) -> None:  # noqa: ARG002 - as all tools
        if self._start is not None:
            self._start = None
            self.canvas.filling.keep()

    def cancel(self) -> None:
        self._start = None
        self.canvas.filling.drop()

    def paint(self, brushes: Brushes) -> None:
        patch = self.canvas.filling.patch
        if patch is not None:
            paint_patch(patch, brushes, brushes.ink(self.canvas.label, PAINTED))
        elif self.is_busy:
            self.canvas.tell_size("Filling…")

    def reach(self) -> Iterator[QRectF]:
        patch = self.canvas.filling.patch
        if patch is not None:
            sides = (patch.left, patch.top, patch.right, patch.bottom)
            yield reach_of(sides, self.canvas.view, 3)


def draw_selection(canvas: Canvas, brushes: Brushes, hovered: int) -> None:
    """Draw selected shapes stronger, and the handles of a single one."""
    scene = canvas.scene
    preview = canvas.tool.preview
    for at in sorted(scene.selected | set(preview)):
        if at >= len(scene.drawing.shapes) or at in scene.hidden:
            continue
        shape = preview.get(at, scene.drawing.shapes[at])
        paint_shape(shape, brushes)
        if len(scene.selected) == 1:
            paint_handles(shape, brushes, hovered)


def _is_click(start: Pointer, end: Pointer) -> bool:
    return abs(end.at[0] - start.at[0]) < CLICK_PX and abs(end.at[1] - start.at[1]) < CLICK_PX


def _around(canvas: Canvas, places: list[Place]) -> QRectF:
    across, down = [x for x, _y in places], [y for _x, y in places]
    return reach_of((min(across), min(down), max(across), max(down)), canvas.view)
