"""Which class was taken for which: the numbers behind the matrix, without any drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TIMES = ("times", "time")
_PIXELS = ("pixels", "pixel")


@dataclass(frozen=True)
class Confusion:
    """Counts of (truth, answer).

    Attributes:
        classes: Names in the order of the rows.
        counts: int64, (C, C); row is the truth, column the answer.
        of: What is counted, several and one.
        has_nothing: Whether the last class stands for nothing: missed, or found where nothing is.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]
    of: tuple[str, str] = _TIMES
    has_nothing: bool = False

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Return counts divided by the row's total, (C, C); 0 in a row without samples."""
        totals = self.counts.sum(axis=1, keepdims=True)
        shares: NDArray[np.float64] = self.counts / np.maximum(totals, 1)
        return shares

    def worst(self, limit: int) -> list[tuple[int, int, int]]:
        """Return (truth, answer, count) of the most frequent mistakes, most frequent first."""
        wrong = self.counts.copy()
        np.fill_diagonal(wrong, 0)
        order = np.argsort(-wrong, axis=None, kind="stable")[:limit]
        rows, columns = np.unravel_index(order, wrong.shape)
        cells = zip(rows.tolist(), columns.tolist(), strict=True)
        return [
            (row, column, int(wrong[row, column])) for row, column in cells if wrong[row, column]
        ]

    def sentence(self, row: int, column: int) -> str:
        """Return what a cell says, for instance "cat called dog, 12 times"."""
        count = int(self.counts[row, column])
        truth = self.classes[row]
        last = len(self.classes) - 1
        if self.has_nothing and last in (row, column):
            what = (
                f"{truth} missed" if column == last else f"{self.classes[column]} where nothing is"
            )
            return f"{what}, {count:,} {self.of[count == 1]}"
        if row == column:
            return f"{truth} named right, {count:,} of {int(self.counts[row].sum()):,}"
        return f"{truth} called {self.classes[column]}, {count:,} {self.of[count == 1]}"

    def cells(self, limit: int) -> Cells:
        """Return what to draw in at most `limit` rows and columns.

        With more classes than that, neighbours share a cell, which then stands for the
        most frequent mistake within it, so that none is lost from sight.
        """
        size = len(self.classes)
        block = max(1, -(-size // limit))
        if block == 1:
            rows, columns = np.indices((size, size))
            return Cells(self.shares, rows, columns)
        side = -(-size // block)
        wrong = np.full((side * block, side * block), -1, dtype=np.int64)
        wrong[:size, :size] = self.counts
        np.fill_diagonal(wrong[:size, :size], 0)
        blocks = wrong.reshape(side, block, side, block).transpose(0, 2, 1, 3)
        chosen = blocks.reshape(side, side, -1).argmax(axis=2)
        rows = np.arange(side)[:, None] * block + chosen // block
        columns = np.arange(side)[None, :] * block + chosen % block
        strength = self.shares[rows, columns].copy()
        right = np.diagonal(self.shares)
        starts = np.arange(0, size, block)
        np.fill_diagonal(strength, np.add.reduceat(right, starts) / np.diff([*starts, size]))
        return Cells(strength, rows, columns)


@dataclass(frozen=True)
class Cells:
    """A square of cells to draw.

    Attributes:
        strength: 0 to 1, (n, n).
        rows: Class of truth that a cell stands for, (n, n).
        columns: Class of answer that a cell stands for, (n, n).
    """

    strength: NDArray[np.float64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


def confusion_of(details: Mapping[str, Any]) -> Confusion | None:
    """Return the confusion in an epoch's details, None where there is no legal one."""
    saved = details.get("confusion")
    if not isinstance(saved, Mapping):
        return None
    classes = saved.get("classes")
    try:
        counts = np.array(saved.get("counts"), dtype=np.int64)
    except (TypeError, ValueError, OverflowError):
        return None
    if not isinstance(classes, list | tuple) or counts.shape != (len(classes),) * 2 or not classes:
        return None
    of = _PIXELS if saved.get("of") == "pixels" else _TIMES
    names = tuple(str(name) for name in classes)
    return Confusion(names, np.maximum(counts, 0), of, has_nothing="detection" in details)
