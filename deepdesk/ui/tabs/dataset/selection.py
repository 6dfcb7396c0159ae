"""Which rows of a list are selected, as ranges: "all of a million" is one range."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class RowRanges:
    """A set of row numbers, kept as sorted, separate ranges of (first, one past the last)."""

    ranges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, first: int, last: int) -> RowRanges:
        """Return the rows between two rows, both included, in either order."""
        low, high = min(first, last), max(first, last)
        return cls(((low, high + 1),))

    @classmethod
    def all_of(cls, count: int) -> RowRanges:
        """Return rows 0 to `count` - 1."""
        return cls(((0, count),)) if count > 0 else cls()

    def __len__(self) -> int:
        return sum(stop - start for start, stop in self.ranges)

    def __contains__(self, row: int) -> bool:
        at = bisect_right(self.ranges, (row, row)) - 1
        inside = at >= 0 and self.ranges[at][0] <= row < self.ranges[at][1]
        # A range that starts exactly at `row` sorts behind (row, row).
        following = at + 1
        starts = following < len(self.ranges) and self.ranges[following][0] == row
        return inside or starts

    def __iter__(self) -> Iterator[int]:
        for start, stop in self.ranges:
            yield from range(start, stop)

    @property
    def first(self) -> int:
        """The smallest row, -1 when there is none."""
        return self.ranges[0][0] if self.ranges else -1

    def united(self, other: RowRanges) -> RowRanges:
        """Return the rows that are in either."""
        merged: list[tuple[int, int]] = []
        for start, stop in sorted((*self.ranges, *other.ranges)):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
            else:
                merged.append((start, stop))
        return RowRanges(tuple(merged))

    def without(self, row: int) -> RowRanges:
        """Return the rows but `row`."""
        kept: list[tuple[int, int]] = []
        for start, stop in self.ranges:
            if start <= row < stop:
                kept += [(a, b) for a, b in ((start, row), (row + 1, stop)) if a < b]
            else:
                kept.append((start, stop))
        return RowRanges(tuple(kept))

    def toggled(self, row: int) -> RowRanges:
        """Return the rows with `row` added, or taken away if it was among them."""
        return self.without(row) if row in self else self.united(RowRanges.of(row, row))

    def cut(self, count: int) -> RowRanges:
        """Return the rows below `count`."""
        return RowRanges(
            tuple((start, min(stop, count)) for start, stop in self.ranges if start < count)
        )

    def pick(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the entries of `values` at these rows, int64, (len(self),) at most."""
        if not self.ranges:
            return values[:0]
        return np.concatenate([values[start:stop] for start, stop in self.ranges])
