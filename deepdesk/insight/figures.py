"""Numbers of a block in short: a histogram and a few shares. numpy alone, no torch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 64
# Numbers are looked at in pieces of this many, so that no copy of a large block is ever made.
_PIECE = 1 << 20
# A unit whose answers differ by less than this part of its neighbours' says the same of everything.
_STILL = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How numbers are spread.

    Attributes:
        counts: int64, (64,): how many of the finite numbers fall into each bin; the bins share
            `low` to `high` equally, the last one includes `high`.
        low: Least finite number, 0.0 where there is none.
        high: Greatest finite number.
        mean: Of the finite numbers.
        deviation: Their standard deviation, divided by their count.
        zeros: Share of all numbers that are exactly zero, 0 to 1.
        not_finite: Share of all numbers that are infinite or none, 0 to 1.
        size: How many numbers.
    """

    counts: NDArray[np.int64]
    low: float
    high: float
    mean: float
    deviation: float
    zeros: float
    not_finite: float
    size: int

    @property
    def magnitude(self) -> float:
        """The root of the mean square of the finite numbers."""
        return math.hypot(self.mean, self.deviation)


def distribution(arrays: Iterable[NDArray[Any]]) -> Distribution | None:
    """Return how the numbers of all arrays, of any shape, are spread; None if there are none."""
    flat = [np.asarray(array).reshape(-1) for array in arrays]
    size = sum(len(part) for part in flat)
    if not size:
        return None
    low, high, total, zeros, finite = math.inf, -math.inf, 0.0, 0, 0
    for piece in _finite_pieces(flat):
        if len(piece):
            low, high = min(low, float(piece.min())), max(high, float(piece.max()))
            total += float(piece.sum())
            zeros += len(piece) - int(np.count_nonzero(piece))
            finite += len(piece)
    if not finite:
        low = high = 0.0
    mean = total / max(1, finite)
    counts = np.zeros(BINS, dtype=np.int64)
    squares = 0.0
    for piece in _finite_pieces(flat):
        counts += _counted(piece, low, high)
        squares += float(np.square(piece - mean).sum())
    return Distribution(
        counts=counts,
        low=low,
        high=high,
        mean=mean,
        deviation=math.sqrt(squares / max(1, finite)),
        zeros=zeros / size,
        not_finite=(size - finite) / size,
        size=size,
    )


def _finite_pieces(flat: Sequence[NDArray[Any]]) -> Iterable[NDArray[np.float64]]:
    """Yield the finite numbers, some at a time, as float64, (M,)."""
    for part in flat:
        for start in range(0, len(part), _PIECE):
            piece = part[start : start + _PIECE].astype(np.float64)
            yield piece[np.isfinite(piece)]


def _counted(piece: NDArray[np.float64], low: float, high: float) -> NDArray[np.int64]:
    """Return how many numbers fall into each bin, int64, (64,); one value is in the middle bin."""
    width = high - low
    if width <= 0.0 or not math.isfinite(width):
        counts = np.zeros(BINS, dtype=np.int64)
        counts[BINS // 2] = len(piece)
        return counts
    places = ((piece - low) * (BINS / width)).astype(np.int64)
    counted: NDArray[np.int64] = np.bincount(np.clip(places, 0, BINS - 1), minlength=BINS)
    return counted.astype(np.int64)


def unit_axis(shape: Sequence[int]) -> int:
    """Return the axis of a batch of outputs along which its units lie.

    Maps (N, C, H, W) and vectors (N, C) have them along 1, sequences (N, T, C) along 2.
    """
    return 2 if len(shape) == 3 else min(1, len(shape) - 1)


def silent_units(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which units say the same of everything they see, bool, (C,).

    Args:
        values: Outputs of one block for a batch, float, (N, C), (N, T, C) or (N, C, H, W).
    """
    axis = unit_axis(values.shape)
    others = tuple(other for other in range(values.ndim) if other != axis)
    spread = (values.max(axis=others) - values.min(axis=others)).astype(np.float64)
    largest = float(spread[np.isfinite(spread)].max(initial=0.0))
    silent: NDArray[np.bool_] = spread <= _STILL * largest
    return silent
