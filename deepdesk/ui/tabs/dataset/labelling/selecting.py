"""The tool that selects shapes, moves them, and pulls their corners and sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPen

from deepdesk.core.drawing import Box, Polygon, Region, Shape
from deepdesk.core.drawing_edits import (
    Place,
    corners_of,
    moved,
    ring_edges,
    with_corner,
    with_corner_between,
    with_shape_at,
    with_side,
    without_corner,
)
from deepdesk.data.patches import counts_from, moved_patch
from deepdesk.ui.tabs.dataset.labelling.scene import segment_distance
from deepdesk.ui.tabs.dataset.labelling.shape_paint import Brushes, reach_of
from deepdesk.ui.tabs.dataset.labelling.tools import CLICK_PX, Pointer, Tool
from deepdesk.ui.theme import colour

if TYPE_CHECKING:
    from deepdesk.ui.tabs.dataset.labelling.canvas import Canvas

GRAB_PX = 8.0
_SIDES = ("top", "right", "bottom", "left")
Changer = Callable[[Place], dict[int, Shape]]


class SelectTool(Tool):
    """Selects by clicks and by a frame; drags what is selected."""

    draws = False
    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._start: Pointer | None = None
        self._changer: Changer | None = None
        self._frame: tuple[Place, Place] | None = None
        self._text = ""
        self.hovered = -1
        self._is_moving = False
        self._proposal = -1

    @property
    def is_busy(self) -> bool:
        return self._start is not None

    def press(self, pointer: Pointer) -> None:
        canvas, scene = self.canvas, self.canvas.scene
        self._start, self._is_moving = pointer, False
        if self._grab(pointer):
            return
        adds = bool(pointer.modifiers & Qt.KeyboardModifier.ShiftModifier)
        chosen = scene.proposal_at(pointer.place, canvas.slack_px)
        at = scene.shape_at(pointer.place, canvas.slack_px)
        if at < 0 and chosen >= 0:
            canvas.choose_proposal(chosen)
            # What is painted over half of the picture is not dragged by chance.
            is_region = isinstance(scene.proposals[chosen].shape, Region)
            self._proposal = -1 if is_region else chosen
            return
        canvas.choose_proposal(-1)
        if at >= 0:
            if adds:
                canvas.select(scene.selected ^ {at})
            elif at not in scene.selected:
                canvas.select(frozenset([at]))
            self._text = "Moved what is selected"
            self._changer = self._moving(pointer.place)
            return
        if not adds:
            canvas.select(frozenset())
        self._frame = (pointer.place, pointer.place)

    def move(self, pointer: Pointer) -> None:
        if self._start is None:
            self._hover(pointer)
            return
        if not self._is_moving:
            across = abs(pointer.at[0] - self._start.at[0])
            if max(across, abs(pointer.at[1] - self._start.at[1])) < CLICK_PX:
                return
            self._is_moving = True
            if self._proposal >= 0:
                self._take_proposal()
        if self._changer is not None:
            self.preview = self._changer(pointer.place)
            self.canvas.lift(frozenset(self.preview))
        elif self._frame is not None:
            self._frame = (self._frame[0], pointer.place)

    def release(self, pointer: Pointer) -> None:  # noqa: ARG002 - as all tools
        canvas = self.canvas
        preview, frame, text = self.preview, self._frame, self._text
        is_moving = self._is_moving
        self.cancel()
        if not is_moving:
            return
        if preview:
            drawing = canvas.scene.drawing
            for at, shape in preview.items():
                drawing = with_shape_at(drawing, at, shape)
            canvas.change(text, drawing, canvas.scene.selected)
        elif frame is not None:
            canvas.select(frozenset(self._framed(*frame)) | canvas.scene.selected)

    def double(self, pointer: Pointer) -> None:
        """Set a corner on the side that is under the pointer."""
        found = self._side_under(pointer)
        if found is None:
            return
        at, shape, after = found
        made = with_corner_between(shape, after, pointer.place)
        self.canvas.change(
            "Added a corner", with_shape_at(self.canvas.scene.drawing, at, made), frozenset([at])
        )

    def cancel(self) -> None:
        self._start = self._changer = self._frame = None
        self._proposal = -1
        self.preview = {}
        self._is_moving = False
        self.canvas.lift(frozenset())

    def _take_proposal(self) -> None:
        """Accept a proposal that is dragged, and drag what came of it."""
        self.canvas.proposal_taken.emit(self._proposal)
        self._proposal = -1
        if self._start is None or self._single() < 0:
            return
        if not self._grab(self._start):
            self._text = "Moved what is selected"
            self._changer = self._moving(self._start.place)

    def remove_corner(self) -> bool:
        """Take the corner under the pointer away; False if there is none."""
        at = self._single()
        if at < 0 or self.hovered < 0:
            return False
        drawing = self.canvas.scene.drawing
        shape = drawing.shapes[at]
        if not isinstance(shape, Polygon):
            return False
        made = without_corner(shape, self.hovered)
        self.hovered = -1
        if made is None:
            return False
        self.canvas.change("Removed a corner", with_shape_at(drawing, at, made), frozenset([at]))
        return True

    def paint(self, brushes: Brushes) -> None:
        if self._frame is not None and self._is_moving:
            painter = brushes.painter
            painter.setPen(QPen(colour("accent"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(colour("accent", 0.08))
            painter.drawRect(QRectF(brushes.at(self._frame[0]), brushes.at(self._frame[1])))

    def reach(self) -> Iterator[QRectF]:
        canvas = self.canvas
        if self._frame is not None:
            (x0, y0), (x1, y1) = self._frame
            sides = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            yield reach_of(sides, canvas.view, 3)
        for shape in self.preview.values():
            yield reach_of(canvas.scene.sides(shape), canvas.view)

    def _single(self) -> int:
        selected = self.canvas.scene.selected
        return next(iter(selected)) if len(selected) == 1 else -1

    def _hover(self, pointer: Pointer) -> None:
        at = self._single()
        before = self.hovered
        self.hovered = -1 if at < 0 else self._corner_under(pointer, at)
        side = "" if at < 0 or self.hovered >= 0 else self._box_side_under(pointer, at)
        self.canvas.setCursor(
            _cursor(self.canvas.scene.drawing.shapes[at], self.hovered, side)
            if at >= 0
            else self.cursor
        )
        if before != self.hovered and at >= 0:
            shape = self.canvas.scene.drawing.shapes[at]
            self.canvas.repaint_soon(reach_of(self.canvas.scene.sides(shape), self.canvas.view))

    def _grab(self, pointer: Pointer) -> bool:
        """Begin to pull a corner or a side of the single selected shape."""
        at = self._single()
        if at < 0:
            return False
        drawing = self.canvas.scene.drawing
        shape = drawing.shapes[at]
        corner = self._corner_under(pointer, at)
        if corner >= 0:
            self._text = "Moved a corner"
            self._changer = lambda place: {at: with_corner(shape, corner, place, drawing)}
            return True
        side = self._box_side_under(pointer, at)
        if side and isinstance(shape, Box):
            self._text = "Moved a side"
            axis = 0 if side in ("left", "right") else 1
            self._changer = lambda place: {at: with_side(shape, side, place[axis], drawing)}
            return True
        return False

    def _moving(self, start: Place) -> Changer:
        drawing, scene = self.canvas.scene.drawing, self.canvas.scene
        keeps = self.canvas.shares_pixels
        chosen = {
            at: shape
            for at, shape in ((at, drawing.shapes[at]) for at in scene.selected)
            if not (keeps and isinstance(shape, Region))
        }

        def change(place: Place) -> dict[int, Shape]:
            by = (place[0] - start[0], place[1] - start[1])
            return {at: self.moved_shape(shape, by) for at, shape in chosen.items()}

        return change

    def moved_shape(self, shape: Shape, by: Place) -> Shape:
        """Return a shape of any kind, moved as far as the picture reaches."""
        scene = self.canvas.scene
        if not isinstance(shape, Region):
            return moved(shape, by, scene.drawing)
        if scene.patch(shape).is_empty:
            return shape
        patch = moved_patch(scene.patch(shape), round(by[0]), round(by[1]), scene.drawing)
        counts = counts_from(patch, scene.drawing.width_px, scene.drawing.height_px)
        return replace(shape, counts=counts)

    def _corner_under(self, pointer: Pointer, at: int) -> int:
        best, least = -1, GRAB_PX
        for number, corner in enumerate(corners_of(self.canvas.scene.drawing.shapes[at])):
            x, y = self.canvas.view.to_canvas(corner)
            away = max(abs(x - pointer.at[0]), abs(y - pointer.at[1]))
            if away < least:
                best, least = number, away
        return best

    def _box_side_under(self, pointer: Pointer, at: int) -> str:
        shape = self.canvas.scene.drawing.shapes[at]
        if not isinstance(shape, Box):
            return ""
        corners = corners_of(shape)
        slack = GRAB_PX / 2 / self.canvas.view.zoom
        for number, side in enumerate(_SIDES):
            ends = corners[number], corners[(number + 1) % 4]
            if segment_distance(pointer.place, *ends) <= slack:
                return side
        return ""

    def _side_under(self, pointer: Pointer) -> tuple[int, Polygon, int] | None:
        at = self._single()
        shape = self.canvas.scene.drawing.shapes[at] if at >= 0 else None
        if not isinstance(shape, Polygon):
            return None
        for after, start, end in ring_edges(shape):
            if segment_distance(pointer.place, start, end) <= GRAB_PX / self.canvas.view.zoom:
                return at, shape, after
        return None

    def _framed(self, one: Place, other: Place) -> list[int]:
        (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        return [
            at
            for at in self.canvas.scene.shapes_within(left, top, right, bottom)
            if _lies_in(self.canvas.scene.all_sides()[at].tolist(), (left, top, right, bottom))
        ]


def _lies_in(sides: list[float], frame: tuple[float, float, float, float]) -> bool:
    return (
        sides[0] >= frame[0]
        and sides[1] >= frame[1]
        and sides[2] <= frame[2]
        and sides[3] <= frame[3]
    )


def _cursor(shape: Shape, corner: int, side: str) -> Qt.CursorShape:
    if corner >= 0 and isinstance(shape, Box):
        falling, rising = Qt.CursorShape.SizeFDiagCursor, Qt.CursorShape.SizeBDiagCursor
        return falling if corner in (0, 2) else rising
    if corner >= 0:
        return Qt.CursorShape.PointingHandCursor
    across, down = Qt.CursorShape.SizeHorCursor, Qt.CursorShape.SizeVerCursor
    return {"left": across, "right": across, "top": down, "bottom": down}.get(
        side, Qt.CursorShape.ArrowCursor
    )
