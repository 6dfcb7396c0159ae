"""What lies on the canvas: a picture, what is drawn on it, what is proposed. No widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, Region, Shape
from deepdesk.core.drawing_edits import Place, ring_edges
from deepdesk.core.errors import ConfigError
from deepdesk.data.patches import NOTHING, Patch, patch_of
from deepdesk.data.picture_levels import PictureLevels
from deepdesk.data.proposals import Proposal

EMPTY = Drawing(width_px=1, height_px=1)
Sides = tuple[float, float, float, float]


@dataclass(slots=True, kw_only=True)
class MaskLayer:
    """The classes of a mask file, uint8, (H, W) a level: 0 for none, else the place in `names`."""

    levels: tuple[NDArray[np.uint8], ...]
    names: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Scene:
    """All that is to be painted.

    Attributes:
        drawing: What a person confirmed.
        proposals: What a network suggests, above it.
        selected: Places of selected shapes in the drawing.
        chosen: Place of the selected proposal, -1 for none.
        hidden: Places of shapes that are not shown.
        positions: Class name to its place in the list of classes, which decides its colour.
    """

    levels: PictureLevels | None = None
    mask: MaskLayer | None = None
    drawing: Drawing = EMPTY
    proposals: tuple[Proposal, ...] = ()
    selected: frozenset[int] = frozenset()
    chosen: int = -1
    hidden: frozenset[int] = frozenset()
    positions: Mapping[str, int] = field(default_factory=dict)
    _patches: dict[str, Patch] = field(default_factory=dict)
    _marks: dict[str, Place] = field(default_factory=dict)
    _strangers: dict[str, int] = field(default_factory=dict)
    _sides_of: tuple[Drawing, NDArray[np.float64]] | None = None

    def position(self, label: str) -> int:
        """Return the place of a class; those that are not listed yet come behind all others."""
        known = self.positions.get(label)
        if known is not None:
            return known
        return len(self.positions) + self._strangers.setdefault(label, len(self._strangers))

    def patch(self, region: Region) -> Patch:
        """Return the pixels of a painted region; nothing where they do not fit the picture."""
        kept = self._patches.get(region.counts)
        if kept is None:
            try:
                kept = patch_of(region.counts, self.drawing.width_px, self.drawing.height_px)
            except ConfigError:
                kept = NOTHING
            if len(self._patches) > 4 * len(self.drawing.shapes) + 64:
                self._patches.clear()
            self._patches[region.counts] = kept
        return kept

    def forget_patches(self) -> None:
        """Let go of what was worked out for another picture."""
        self._patches.clear()
        self._marks.clear()
        self._sides_of = None

    def sides(self, shape: Shape) -> Sides:
        """Return (left, top, right, bottom) around a shape, px."""
        return _SIDES[type(shape)](self, shape)

    def tag_place(self, shape: Shape) -> Place:
        """Return where the words of a shape stand: its corner, of what is painted a place in it."""
        if not isinstance(shape, Region):
            left, top, _right, _bottom = self.sides(shape)
            return left, top
        kept = self._marks.get(shape.counts)
        if kept is None:
            kept = self._marks[shape.counts] = _widest_place(self.patch(shape))
        return kept

    def all_sides(self) -> NDArray[np.float64]:
        """Return the sides of all shapes of the drawing, float64, (N, 4)."""
        if self._sides_of is None or self._sides_of[0] is not self.drawing:
            rows = [self.sides(shape) for shape in self.drawing.shapes]
            self._sides_of = (self.drawing, np.asarray(rows, dtype=np.float64).reshape(-1, 4))
        return self._sides_of[1]

    def shapes_within(self, left: float, top: float, right: float, bottom: float) -> list[int]:
        """Return the places of the shown shapes that reach into a rectangle, lowest first."""
        sides = self.all_sides()
        if not len(sides):
            return []
        is_in = (
            (sides[:, 0] <= right)
            & (sides[:, 2] >= left)
            & (sides[:, 1] <= bottom)
            & (sides[:, 3] >= top)
        )
        return [at for at in np.flatnonzero(is_in).tolist() if at not in self.hidden]

    def shape_at(self, place: Place, slack: float) -> int:
        """Return the shape that a click means, -1 for none.

        An edge that is near comes before what one is inside of, and of those the smallest.
        """
        x, y = place
        near = self.shapes_within(x - slack, y - slack, x + slack, y + slack)
        return self._meant([(at, self.drawing.shapes[at]) for at in near], place, slack)

    def proposal_at(self, place: Place, slack: float) -> int:
        """Return the proposal that a click means, -1 for none."""
        numbered = [(at, proposal.shape) for at, proposal in enumerate(self.proposals)]
        return self._meant(numbered, place, slack)

    def _meant(self, shapes: Sequence[tuple[int, Shape]], place: Place, slack: float) -> int:
        best, least = -1, (2, float("inf"))
        for at, shape in reversed(shapes):
            distance = _NEARNESS[type(shape)](self, shape, place)
            if distance > slack:
                continue
            left, top, right, bottom = self.sides(shape)
            rank = (int(distance <= 0), max(0.0, right - left) * max(0.0, bottom - top))
            # Near an edge from outside or inside: the edge's own distance counts.
            edge = abs(_EDGE[type(shape)](self, shape, place))
            rank = (0 if edge <= slack else 1, rank[1])
            if rank < least:
                best, least = at, rank
        return best


def _widest_place(patch: Patch) -> Place:
    """Return the middle of the longest run of the row with most pixels."""
    if not patch.is_on_HW.size:
        return patch.left, patch.top
    row = int(patch.is_on_HW.sum(1).argmax())
    edges = np.flatnonzero(np.diff(np.pad(patch.is_on_HW[row].astype(np.int8), 1)))
    starts, ends = edges[::2], edges[1::2]
    longest = int((ends - starts).argmax())
    return patch.left + float(starts[longest] + ends[longest]) / 2, patch.top + float(row)


def _box_distance(_scene: Scene, shape: Box, place: Place) -> float:
    """Return how far outside a box a place is; negative inside."""
    x, y = place
    return max(shape.left - x, x - shape.right, shape.top - y, y - shape.bottom)


def _polygon_edge(_scene: Scene, shape: Polygon, place: Place) -> float:
    return min(segment_distance(place, start, end) for _at, start, end in ring_edges(shape))


def _polygon_distance(scene: Scene, shape: Polygon, place: Place) -> float:
    if any(_is_in_ring(place, ring) for ring in shape.rings):
        return -1.0
    return _polygon_edge(scene, shape, place)


def _point_distance(_scene: Scene, shape: Point, place: Place) -> float:
    return float(np.hypot(shape.x - place[0], shape.y - place[1]))


def _region_distance(scene: Scene, shape: Region, place: Place) -> float:
    return -1.0 if scene.patch(shape).holds(*place) else float("inf")


def segment_distance(place: Place, start: Place, end: Place) -> float:
    """Return how far a place is from a line between two places."""
    step = (end[0] - start[0], end[1] - start[1])
    length2 = step[0] ** 2 + step[1] ** 2
    along = (place[0] - start[0]) * step[0] + (place[1] - start[1]) * step[1]
    share = min(1.0, max(0.0, along / length2)) if length2 else 0.0
    return float(
        np.hypot(place[0] - start[0] - share * step[0], place[1] - start[1] - share * step[1])
    )


def _is_in_ring(place: Place, ring: Sequence[Place]) -> bool:
    """Return whether a place is inside a ring, by counting the sides to the right of it."""
    x, y = place
    is_in = False
    for at, (x1, y1) in enumerate(ring):
        x2, y2 = ring[at - 1]
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            is_in = not is_in
    return is_in


def _polygon_sides(_scene: Scene, shape: Polygon) -> Sides:
    across = [x for ring in shape.rings for x, _y in ring]
    down = [y for ring in shape.rings for _x, y in ring]
    return min(across), min(down), max(across), max(down)


def _region_sides(scene: Scene, shape: Region) -> Sides:
    patch = scene.patch(shape)
    return patch.left, patch.top, patch.right, patch.bottom


_SIDES: dict[type[Any], Callable[[Scene, Any], Sides]] = {
    Box: lambda _scene, shape: (shape.left, shape.top, shape.right, shape.bottom),
    Polygon: _polygon_sides,
    Point: lambda _scene, shape: (shape.x, shape.y, shape.x, shape.y),
    Region: _region_sides,
}
_NEARNESS: dict[type[Any], Callable[[Scene, Any, Place], float]] = {
    Box: _box_distance,
    Polygon: _polygon_distance,
    Point: _point_distance,
    Region: _region_distance,
}
_EDGE: dict[type[Any], Callable[[Scene, Any, Place], float]] = {
    Box: _box_distance,
    Polygon: _polygon_edge,
    Point: _point_distance,
    Region: lambda _scene, _shape, _place: float("inf"),
}
