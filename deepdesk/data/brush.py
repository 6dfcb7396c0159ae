"""What a round brush leaves on a picture, and where painted pixels go in a drawing.

Letters in names: H height, W width.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from deepdesk.core.drawing import Drawing, Region, Shape
from deepdesk.core.drawing_edits import Place, with_shape_at, with_shapes, without
from deepdesk.core.errors import ConfigError
from deepdesk.data.patches import NOTHING, Patch, minus, patch_of, region_from, touch, united

# Room that a growing stroke gets beyond what it needs, so that it is not copied at each move.
_ROOM_PX = 192


class Stroke:
    """A line that is being drawn with a round brush, from place to place.

    Args:
        drawing: Of the picture; nothing is painted beyond it.
        diameter_px: Of the brush; 1 paints single pixels.
    """

    def __init__(self, drawing: Drawing, diameter_px: float) -> None:
        self._size = (drawing.width_px, drawing.height_px)
        self._radius = max(0.5, diameter_px / 2)
        self._last: Place | None = None
        self.patch = NOTHING

    def go_to(self, place: Place) -> tuple[int, int, int, int]:
        """Paint on to a place and return (left, top, right, bottom) of what may have changed."""
        start = self._last or place
        self._last = place
        reach = self._radius + 1
        width, height = self._size
        left = max(0, int(min(start[0], place[0]) - reach))
        top = max(0, int(min(start[1], place[1]) - reach))
        right = min(width, int(max(start[0], place[0]) + reach) + 1)
        bottom = min(height, int(max(start[1], place[1]) + reach) + 1)
        if left >= right or top >= bottom:
            return 0, 0, 0, 0
        self._make_room(left, top, right, bottom)
        self._paint(start, place, (left, top, right, bottom))
        return left, top, right, bottom

    def _paint(self, start: Place, end: Place, box: tuple[int, int, int, int]) -> None:
        left, top, right, bottom = box
        across = np.arange(left, right, dtype=np.float32)[None, :] + 0.5
        down = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5
        step = (end[0] - start[0], end[1] - start[1])
        length2 = step[0] ** 2 + step[1] ** 2
        share = ((across - start[0]) * step[0] + (down - start[1]) * step[1]) / max(length2, 1e-9)
        share = np.clip(share, 0.0, 1.0)
        off_x = across - (start[0] + share * step[0])
        off_y = down - (start[1] + share * step[1])
        is_near = off_x**2 + off_y**2 <= self._radius**2
        patch = self.patch
        rows = slice(top - patch.top, bottom - patch.top)
        patch.is_on_HW[rows, left - patch.left : right - patch.left] |= is_near
        # However thin the brush, the pixel under it is painted.
        if left <= end[0] < right and top <= end[1] < bottom:
            patch.is_on_HW[int(end[1]) - patch.top, int(end[0]) - patch.left] = True

    def _make_room(self, left: int, top: int, right: int, bottom: int) -> None:
        patch, (width, height) = self.patch, self._size
        if patch.is_on_HW.size:
            begins_in = left >= patch.left and top >= patch.top
            if begins_in and right <= patch.right and bottom <= patch.bottom:
                return
            left, top = min(left, patch.left), min(top, patch.top)
            right, bottom = max(right, patch.right), max(bottom, patch.bottom)
        left, top = max(0, left - _ROOM_PX), max(0, top - _ROOM_PX)
        right, bottom = min(width, right + _ROOM_PX), min(height, bottom + _ROOM_PX)
        room = Patch(left=left, top=top, is_on_HW=np.zeros((bottom - top, right - left), bool))
        self.patch = united([room, patch])


def painted_in(
    drawing: Drawing, label: str, patch: Patch, *, selected: int = -1, shares: bool = False
) -> tuple[Drawing, int]:
    """Return a drawing with painted pixels, and the place of the region they are in.

    Args:
        patch: What was painted, bool, (H, W) of it.
        selected: Place of the region that is painted on if what is painted touches it, -1 for a
            new one.
        shares: Whether every pixel has one class: then what is painted joins the uppermost region
            of its class and is taken from the others.
    """
    at = _region_at(drawing, selected, label)
    if at >= 0 and not shares and not _continues(drawing, at, patch):
        at = -1
    if at < 0 and shares:
        at = _uppermost(drawing, label)
    if shares:
        drawing, at = _taken_from_others(drawing, patch, at)
    if at < 0:
        made = region_from(label, patch, drawing)
        return (drawing, -1) if made is None else (with_shapes(drawing, [made]), _last(drawing) + 1)
    region = drawing.shapes[at]
    assert isinstance(region, Region)
    before = _pixels(region, drawing)
    made = region_from(region.label, united([before, patch]), drawing)
    return (drawing, at) if made is None else (with_shape_at(drawing, at, made), at)


def erased_in(drawing: Drawing, patch: Patch, places: Collection[int]) -> Drawing:
    """Return a drawing without some pixels, (H, W), of the painted regions at some places."""
    gone: list[int] = []
    for at in places:
        shape = drawing.shapes[at]
        if not isinstance(shape, Region):
            continue
        left = _rest(shape, patch, drawing)
        if left is None:
            gone.append(at)
        elif left is not shape:
            drawing = with_shape_at(drawing, at, left)
    return without(drawing, gone)


def region_places(shapes: Sequence[Shape]) -> list[int]:
    """Return the places of painted regions in a list of shapes."""
    return [at for at, shape in enumerate(shapes) if isinstance(shape, Region)]


def _taken_from_others(drawing: Drawing, patch: Patch, at: int) -> tuple[Drawing, int]:
    others = [place for place in region_places(drawing.shapes) if place != at]
    kept = erased_in(drawing, patch, others)
    if at >= 0:
        # Places behind what is gone have moved up.
        at = next(
            (place for place, shape in enumerate(kept.shapes) if shape is drawing.shapes[at]), -1
        )
    return kept, at


def _rest(region: Region, patch: Patch, drawing: Drawing) -> Region | None:
    before = _pixels(region, drawing)
    after = minus(before, patch)
    if after is before or np.array_equal(after.is_on_HW, before.is_on_HW):
        return region
    return region_from(region.label, after, drawing)


def _continues(drawing: Drawing, at: int, patch: Patch) -> bool:
    region = drawing.shapes[at]
    assert isinstance(region, Region)
    return touch(_pixels(region, drawing), patch)


def _region_at(drawing: Drawing, at: int, label: str) -> int:
    if not 0 <= at < len(drawing.shapes):
        return -1
    shape = drawing.shapes[at]
    return at if isinstance(shape, Region) and shape.label == label else -1


def _uppermost(drawing: Drawing, label: str) -> int:
    """Return the region of a class with nothing but regions above it, -1 for none."""
    for at in range(_last(drawing), -1, -1):
        shape = drawing.shapes[at]
        if not isinstance(shape, Region):
            return -1
        if shape.label == label:
            return at
    return -1


def _pixels(region: Region, drawing: Drawing) -> Patch:
    """Return the pixels of a region; those that do not fit the picture count for nothing."""
    try:
        return patch_of(region.counts, drawing.width_px, drawing.height_px)
    except ConfigError:
        return NOTHING


def _last(drawing: Drawing) -> int:
    return len(drawing.shapes) - 1
