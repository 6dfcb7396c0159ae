"""Which pixels lie in an outline: those whose middles do, counted by the edges to their left."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Rows that edges pass, about 100 MB: an outline that goes up and down 100,000 times has billions.
_AT_ONCE = 1_000_000
_ONE = np.uint8(1)


def pixels_inside(
    ring: Sequence[tuple[float, float]], width_px: int, height_px: int
) -> NDArray[np.bool_]:
    """Return the pixels whose middles lie in an outline, bool, (height_px, width_px).

    A middle that lies on an edge belongs to the pixel to the right of it, or below, so that
    outlines that share an edge share no pixel. Where an outline crosses itself, what is inside
    twice is outside.

    Args:
        ring: Corners (x, y), px from the upper left corner of the picture.
        width_px: Of the picture.
        height_px: Of the picture.
    """
    corners_K2 = np.asarray(ring, dtype=np.float64)
    inside_HW = np.zeros((height_px, width_px), dtype=bool)
    start_K2, end_K2 = corners_K2, np.roll(corners_K2, -1, axis=0)
    # Rows whose middles an edge passes, those outside of the picture left out.
    first_K = _rows(np.minimum(start_K2[:, 1], end_K2[:, 1]), height_px)
    last_K = _rows(np.maximum(start_K2[:, 1], end_K2[:, 1]), height_px)
    passing = np.flatnonzero(last_K > first_K)
    if not len(passing):
        return inside_HW
    # Behind the last crossing of a row nothing is inside: only the part between is counted.
    top, below = int(first_K[passing].min()), int(last_K[passing].max())
    left = max(0, math.floor(min(width_px, corners_K2[:, 0].min())) - 1)
    right = min(width_px, math.ceil(max(0.0, corners_K2[:, 0].max())) + 1)
    crossings = np.zeros((below - top, right - left + 1), dtype=np.uint8)
    flat = crossings.reshape(-1)
    ends_K = np.cumsum(last_K[passing] - first_K[passing])
    parts = np.searchsorted(ends_K, np.arange(_AT_ONCE, int(ends_K[-1]), _AT_ONCE))
    for some in np.split(passing, np.unique(parts)):
        if not len(some):
            continue
        rows_R, x_R = _crossed(start_K2[some], end_K2[some], first_K[some], last_K[some])
        columns_R = np.clip(np.ceil(x_R - 0.5), left, right).astype(np.int64)
        # Adding may wrap at 256, which is even: only odd or even counts.
        np.add.at(flat, (rows_R - top) * crossings.shape[1] + columns_R - left, _ONE)
    part = np.cumsum(crossings[:, :-1], axis=1, dtype=np.uint8) & 1
    inside_HW[top:below, left:right] = part
    return inside_HW


def _rows(y_K: NDArray[np.float64], height_px: int) -> NDArray[np.int64]:
    """Return the first row of the picture whose middle is not above some places, int64, (K,)."""
    return np.clip(np.ceil(y_K - 0.5), 0, height_px).astype(np.int64)


def _crossed(
    start_K2: NDArray[np.float64],
    end_K2: NDArray[np.float64],
    first_K: NDArray[np.int64],
    last_K: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return each row that some edges pass, int64, (R,), and where, float64, (R,), px."""
    counts_K = last_K - first_K
    edges_R = np.repeat(np.arange(len(counts_K)), counts_K)
    before_K = np.cumsum(counts_K) - counts_K
    rows_R = np.arange(len(edges_R)) - before_K[edges_R] + first_K[edges_R]
    begin_R2, way_R2 = start_K2[edges_R], (end_K2 - start_K2)[edges_R]
    return rows_R, begin_R2[:, 0] + (rows_R + 0.5 - begin_R2[:, 1]) * way_R2[:, 0] / way_R2[:, 1]
