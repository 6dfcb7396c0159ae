"""Which pixels of a mask hang together: runs of rows, joined where they touch.

Everything is done for all runs at once, so that a noisy mask of 12 megapixels takes no longer than
its runs are many. Letters in names: H height, W width, R runs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The runs of a mask, row by row, each with the number of the part it belongs to.

    Attributes:
        rows_R: int64, (R,).
        starts_R: First column, int64, (R,).
        ends_R: First column behind, int64, (R,).
        parts_R: Numbers of parts, int64, (R,); not without gaps.
    """

    rows_R: NDArray[np.int64]
    starts_R: NDArray[np.int64]
    ends_R: NDArray[np.int64]
    parts_R: NDArray[np.int64]

    def part_at(self, x: int, y: int) -> int:
        """Return the part that holds a pixel, -1 for none."""
        first, last = np.searchsorted(self.rows_R, [y, y + 1])
        at = first + int(np.searchsorted(self.starts_R[first:last], x, side="right")) - 1
        is_in = at >= first and x < self.ends_R[at]
        return int(self.parts_R[at]) if is_in else -1


def runs_of(is_on_HW: NDArray[np.bool_]) -> Runs:
    """Return the runs of a mask, bool, (H, W); pixels that share a side hang together."""
    height, width = is_on_HW.shape
    edges = np.zeros((height, width + 1), dtype=np.int8)
    edges[:, :width] = is_on_HW
    edges[:, 1:] -= is_on_HW
    flat = edges.ravel()
    begins, stops = np.flatnonzero(flat == 1), np.flatnonzero(flat == -1)
    return Runs(
        rows_R=begins // (width + 1),
        starts_R=begins % (width + 1),
        ends_R=stops % (width + 1),
        parts_R=_joined(len(begins), *_touching(begins, stops, width + 1)),
    )


def mask_of(
    runs: Runs, is_wanted_R: NDArray[np.bool_], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """Return the pixels of some runs, bool (R,), as a mask, bool, `shape` = (H, W)."""
    height, width = shape
    steps = np.zeros((height, width + 1), dtype=np.int8)
    rows = runs.rows_R[is_wanted_R]
    steps[rows, runs.starts_R[is_wanted_R]] += 1
    steps[rows, runs.ends_R[is_wanted_R]] -= 1
    return np.cumsum(steps[:, :width], axis=1, dtype=np.int8).astype(bool)


def _touching(
    begins: NDArray[np.int64], stops: NDArray[np.int64], line: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of runs that lie below each other with a column in common."""
    first = np.searchsorted(stops, begins + line, side="right")
    behind = np.searchsorted(begins, stops + line, side="left")
    counts = np.maximum(behind - first, 0)
    upper = np.repeat(np.arange(len(begins)), counts)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return upper, np.repeat(first, counts) + offsets


def _joined(count: int, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each run the smallest number of a run that it hangs together with."""
    root = np.arange(count)
    while len(one):
        a, b = root[one], root[other]
        is_apart = a != b
        if not is_apart.any():
            break
        one, other, a, b = (part[is_apart] for part in (one, other, a, b))
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while True:
            further = root[root]
            if np.array_equal(further, root):
                break
            root = further
    return root
