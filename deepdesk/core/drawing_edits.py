"""Changes to a drawing, each a pure function from one to the next; px of the picture throughout."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import singledispatch

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, Region, Shape

Place = tuple[float, float]
FEWEST_CORNERS = 3
# A rectangle of less is a click that slipped.
LEAST_SIDE_PX = 1.0


def with_shapes(drawing: Drawing, shapes: Sequence[Shape]) -> Drawing:
    """Return a drawing with more shapes, above those that are there."""
    return replace(drawing, shapes=(*drawing.shapes, *shapes))


def without(drawing: Drawing, places: Collection[int]) -> Drawing:
    """Return a drawing without the shapes at some places of its list."""
    kept = tuple(shape for at, shape in enumerate(drawing.shapes) if at not in places)
    return replace(drawing, shapes=kept)


def with_shape_at(drawing: Drawing, at: int, shape: Shape) -> Drawing:
    """Return a drawing in which another shape stands at a place of the list."""
    return replace(drawing, shapes=(*drawing.shapes[:at], shape, *drawing.shapes[at + 1 :]))


def relabelled(drawing: Drawing, places: Collection[int], label: str) -> Drawing:
    """Return a drawing in which the shapes at some places are of another class."""
    shapes = tuple(
        replace(shape, label=label) if at in places else shape
        for at, shape in enumerate(drawing.shapes)
    )
    return replace(drawing, shapes=shapes)


def rectangle(label: str, one: Place, other: Place, drawing: Drawing) -> Box | None:
    """Return the box between two opposite corners, inside the picture; None if it has no area."""
    left, right = sorted((_within(one[0], drawing.width_px), _within(other[0], drawing.width_px)))
    top, bottom = sorted((_within(one[1], drawing.height_px), _within(other[1], drawing.height_px)))
    if right - left < LEAST_SIDE_PX or bottom - top < LEAST_SIDE_PX:
        return None
    return Box(label=label, left=left, top=top, right=right, bottom=bottom)


def outline(label: str, corners: Sequence[Place], drawing: Drawing) -> Polygon | None:
    """Return the outline through some corners, inside the picture; None if they are too few."""
    placed = [inside(corner, drawing) for corner in corners]
    ring = tuple(place for at, place in enumerate(placed) if place != placed[at - 1])
    if len(ring) < FEWEST_CORNERS or _area(ring) < LEAST_SIDE_PX:
        return None
    return Polygon(label=label, rings=(ring,))


def inside(place: Place, drawing: Drawing) -> Place:
    """Return the nearest place in the picture."""
    return _within(place[0], drawing.width_px), _within(place[1], drawing.height_px)


def scaled_to(shapes: Sequence[Shape], was: Drawing, now: Drawing) -> list[Shape]:
    """Return shapes of one picture as they lie on another; painted ones only if it is as large."""
    if (was.width_px, was.height_px) == (now.width_px, now.height_px):
        return list(shapes)
    across, down = now.width_px / was.width_px, now.height_px / was.height_px
    return [
        _at(shape, [(x * across, y * down) for x, y in corners])
        for shape in shapes
        if (corners := corners_of(shape))
    ]


@singledispatch
def corners_of(shape: Shape) -> tuple[Place, ...]:
    """Return the corners that can be dragged: four of a box, clockwise from its upper left one.

    Those of all rings of an outline follow each other. A point is its own corner; what is painted
    has none.
    """
    raise TypeError(f"{type(shape).__name__} has no corners")


@corners_of.register
def _(shape: Box) -> tuple[Place, ...]:
    return (
        (shape.left, shape.top),
        (shape.right, shape.top),
        (shape.right, shape.bottom),
        (shape.left, shape.bottom),
    )


@corners_of.register
def _(shape: Polygon) -> tuple[Place, ...]:
    return tuple(corner for ring in shape.rings for corner in ring)


@corners_of.register
def _(shape: Point) -> tuple[Place, ...]:
    return ((shape.x, shape.y),)


@corners_of.register
def _(shape: Region) -> tuple[Place, ...]:
    del shape
    return ()


def with_corner(shape: Shape, at: int, place: Place, drawing: Drawing) -> Shape:
    """Return a shape one corner of which is elsewhere; of a box the opposite one stays."""
    corners = list(corners_of(shape))
    if isinstance(shape, Box):
        made = rectangle(shape.label, corners[(at + 2) % 4], place, drawing)
        return shape if made is None else replace(made, is_crowd=shape.is_crowd)
    corners[at] = inside(place, drawing)
    return _at(shape, corners)


def with_side(box: Box, side: str, to: float, drawing: Drawing) -> Box:
    """Return a box one side of which ("left", "top", "right" or "bottom") is elsewhere."""
    sides = {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}
    sides[side] = to
    made = rectangle(
        box.label, (sides["left"], sides["top"]), (sides["right"], sides["bottom"]), drawing
    )
    return box if made is None else replace(made, is_crowd=box.is_crowd)


def moved(shape: Shape, by: Place, drawing: Drawing) -> Shape:
    """Return a shape that was moved as far as the picture reaches; painted ones stay."""
    corners = corners_of(shape)
    if not corners:
        return shape
    across = _step(by[0], [x for x, _y in corners], drawing.width_px)
    down = _step(by[1], [y for _x, y in corners], drawing.height_px)
    return _at(shape, [(x + across, y + down) for x, y in corners])


def with_corner_between(shape: Polygon, after: int, place: Place) -> Polygon:
    """Return an outline with one corner more, behind the one at `after`."""
    rings, start = [], 0
    for ring in shape.rings:
        at = after - start
        start += len(ring)
        is_here = 0 <= at < len(ring)
        rings.append((*ring[: at + 1], place, *ring[at + 1 :]) if is_here else ring)
    return replace(shape, rings=tuple(rings))


def without_corner(shape: Polygon, at: int) -> Polygon | None:
    """Return an outline with one corner fewer; None when nothing is left of it."""
    rings, start = [], 0
    for ring in shape.rings:
        here = at - start
        start += len(ring)
        kept = tuple(corner for number, corner in enumerate(ring) if number != here)
        if len(kept) >= FEWEST_CORNERS:
            rings.append(kept)
    return replace(shape, rings=tuple(rings)) if rings else None


def ring_edges(shape: Polygon) -> list[tuple[int, Place, Place]]:
    """Return the sides of all rings: number of the corner where each begins, and both ends."""
    edges, start = [], 0
    for ring in shape.rings:
        for at, corner in enumerate(ring):
            edges.append((start + at, corner, ring[(at + 1) % len(ring)]))
        start += len(ring)
    return edges


@singledispatch
def _at(shape: Shape, corners: Sequence[Place]) -> Shape:  # noqa: ARG001
    return shape


@_at.register
def _(shape: Box, corners: Sequence[Place]) -> Shape:
    (left, top), _, (right, bottom), _ = corners
    return replace(shape, left=left, top=top, right=right, bottom=bottom)


@_at.register
def _(shape: Polygon, corners: Sequence[Place]) -> Shape:
    rings, start = [], 0
    for ring in shape.rings:
        rings.append(tuple(corners[start : start + len(ring)]))
        start += len(ring)
    return replace(shape, rings=tuple(rings))


@_at.register
def _(shape: Point, corners: Sequence[Place]) -> Shape:
    return replace(shape, x=corners[0][0], y=corners[0][1])


def _within(value: float, most: float) -> float:
    return min(float(most), max(0.0, float(value)))


def _step(wanted: float, places: Sequence[float], most: float) -> float:
    """Return how far places can go; what lies beyond the picture may come back, not leave more."""
    low, high = min(-min(places), 0.0), max(most - max(places), 0.0)
    return min(high, max(low, wanted))


def _area(ring: Sequence[Place]) -> float:
    """Return the area of a ring in square px (shoelace formula)."""
    pairs = zip(ring, (*ring[1:], ring[0]), strict=True)
    return abs(sum(x * later_y - later_x * y for (x, y), (later_x, later_y) in pairs)) / 2
