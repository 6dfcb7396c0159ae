"""Painted pixels as a small array with its place, so that large pictures cost what is painted.

Letters in names: H height, W width, both of the patch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.drawing import Drawing, Region
from deepdesk.data.painted import check_size, counts_from_runs, runs_over


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """What is on around some place; everything else is off.

    Attributes:
        left: Of the array's first column, px of the picture.
        top: Of its first row.
        is_on_HW: bool, (H, W).
    """

    left: int
    top: int
    is_on_HW: NDArray[np.bool_]

    @property
    def right(self) -> int:
        """The first column behind the array."""
        return self.left + int(self.is_on_HW.shape[1])

    @property
    def bottom(self) -> int:
        """The first row below the array."""
        return self.top + int(self.is_on_HW.shape[0])

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on."""
        return not self.is_on_HW.any()

    def holds(self, x: float, y: float) -> bool:
        """Return whether the pixel at a place is on."""
        across, down = int(x // 1) - self.left, int(y // 1) - self.top
        height, width = self.is_on_HW.shape
        return 0 <= across < width and 0 <= down < height and bool(self.is_on_HW[down, across])


NOTHING = Patch(left=0, top=0, is_on_HW=np.zeros((0, 0), dtype=bool))


def patch_of(counts: str, width_px: int, height_px: int) -> Patch:
    """Return what runs stand for, no larger than what is on; (H, W) is that of its box.

    Raises:
        ConfigError: They are of another picture, or damaged.
    """
    runs = runs_over(counts, width_px, height_px)
    check_size(width_px, height_px)
    ends = np.cumsum(np.asarray(runs, dtype=np.int64))
    starts, stops = ends[0:-1:2], ends[1::2]
    is_some = stops > starts
    starts, stops = starts[is_some], stops[is_some]
    if not len(starts):
        return NOTHING
    first, last = int(starts[0]) // height_px, (int(stops[-1]) - 1) // height_px
    flat = np.zeros((last - first + 1) * height_px + 1, dtype=np.int8)
    offset = first * height_px
    np.add.at(flat, starts - offset, 1)
    np.add.at(flat, stops - offset, -1)
    columns = np.cumsum(flat[:-1], dtype=np.int8).astype(bool).reshape(-1, height_px)
    return tight(Patch(left=first, top=0, is_on_HW=columns.T))


def counts_from(patch: Patch, width_px: int, height_px: int) -> str:
    """Return the runs of a patch, (H, W) of it anywhere, over a picture of the given size."""
    left, right = max(0, patch.left), min(width_px, patch.right)
    top, bottom = max(0, patch.top), min(height_px, patch.bottom)
    if left >= right or top >= bottom:
        return counts_from_runs([width_px * height_px])
    part = patch.is_on_HW[top - patch.top : bottom - patch.top, left - patch.left :]
    columns = np.zeros((right - left, height_px), dtype=bool)
    columns[:, top:bottom] = part[:, : right - left].T
    flat = np.concatenate([[False], columns.ravel(), [False]])
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + left * height_px
    ends = np.concatenate([[0], edges, [width_px * height_px]])
    runs = np.diff(ends).tolist()
    # Runs begin with what is off; a last run of nothing is left out.
    return counts_from_runs(runs if runs[-1] or len(runs) == 1 else runs[:-1])


def tight(patch: Patch) -> Patch:
    """Return a patch whose array, bool, (H, W), is no larger than what is on in it."""
    rows = np.flatnonzero(patch.is_on_HW.any(1))
    columns = np.flatnonzero(patch.is_on_HW.any(0))
    if not len(rows):
        return NOTHING
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    return Patch(
        left=patch.left + int(left),
        top=patch.top + int(top),
        is_on_HW=np.ascontiguousarray(patch.is_on_HW[top:bottom, left:right]),
    )


def united(patches: Sequence[Patch]) -> Patch:
    """Return what is on in any of some patches, bool, (H, W) around all of them."""
    some = [patch for patch in patches if patch.is_on_HW.size]
    if not some:
        return NOTHING
    left, top = min(patch.left for patch in some), min(patch.top for patch in some)
    right, bottom = max(patch.right for patch in some), max(patch.bottom for patch in some)
    is_on_HW = np.zeros((bottom - top, right - left), dtype=bool)
    for patch in some:
        rows = slice(patch.top - top, patch.bottom - top)
        is_on_HW[rows, patch.left - left : patch.right - left] |= patch.is_on_HW
    return Patch(left=left, top=top, is_on_HW=is_on_HW)


def minus(patch: Patch, other: Patch) -> Patch:
    """Return a patch without what is on in another one, bool, (H, W) as before."""
    left, right = max(patch.left, other.left), min(patch.right, other.right)
    top, bottom = max(patch.top, other.top), min(patch.bottom, other.bottom)
    if left >= right or top >= bottom:
        return patch
    is_on_HW = patch.is_on_HW.copy()
    is_on_HW[top - patch.top : bottom - patch.top, left - patch.left : right - patch.left] &= ~(
        other.is_on_HW[top - other.top : bottom - other.top, left - other.left : right - other.left]
    )
    return Patch(left=patch.left, top=patch.top, is_on_HW=is_on_HW)


def touch(one: Patch, other: Patch) -> bool:
    """Return whether something on in a patch, (H, W), is or lies beside what is on in another."""
    left, right = max(one.left, other.left) - 1, min(one.right, other.right) + 1
    top, bottom = max(one.top, other.top) - 1, min(one.bottom, other.bottom) + 1
    if left >= right or top >= bottom:
        return False
    first_HW, second_HW = (_window(patch, left, top, right, bottom) for patch in (one, other))
    wide_HW = first_HW.copy()
    wide_HW[1:] |= first_HW[:-1]
    wide_HW[:-1] |= first_HW[1:]
    across_HW = wide_HW.copy()
    across_HW[:, 1:] |= wide_HW[:, :-1]
    across_HW[:, :-1] |= wide_HW[:, 1:]
    return bool((across_HW & second_HW).any())


def _window(patch: Patch, left: int, top: int, right: int, bottom: int) -> NDArray[np.bool_]:
    made = np.zeros((bottom - top, right - left), dtype=bool)
    x0, y0 = max(left, patch.left), max(top, patch.top)
    x1, y1 = min(right, patch.right), min(bottom, patch.bottom)
    if x0 < x1 and y0 < y1:
        made[y0 - top : y1 - top, x0 - left : x1 - left] = patch.is_on_HW[
            y0 - patch.top : y1 - patch.top, x0 - patch.left : x1 - patch.left
        ]
    return made


def region_from(label: str, patch: Patch, drawing: Drawing) -> Region | None:
    """Return a patch, (H, W) of it anywhere, as a painted region; None when nothing is on."""
    made = tight(patch)
    if made.is_empty:
        return None
    return Region(label=label, counts=counts_from(made, drawing.width_px, drawing.height_px))


def moved_patch(patch: Patch, across: int, down: int, drawing: Drawing) -> Patch:
    """Return a patch, (H, W), elsewhere, no further than the picture reaches."""
    across = max(-patch.left, min(drawing.width_px - patch.right, across))
    down = max(-patch.top, min(drawing.height_px - patch.bottom, down))
    return Patch(left=patch.left + across, top=patch.top + down, is_on_HW=patch.is_on_HW)
