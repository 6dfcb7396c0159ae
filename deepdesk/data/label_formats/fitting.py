"""What a file says of a picture, laid onto the picture: scaled, turned, cut at its edges."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.drawing import (
    MOST_PX,
    MOST_SHAPES,
    Box,
    Drawing,
    Point,
    Polygon,
    Region,
    Shape,
    target_of,
)
from deepdesk.core.errors import ConfigError
from deepdesk.data.label_formats.picture_sizes import ShownSize
from deepdesk.data.label_formats.reading import OUTSIDE, BrokenLabelsError, Notes, Read
from deepdesk.data.painted import counts_of, is_on, runs_in

MOST_TARGET_BYTES = 1_000_000
SCALED = "Labels of pictures of another size were scaled to fit; pictures"
CUT = "Boxes that reached beyond their picture were cut at its edges"
_ALIKE = 0.02
_Move = Callable[[float, float], tuple[float, float]]
# Where a place of the stored picture is shown: EXIF 2.32, table 4. In shares of both sides.
_TURNS: dict[int, _Move] = {
    5: lambda x, y: (y, x),
    6: lambda x, y: (1.0 - y, x),
    7: lambda x, y: (1.0 - y, 1.0 - x),
    8: lambda x, y: (y, 1.0 - x),
}
_ARRAY_TURNS: dict[int, Callable[[NDArray[np.bool_]], NDArray[np.bool_]]] = {
    5: lambda on: on.T,
    6: lambda on: np.rot90(on, -1),
    7: lambda on: np.rot90(on, 2).T,
    8: lambda on: np.rot90(on, 1),
}


def fitted(read: Read, shown: ShownSize, notes: Notes) -> dict[str, Any]:
    """Return the target of a picture.

    Raises:
        BrokenLabelsError: The labels are of another picture, or too many.
    """
    size = (shown.width_px, shown.height_px)
    shapes = tuple(_moved_all(read, shown, notes))
    kept = []
    for shape in shapes:
        if isinstance(shape, Region) and not _is_of(shape, size):
            reason = "Its painted regions are of a picture of another size."
            raise BrokenLabelsError(read.file, reason, "Export them again from the picture.")
        inside = _INSIDE[type(shape)](shape, size)
        if inside is None:
            notes.add(OUTSIDE, read.file)
        else:
            if _is_cut(shape, inside):
                notes.add(CUT, read.file)
            kept.append(inside)
    if len(kept) > MOST_SHAPES:
        reason = f"{len(kept):,} labels on one picture; at most {MOST_SHAPES:,} are read."
        raise BrokenLabelsError(read.file, reason)
    drawing = Drawing(width_px=size[0], height_px=size[1], shapes=tuple(kept), mask=read.mask)
    target = target_of(drawing)
    if len(json.dumps(target)) > MOST_TARGET_BYTES:
        reason = "The labels of one picture take more than 1 MB."
        raise BrokenLabelsError(read.file, reason, "Save its outlines with fewer corners.")
    return target


def _is_of(region: Region, size: tuple[int, int]) -> bool:
    runs = runs_in(region.counts)
    return sum(runs) == size[0] * size[1] and min(runs, default=-1) >= 0


def _moved_all(read: Read, shown: ShownSize, notes: Notes) -> list[Shape]:
    size = (shown.width_px, shown.height_px)
    if read.is_share:
        return [_scaled(shape, 1.0 * size[0], 1.0 * size[1]) for shape in read.shapes]
    said = read.size
    if read.mask is not None and said != size:
        raise _of_another(read, size, "Its mask is of")
    if said is None or said == size or not read.shapes:
        return list(read.shapes)
    if shown.is_turned and _is_alike(said, (size[1], size[0])):
        return [_turned(shape, said, shown, read) for shape in read.shapes]
    if not _is_alike(said, size):
        raise _of_another(read, size, "Its labels are of a picture of")
    if any(isinstance(shape, Region) for shape in read.shapes):
        raise _of_another(read, size, "Its painted regions are of")
    notes.add(SCALED, read.file)
    return [_scaled(shape, size[0] / said[0], size[1] / said[1]) for shape in read.shapes]


def _of_another(read: Read, size: tuple[int, int], what: str) -> BrokenLabelsError:
    width, height = read.size or (0, 0)
    reason = f"{what} {width} x {height} pixels, but the picture has {size[0]} x {size[1]}."
    return BrokenLabelsError(read.file, reason, "Export them again from the picture as it is.")


def _is_alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    across, down = other[0] / one[0], other[1] / one[1]
    return abs(across / down - 1.0) <= _ALIKE


def _scaled(shape: Shape, across: float, down: float) -> Shape:
    # Without the noise of the last digits: shares of whole pixels come back as whole pixels.
    return _placed(shape, lambda x, y: (round(x * across, 6), round(y * down, 6)))


def _turned(shape: Shape, said: tuple[int, int], shown: ShownSize, read: Read) -> Shape:
    if isinstance(shape, Region):
        try:
            on = is_on(shape.counts, *said)
        except ConfigError as error:
            raise BrokenLabelsError(read.file, error.message) from error
        if said != (shown.height_px, shown.width_px):
            raise BrokenLabelsError(read.file, "Painted regions are of a picture of another size.")
        return replace(shape, counts=counts_of(_ARRAY_TURNS[shown.orientation](on)))
    turn = _TURNS[shown.orientation]

    def move(x: float, y: float) -> tuple[float, float]:
        across, down = turn(x / said[0], y / said[1])
        return across * shown.width_px, down * shown.height_px

    return _placed(shape, move)


def _placed(shape: Shape, move: _Move) -> Shape:
    placed: Shape = _PLACED[type(shape)](shape, move)
    return placed


def _placed_box(box: Box, move: _Move) -> Box:
    (left, top), (right, bottom) = move(box.left, box.top), move(box.right, box.bottom)
    (left, right), (top, bottom) = sorted((left, right)), sorted((top, bottom))
    return replace(box, left=left, top=top, right=right, bottom=bottom)


def _placed_polygon(shape: Polygon, move: _Move) -> Polygon:
    return replace(shape, rings=tuple(tuple(move(x, y) for x, y in ring) for ring in shape.rings))


def _placed_point(point: Point, move: _Move) -> Point:
    x, y = move(point.x, point.y)
    return replace(point, x=x, y=y)


def _inside_box(box: Box, size: tuple[int, int]) -> Box | None:
    left, right = max(0.0, box.left), min(float(size[0]), box.right)
    top, bottom = max(0.0, box.top), min(float(size[1]), box.bottom)
    if not (left < right and top < bottom):
        return None
    if (left, top, right, bottom) == (box.left, box.top, box.right, box.bottom):
        return box
    return replace(box, left=left, top=top, right=right, bottom=bottom)


def _inside_polygon(shape: Polygon, size: tuple[int, int]) -> Polygon | None:
    # Outlines may reach beyond: painting and boxes cut them. Only what is nowhere to be seen goes.
    if not shape.rings or min(map(len, shape.rings)) < 3:
        return None
    # What a drawing cannot hold; one such corner is a mistake, and NaN is in no range either.
    if not all(abs(side) <= 2 * MOST_PX for ring in shape.rings for at in ring for side in at):
        return None
    across = [x for ring in shape.rings for x, _y in ring]
    down = [y for ring in shape.rings for _x, y in ring]
    is_seen = min(across) < size[0] and max(across) > 0 and min(down) < size[1] and max(down) > 0
    return shape if is_seen else None


def _inside_point(point: Point, size: tuple[int, int]) -> Point | None:
    return point if 0 <= point.x <= size[0] and 0 <= point.y <= size[1] else None


def _same_region(region: Region, _size: tuple[int, int]) -> Region:
    return region


def _is_cut(shape: Shape, inside: Shape) -> bool:
    """Whether more than a pixel was taken away; less is rounding."""
    if not isinstance(shape, Box) or not isinstance(inside, Box):
        return False
    before = (shape.left, shape.top, shape.right, shape.bottom)
    after = (inside.left, inside.top, inside.right, inside.bottom)
    return any(abs(one - other) > 1.0 for one, other in zip(before, after, strict=True))


_PLACED: dict[type[Any], Callable[[Any, _Move], Any]] = {
    Box: _placed_box,
    Polygon: _placed_polygon,
    Point: _placed_point,
    Region: lambda region, _move: region,
}
_INSIDE: dict[type[Any], Callable[[Any, tuple[int, int]], Any]] = {
    Box: _inside_box,
    Polygon: _inside_polygon,
    Point: _inside_point,
    Region: _same_region,
}
