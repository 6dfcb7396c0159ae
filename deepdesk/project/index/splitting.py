"""Drawing train, validation and test: exact, stratified, and the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deepdesk.project.index.exchanging import exchanged, on_sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What is split; all arrays are (N,).

    Attributes:
        strata: Number of the stratum (class) of each sample, int64, from 0.
        keys: Random numbers, uint64, functions of the seed and the sample alone.
        units: Number of the group that has to stay together, int64; one of its own if alone.
        given: Split that the source itself said, int64, -1 if free.
        are_few: Whether groups are large and few, as speakers are: the seed then decides which
            of about equal size go where, and no split that is wanted is left without one.
    """

    strata: NDArray[np.int64]
    keys: NDArray[np.uint64]
    units: NDArray[np.int64]
    given: NDArray[np.int64]
    are_few: bool = False


def draw(samples: Drawn, fractions: tuple[float, float, float]) -> NDArray[np.int64]:
    """Return the split of each sample, int64, (N,): 0 train, 1 validation, 2 test.

    The free samples of each stratum are shared out in the numbers of `quotas`. Samples that
    stay together go where most of them are wanted, those with a given split never move, and
    single samples then fill what is left exactly. Few and large groups then change sides while
    that brings the split nearer to what is wanted.
    """
    free = samples.given < 0
    num_strata = int(samples.strata.max(initial=-1)) + 1
    sizes = np.bincount(samples.strata[free], minlength=num_strata)
    wanted = quotas(sizes, fractions)
    splits = samples.given.copy()
    together = _units_together(samples)
    for left, unit in zip(range(len(together), 0, -1), together, strict=True):
        members = unit[free[unit]]
        side = _side_of(samples, unit, members, wanted)
        if samples.are_few and left <= len(fractions) and len(members) == len(unit):
            # The last ones go where there would be nothing at all.
            bare = [s for s in range(3) if fractions[s] > 0 and not (splits == s).any()]
            side = bare[0] if left <= len(bare) and side not in bare else side
        splits[members] = side
        wanted[:, side] -= np.bincount(samples.strata[members], minlength=num_strata)
    if samples.are_few:
        _exchange(samples, together, splits, wanted)
    _fill(samples, splits, wanted)
    return splits


def cut(given: NDArray[np.int64], fractions: tuple[float, float, float]) -> NDArray[np.int64]:
    """Return the split of each sample, int64, (N,), without any chance.

    The first free ones are for training, those that follow for validation, the last for test: a
    drive or a film is measured on what comes later than all that was learnt.

    Args:
        given: Split that the source itself said, int64, (N,), -1 if free; in order.
        fractions: Of train, validation and test; only their ratios matter.
    """
    splits = given.copy()
    free = np.flatnonzero(given < 0)
    counts = quotas(np.array([len(free)]), fractions)[0]
    splits[free] = np.repeat(np.arange(3), counts)
    return splits


def quotas(sizes: NDArray[np.int64], fractions: tuple[float, float, float]) -> NDArray[np.int64]:
    """Return how many of each stratum go to each split, int64, (S, 3).

    Largest remainders, counted with what the strata before left short: no stratum is off by
    a whole sample, and a thousand small classes together still fill all splits.
    """
    shares = np.asarray(fractions, dtype=np.float64)
    counts = np.zeros((len(sizes), 3), dtype=np.int64)
    owed = np.zeros(3)
    for i, size in enumerate(sizes.tolist()):
        exact = size * shares / shares.sum()
        counts[i] = np.floor(exact + 1e-9)
        # Rounded, so that equal remainders are equal whatever the last bits say.
        remainders = np.round(exact - counts[i], 9)
        urgency = remainders + owed
        urgency[shares == 0] = -np.inf
        order = np.argsort(-urgency, kind="stable")
        counts[i, order[: size - counts[i].sum()]] += 1
        owed += exact - counts[i]
    return counts


