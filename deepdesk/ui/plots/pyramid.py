"""A growing curve that is drawn from a few thousand of its own points.

Level k of the pyramid knows, for every block of 2**k points, which of them is the
lowest and which the highest. A view of any width is then made of whole blocks of one
level, so drawing costs the same for a thousand points and for ten million, and no
spike is lost.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]

_Number = TypeVar("_Number", np.float64, np.int64)

MAX_POINTS = 4_000
_START_CAPACITY = 256


class CurveBuffer:
    """Points of one curve in order of x, appended in amortised constant time."""

    def __init__(self) -> None:
        self._x = np.empty(_START_CAPACITY)
        self._y = np.empty(_START_CAPACITY)
        self._sums = np.zeros(_START_CAPACITY + 1)
        self._count = 0
        self._levels: list[_Level] = []

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> FloatArray:
        """All x values, (n,), a view that must not be written."""
        return self._x[: self._count]

    @property
    def y(self) -> FloatArray:
        """All y values, (n,), a view that must not be written."""
        return self._y[: self._count]

    def extend(self, x: FloatArray, y: FloatArray) -> None:
        """Append points.

        Points that are not finite are passed over. Where x does not ascend, the points
        at or after the new x are dropped first: a resumed run tells those steps again.
        """
        keep = np.isfinite(x) & np.isfinite(y)
        x, y = x[keep], y[keep]
        turns = np.flatnonzero(np.diff(x) <= 0) + 1
        for part_x, part_y in zip(np.split(x, turns), np.split(y, turns), strict=True):
            if len(part_x):
                self._extend_ascending(part_x, part_y)

    def append(self, x: float, y: float) -> None:
        """Append one point."""
        self.extend(np.array([x], dtype=np.float64), np.array([y], dtype=np.float64))

    def truncate(self, count: int) -> None:
        """Keep the first `count` points only."""
        self._count = min(self._count, count)
        for power, level in enumerate(self._levels, start=1):
            level.count = min(level.count, self._count >> power)

    def span(self, low: float, high: float) -> tuple[int, int]:
        """Return the index range of the points in [low, high] and one neighbour each side."""
        first = int(np.searchsorted(self.x, low, side="left"))
        last = int(np.searchsorted(self.x, high, side="right"))
        return max(0, first - 1), min(self._count, last + 1)

    def view(
        self, low: float = -np.inf, high: float = np.inf, *, max_points: int = MAX_POINTS
    ) -> tuple[FloatArray, FloatArray]:
        """Return the points to draw between two x values, at most `max_points` of them.

        Every point returned is a point of the curve, and the lowest and the highest
        point of the range are among them.
        """
        first, last = self.span(low, high)
        if last - first <= max_points:
            return self._x[first:last], self._y[first:last]
        chosen = self._chosen(first, last, max_points)
        return self._x[chosen], self._y[chosen]

    def smooth_view(
        self, low: float, high: float, window: int, *, max_points: int = MAX_POINTS
    ) -> tuple[FloatArray, FloatArray]:
        """Return centred means over `window` points, at evenly spread points of the range.

        At the ends the window is cut short evenly on both sides.
        """
        first, last = self.span(low, high)
        spread = min(max_points, last - first)
        at = np.linspace(first, last - 1, spread).astype(np.int64) if spread else np.arange(0)
        reach = np.minimum(np.minimum(at, self._count - 1 - at), window // 2)
        totals = self._sums[at + reach + 1] - self._sums[at - reach]
        return self._x[at], totals / (2 * reach + 1)

    def nearest(self, x: float) -> int | None:
        """Return the index of the point nearest to `x`, None when there is no point."""
        if not self._count:
            return None
        right = int(np.searchsorted(self.x, x))
        left = max(0, right - 1)
        right = min(right, self._count - 1)
        return left if x - self._x[left] <= self._x[right] - x else right

    def _extend_ascending(self, x: FloatArray, y: FloatArray) -> None:
        if self._count and x[0] <= self._x[self._count - 1]:
            self.truncate(int(np.searchsorted(self.x, x[0], side="left")))
        start, end = self._count, self._count + len(x)
        self._reserve(end)
        self._x[start:end] = x
        self._y[start:end] = y
        self._sums[start + 1 : end + 1] = self._sums[start] + np.cumsum(y)
        self._count = end
        self._raise_levels()

    def _reserve(self, count: int) -> None:
        if count <= len(self._x):
            return
        capacity = max(count, 2 * len(self._x))
        self._x = _grown(self._x, capacity)
        self._y = _grown(self._y, capacity)
        self._sums = _grown(self._sums, capacity + 1)

    def _raise_levels(self) -> None:
        """Bring every level up to the points there are; each takes from the one below."""
        power = 1
        while (blocks := self._count >> power) > 0:
            if power > len(self._levels):
                self._levels.append(_Level())
            level = self._levels[power - 1]
            if blocks == level.count:
                return
            children = slice(2 * level.count, 2 * blocks)
            if power == 1:
                points = np.arange(children.start, children.stop, dtype=np.int64)
                level.extend(self._y, points, points)
            else:
                below = self._levels[power - 2]
                level.extend(self._y, below.lowest[children], below.highest[children])
            power += 1

    def _chosen(self, first: int, last: int, max_points: int) -> IndexArray:
        # Two points a block; each ragged end is one block more.
        power = 1
        while 2 * ((last >> power) - (first >> power) + 2) > max_points:
            power += 1
        size = 1 << power
        head = min(last, -(-first // size) * size)
        tail = max(head, last // size * size)
        level = self._levels[power - 1]
        blocks = slice(head >> power, tail >> power)
        lowest, highest = level.lowest[blocks], level.highest[blocks]
        pairs = np.stack((np.minimum(lowest, highest), np.maximum(lowest, highest)), axis=1)
        return np.concatenate(
            (self._extremes(first, head), pairs.reshape(-1), self._extremes(tail, last))
        )

    def _extremes(self, first: int, last: int) -> IndexArray:
        if first >= last:
            return np.empty(0, dtype=np.int64)
        part = self._y[first:last]
        ends = sorted((first + int(part.argmin()), first + int(part.argmax())))
        return np.array(ends, dtype=np.int64)


class _Level:
    """Indices of the lowest and the highest point of each whole block of one size."""

    def __init__(self) -> None:
        self.count = 0
        self.lowest = np.empty(16, dtype=np.int64)
        self.highest = np.empty(16, dtype=np.int64)

    def extend(self, y: FloatArray, low_children: IndexArray, high_children: IndexArray) -> None:
        """Append one block for every two children."""
        end = self.count + len(low_children) // 2
        if end > len(self.lowest):
            capacity = max(end, 2 * len(self.lowest))
            self.lowest = _grown(self.lowest, capacity)
            self.highest = _grown(self.highest, capacity)
        left, right = low_children[0::2], low_children[1::2]
        self.lowest[self.count : end] = np.where(y[right] < y[left], right, left)
        left, right = high_children[0::2], high_children[1::2]
        self.highest[self.count : end] = np.where(y[right] > y[left], right, left)
        self.count = end


def _grown(array: NDArray[_Number], capacity: int) -> NDArray[_Number]:
    larger = np.zeros(capacity, dtype=array.dtype)
    larger[: len(array)] = array
    return larger
