"""One click to a region: everything of like colour that hangs together, up to the next edge.

Letters in names: H height, W width, C the three channels R, G, B.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import PIL.Image
import PIL.ImageFilter
from numpy.typing import NDArray

from deepdesk.data.patches import NOTHING, Patch, tight
from deepdesk.data.run_labels import mask_of, runs_of

# Half the side of what is looked at first; it doubles while the region reaches its border.
FIRST_REACH_PX = 256
LEAST_TOLERANCE, USUAL_TOLERANCE, MOST_TOLERANCE = 1, 24, 160
# Holes of less than this share of a region, or of fewer pixels, are specks and are filled.
HOLE_SHARE = 0.01
HOLE_PX = 16


def grown(
    pixels_HWC: NDArray[np.uint8],
    place: tuple[float, float],
    tolerance: int,
    check: Callable[[], object] = lambda: None,
) -> Patch:
    """Return the region around a place.

    A pixel belongs to it if its colour differs from that of the place by no more than `tolerance`
    in each channel, if the picture changes there by no more than that over two pixels, and if a
    way of such pixels leads to the place. Colours are means over 3 x 3 pixels.

    Args:
        pixels_HWC: uint8, (H, W, 3).
        place: (x, y) in px.
        tolerance: 1 to 160 of 255.
        check: Called between steps; may raise to end it.
    """
    height, width = pixels_HWC.shape[:2]
    x, y = int(place[0] // 1), int(place[1] // 1)
    if not (0 <= x < width and 0 <= y < height):
        return NOTHING
    reach = FIRST_REACH_PX
    while True:
        check()
        left, top = max(0, x - reach), max(0, y - reach)
        right, bottom = min(width, x + reach), min(height, y + reach)
        part = np.ascontiguousarray(pixels_HWC[top:bottom, left:right])
        is_on_HW = _around(part, x - left, y - top, tolerance)
        is_cut = (
            (left > 0 and is_on_HW[:, 0].any())
            or (top > 0 and is_on_HW[0].any())
            or (right < width and is_on_HW[:, -1].any())
            or (bottom < height and is_on_HW[-1].any())
        )
        if not is_cut:
            return tight(Patch(left=left, top=top, is_on_HW=is_on_HW))
        reach *= 2


def _around(pixels_HWC: NDArray[np.uint8], x: int, y: int, tolerance: int) -> NDArray[np.bool_]:
    blurred = PIL.Image.fromarray(pixels_HWC).filter(PIL.ImageFilter.BoxBlur(1))
    smooth_HWC = np.asarray(blurred)
    colour = smooth_HWC[y, x]
    is_alike_HW = _distance(smooth_HWC, colour).max(2) <= tolerance
    is_on_HW = is_alike_HW & (_change(smooth_HWC) <= tolerance)
    # Where a person clicks on an edge or a speck, they mean the place all the same.
    is_on_HW[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2] = True
    runs = runs_of(is_on_HW)
    region_HW = mask_of(runs, runs.parts_R == runs.part_at(x, y), is_on_HW.shape)
    # The edge itself was left out as one: its near side belongs to the region.
    region_HW |= _spread(region_HW) & (_distance(pixels_HWC, colour).max(2) <= tolerance)
    return _without_specks(region_HW)


def _distance(pixels_HWC: NDArray[np.uint8], colour: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.maximum(pixels_HWC, colour) - np.minimum(pixels_HWC, colour)


def _change(smooth_HWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return how much the picture changes over two pixels, uint8, (H, W)."""
    change_HW = np.zeros(smooth_HWC.shape[:2], dtype=np.uint8)
    if smooth_HWC.shape[1] > 2:
        one, other = smooth_HWC[:, 2:], smooth_HWC[:, :-2]
        change_HW[:, 1:-1] = (np.maximum(one, other) - np.minimum(one, other)).max(2)
    if smooth_HWC.shape[0] > 2:
        one, other = smooth_HWC[2:], smooth_HWC[:-2]
        down_HW = (np.maximum(one, other) - np.minimum(one, other)).max(2)
        np.maximum(change_HW[1:-1], down_HW, out=change_HW[1:-1])
    return change_HW


def _spread(is_on_HW: NDArray[np.bool_]) -> NDArray[np.bool_]:
    spread = is_on_HW.copy()
    spread[1:] |= is_on_HW[:-1]
    spread[:-1] |= is_on_HW[1:]
    spread[:, 1:] |= is_on_HW[:, :-1]
    spread[:, :-1] |= is_on_HW[:, 1:]
    return spread


def _without_specks(is_on_HW: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a region with its small holes filled, bool, (H, W)."""
    # One pixel more on each side: what is outside then hangs together and is the largest part.
    around_HW = np.pad(~is_on_HW, 1, constant_values=True)
    runs = runs_of(around_HW)
    lengths = (runs.ends_R - runs.starts_R).astype(np.float64)
    sizes = np.bincount(runs.parts_R, weights=lengths, minlength=len(lengths))
    most = max(HOLE_PX, HOLE_SHARE * float(is_on_HW.sum()))
    is_hole_R = (sizes[runs.parts_R] <= most) & (runs.parts_R != runs.part_at(0, 0))
    holes_HW = mask_of(runs, is_hole_R, (around_HW.shape[0], around_HW.shape[1]))
    return np.asarray(is_on_HW | holes_HW[1:-1, 1:-1])
