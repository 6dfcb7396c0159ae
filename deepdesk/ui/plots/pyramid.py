"""A growing curve that is drawn from a few thousand of its own points.

Each level of the pyramid holds, for every block of 16, 32, 64, ... points, the lowest and the
highest of them, in order of x and side by side in memory. A view of any width is then made of
whole blocks of one level, so drawing costs the same for a thousand points and for ten million,
and no spike is lost. Blocks of fewer points are looked through when they are wanted.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Points = tuple[FloatArray, FloatArray]

MAX_POINTS = 4_000
_START_CAPACITY = 256
_BASE = 4  # the first level has blocks of 2**4 points


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
        """Append one point, as `extend` does."""
        count = self._count
        is_next = math.isfinite(x) and math.isfinite(y) and (not count or x > self._x[count - 1])
        if not is_next:
            self.extend(np.array([x], dtype=np.float64), np.array([y], dtype=np.float64))
            return
        self._reserve(count + 1)
        self._x[count] = x
        self._y[count] = y
        self._sums[count + 1] = self._sums[count] + y
        self._count = count + 1
        if not self._count & ((1 << _BASE) - 1):
            self._raise_levels()

    def truncate(self, count: int) -> None:
        """Keep the first `count` points only."""
        self._count = min(self._count, count)
        for power, level in enumerate(self._levels, start=_BASE):
            level.count = min(level.count, self._count >> power)

    def span(self, low: float, high: float) -> tuple[int, int]:
        """Return the index range of the points in [low, high] and one neighbour each side."""
        first = int(np.searchsorted(self.x, low, side="left"))
        last = int(np.searchsorted(self.x, high, side="right"))
        return max(0, first - 1), min(self._count, last + 1)

    def view(
        self, low: float = -np.inf, high: float = np.inf, *, max_points: int = MAX_POINTS
    ) -> Points:
        """Return the points to draw between two x values, at most `max_points` of them.

        Every point returned is a point of the curve, and the lowest and the highest
        point of the range are among them.
        """
        first, last = self.span(low, high)
        if last - first <= max_points:
            return self._x[first:last], self._y[first:last]
        return self._chosen(first, last, max_points)

    def smooth_view(
        self, low: float, high: float, window: int, *, max_points: int = MAX_POINTS
    ) -> Points:
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
        power = _BASE
        below, size = (self._x, self._y), 1 << _BASE
        while (blocks := self._count >> power) > 0:
            place = power - _BASE
            if place == len(self._levels):
                self._levels.append(_Level())
            level = self._levels[place]
            if blocks == level.count:
                return
            part = slice(size * level.count, size * blocks)
            level.extend(*_extremes(below[0][part], below[1][part], size))
            # From here on a block is made of two, and each of those is two points.
            below, size = (level.x, level.y), 4
            power += 1

    def _chosen(self, first: int, last: int, max_points: int) -> Points:
        # Two points a block; each ragged end is one block more.
        power = 1
        while 2 * ((last >> power) - (first >> power) + 2) > max_points:
            power += 1
        size = 1 << power
        head = min(last, -(-first // size) * size)
        tail = max(head, last // size * size)
        parts = (
            self._looked_through(first, head, head - first),
            self._blocks(head, tail, power),
            self._looked_through(tail, last, last - tail),
        )
        x, y = zip(*parts, strict=True)
        return np.concatenate(x), np.concatenate(y)

    def _blocks(self, first: int, last: int, power: int) -> Points:
        """Return the extremes of whole blocks of 2**power points."""
        if power < _BASE:
            return self._looked_through(first, last, 1 << power)
        level = self._levels[power - _BASE]
        part = slice(2 * (first >> power), 2 * (last >> power))
        return level.x[part], level.y[part]

    def _looked_through(self, first: int, last: int, size: int) -> Points:
        """Return the extremes of blocks of `size` points that no level holds."""
        x, y = self._x[first:last], self._y[first:last]
        return _extremes(x, y, size) if first < last else (x, y)


class _Level:
    """The lowest and the highest point of each whole block of one size, in order of x."""

    def __init__(self) -> None:
        self.count = 0
        self.x = np.empty(16)
        self.y = np.empty(16)

    def extend(self, x: FloatArray, y: FloatArray) -> None:
        """Append blocks of two points each."""
        start, end = 2 * self.count, 2 * self.count + len(x)
        if end > len(self.x):
            capacity = max(end, 2 * len(self.x))
            self.x, self.y = _grown(self.x, capacity), _grown(self.y, capacity)
        self.x[start:end] = x
        self.y[start:end] = y
        self.count = end // 2


def _extremes(x: FloatArray, y: FloatArray, size: int) -> Points:
    """Return the lowest and the highest point of each block of `size`, in order of x.

    Args:
        x: (blocks * size,), ascending.
        y: (blocks * size,).

    Returns:
        x and y, (2 * blocks,) each.
    """
    rows = y.reshape(-1, size)
    pairs = np.stack((rows.argmin(axis=1), rows.argmax(axis=1)), axis=1)
    pairs.sort(axis=1)
    pairs += size * np.arange(len(rows), dtype=pairs.dtype)[:, None]
    at = pairs.reshape(-1)
    return x[at], y[at]


def _grown(array: FloatArray, capacity: int) -> FloatArray:
    larger = np.zeros(capacity)
    larger[: len(array)] = array
    return larger
