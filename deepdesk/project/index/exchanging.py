"""Groups that stay together change sides while that brings a split nearer to what was asked for.

Letters in names: G groups, S strata (classes).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

MOST_GROUPS = 48  # of more groups the last, small ones come out even by themselves
_WORTH = 0.05  # of all samples; less is left to the seed
_SIDES = 3


def exchanged(
    sides_G: NDArray[np.int64],
    sizes_GS: NDArray[np.int64],
    room_S3: NDArray[np.int64],
    others_3: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return better sides, int64, (G,): one group moves or two change places, the best first.

    Only what puts a twentieth of all samples right is done, counting what is too many of each
    stratum and of all together. No side loses its last sample, and none gets a first one.

    Args:
        sides_G: Side of each group, int64, (G,): 0 train, 1 validation, 2 test.
        sizes_GS: Samples of each group and stratum, int64, (G, S).
        room_S3: Samples that are wanted of all groups together, int64, (S, 3), below 0 where
            others have taken more than all.
        others_3: Samples on each side that never move, int64, (3,).
    """
    sides_G = sides_G.copy()
    if not 1 < len(sides_G) <= MOST_GROUPS:
        return sides_G
    worth = _WORTH * sizes_GS.sum()
    away = _away(sides_G, sizes_GS, room_S3)
    while True:
        tried = [
            (_away(sides, sizes_GS, room_S3), sides)
            for sides in _next_to(sides_G)
            if _keeps_all(sides_G, sides, others_3)
        ]
        nearest, sides = min(tried, key=lambda pair: pair[0], default=(away, sides_G))
        if away - nearest <= worth:
            return sides_G
        sides_G, away = sides, nearest


def on_sides(sides_G: NDArray[np.int64], sizes_GS: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many samples of each stratum are on each side, int64, (S, 3).

    Args:
        sides_G: Side of each group, int64, (G,), 0 to 2.
        sizes_GS: Samples of each group and stratum, int64, (G, S).
    """
    return np.stack([sizes_GS[sides_G == side].sum(0) for side in range(_SIDES)], axis=1)


def _next_to(sides_G: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    found = []
    for group, side in enumerate(sides_G.tolist()):
        for other in range(_SIDES):
            if other != side:
                moved_G = sides_G.copy()
                moved_G[group] = other
                found.append(moved_G)
    for first, second in combinations(range(len(sides_G)), 2):
        if sides_G[first] != sides_G[second]:
            swapped_G = sides_G.copy()
            swapped_G[[first, second]] = swapped_G[[second, first]]
            found.append(swapped_G)
    return found


def _keeps_all(
    before_G: NDArray[np.int64], after_G: NDArray[np.int64], others_3: NDArray[np.int64]
) -> bool:
    """Return whether no side is empty, or newly used, that was not before."""
    used_before = np.bincount(before_G, minlength=_SIDES) + others_3 > 0
    used_after = np.bincount(after_G, minlength=_SIDES) + others_3 > 0
    return bool((used_before == used_after).all())


def _away(
    sides_G: NDArray[np.int64], sizes_GS: NDArray[np.int64], room_S3: NDArray[np.int64]
) -> float:
    """Return how many samples are too many on a side: of all together, and of each stratum."""
    counts_S3 = on_sides(sides_G, sizes_GS)
    per_stratum = np.maximum(counts_S3 - room_S3, 0).sum()
    together = np.maximum(counts_S3.sum(0) - room_S3.sum(0), 0).sum()
    return float(per_stratum + together)
