"""Which pixels lie in an outline: those whose middles do, counted by the edges to their left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


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
    start_K2, end_K2 = corners_K2, np.roll(corners_K2, -1, axis=0)
    upper_K = np.minimum(start_K2[:, 1], end_K2[:, 1])
    lower_K = np.maximum(start_K2[:, 1], end_K2[:, 1])
    # Rows whose middles an edge passes, those outside of the picture left out.
    first_K = np.clip(np.ceil(upper_K - 0.5), 0, height_px).astype(np.int64)
    last_K = np.clip(np.ceil(lower_K - 0.5), 0, height_px).astype(np.int64)
    counts_K = np.maximum(0, last_K - first_K)
    edges_R = np.repeat(np.arange(len(counts_K)), counts_K)
    before_K = np.cumsum(counts_K) - counts_K
    rows_R = np.arange(len(edges_R)) - before_K[edges_R] + first_K[edges_R]
    begin_R2, way_R2 = start_K2[edges_R], (end_K2 - start_K2)[edges_R]
    x_R = begin_R2[:, 0] + (rows_R + 0.5 - begin_R2[:, 1]) * way_R2[:, 0] / way_R2[:, 1]
    columns_R = np.clip(np.ceil(x_R - 0.5), 0, width_px).astype(np.int64)
    inside_HW = np.zeros((height_px, width_px), dtype=bool)
    if not len(rows_R):
        return inside_HW
    # Behind the last crossing of a row nothing is inside: only the part between is counted.
    top, left = int(rows_R.min()), int(columns_R.min())
    below, right = int(rows_R.max()) + 1, int(columns_R.max())
    crossings = np.zeros((below - top, right - left + 1), dtype=np.uint8)
    # Adding may wrap at 256, which is even: only odd or even counts.
    np.add.at(crossings, (rows_R - top, columns_R - left), 1)
    part = np.cumsum(crossings[:, :-1], axis=1, dtype=np.uint8) & 1
    inside_HW[top:below, left:right] = part
    return inside_HW