def connected(ids: NDArray[np.int64], groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each (id, group) pair the smallest id that it hangs together with, int64, (N,)."""
    _, id_rows = np.unique(ids, return_inverse=True)
    _, group_rows = np.unique(groups, return_inverse=True)
    smallest = ids.copy()
    while len(ids):
        by_group = np.full(group_rows.max() + 1, np.iinfo(np.int64).max)
        np.minimum.at(by_group, group_rows, smallest)
        by_id = np.full(id_rows.max() + 1, np.iinfo(np.int64).max)
        np.minimum.at(by_id, id_rows, by_group[group_rows])
        reached = by_id[id_rows]
        if np.array_equal(reached, smallest):
            break
        smallest = reached
    return smallest


def _units_together(samples: Drawn) -> list[NDArray[np.int64]]:
    """Return the rows of each group of two and more, largest first, then by key.

    Where they are few, sizes count as equal up to a factor of two, so that the seed has a say.
    """
    _, row_units, sizes = np.unique(samples.units, return_inverse=True, return_counts=True)
    rows = np.flatnonzero(sizes[row_units] > 1)
    if not len(rows):
        return []
    rows = rows[np.argsort(row_units[rows], kind="stable")]
    edges = np.flatnonzero(np.diff(row_units[rows])) + 1
    units = np.split(rows, edges)

    def place(unit: NDArray[np.int64]) -> tuple[int, int]:
        size = len(unit).bit_length() if samples.are_few else len(unit)
        return -size, int(samples.keys[unit].min())

    return sorted(units, key=place)


def _side_of(
    samples: Drawn,
    unit: NDArray[np.int64],
    members: NDArray[np.int64],
    wanted: NDArray[np.int64],
) -> int:
    given = samples.given[unit]
    if (given >= 0).any():
        return int(given[given >= 0].min())
    strata, counts = np.unique(samples.strata[members], return_counts=True)
    # Where the group leaves the least surplus; among equals where most is still wanted.
    surplus = np.maximum(counts[:, None] - wanted[strata], 0).sum(axis=0)
    room = wanted[strata].sum(axis=0)
    return int(np.lexsort((-room, surplus))[0])


def _exchange(
    samples: Drawn,
    together: list[NDArray[np.int64]],
    splits: NDArray[np.int64],
    wanted: NDArray[np.int64],
) -> None:
    """Let groups without a given sample change sides, in `splits` and in `wanted`."""
    groups = [unit for unit in together if (samples.given[unit] < 0).all()]
    if not groups:
        return
    sizes_GS = np.stack(
        [np.bincount(samples.strata[unit], minlength=len(wanted)) for unit in groups]
    )
    sides_G = np.array([splits[unit[0]] for unit in groups])
    room_S3 = wanted + on_sides(sides_G, sizes_GS)
    others_3 = np.bincount(splits[splits >= 0], minlength=3) - np.bincount(
        sides_G, sizes_GS.sum(1), minlength=3
    ).astype(np.int64)
    better_G = exchanged(sides_G, sizes_GS, room_S3, others_3)
    for unit, side in zip(groups, better_G.tolist(), strict=True):
        splits[unit] = side
    wanted[:] = room_S3 - on_sides(better_G, sizes_GS)


def _fill(samples: Drawn, splits: NDArray[np.int64], wanted: NDArray[np.int64]) -> None:
    rows = np.flatnonzero(splits < 0)
    # Equal keys are as good as impossible; their rows come in the order of import.
    rows = rows[np.lexsort((samples.keys[rows], samples.strata[rows]))]
    starts = np.searchsorted(samples.strata[rows], np.arange(len(wanted) + 1))
    for stratum, (start, end) in enumerate(pairwise(starts)):
        if end > start:
            counts = _within(wanted[stratum], int(end - start))
            splits[rows[start:end]] = np.repeat(np.arange(3), counts)


def _within(wanted: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Return `wanted` without negatives, taken down to `total` from the largest."""
    counts = np.maximum(wanted, 0)
    while counts.sum() > total:
        counts[np.argmax(counts)] -= 1
    return counts
