"""Rows of answers in an order and through a search, kept right while rows come in. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from deepdesk.project.index.classes import natural_key
from deepdesk.ui.tabs.inference.questions import Row

Key = tuple[Any, ...]


def _number_key(value: float) -> Key:
    # Rows without a number come last; NaN itself would break every comparison.
    return (math.isnan(value), 0.0 if math.isnan(value) else value)


KEYS: Mapping[str, Callable[[Row], Key]] = MappingProxyType(
    {
        "file": lambda row: tuple(natural_key(row.path)),
        "answer": lambda row: (not row.answer, tuple(natural_key(row.answer))),
        "score": lambda row: _number_key(row.score),
        "milliseconds": lambda row: _number_key(row.milliseconds),
        "error": lambda row: (not row.error, row.error),
    }
)


class RowOrder:
    """All rows as they came, and the ones shown: searched for and sorted.

    Attributes:
        rows: Every row, in the order of arrival.
        shown: Positions in `rows` that are listed, in the order on screen.
        text: What is searched for.
        by: Column that they are sorted by, "" for the order of arrival.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.shown: list[int] = []
        self.text = ""
        self.by = ""
        self.is_descending = False
        self._keys: list[Key] = []

    def sort(self, by: str, *, descending: bool = False) -> None:
        """Sort by a column of `KEYS`, or by arrival when `by` is ""."""
        self.by, self.is_descending = by, descending
        key = KEYS.get(by)
        self._keys = [key(row) for row in self.rows] if key else []
        self._arrange()

    def search(self, text: str) -> None:
        """List only rows whose file, answer or error holds `text`, in any case."""
        self.text = text.casefold().strip()
        self._arrange()

    def clear(self) -> None:
        """Let all rows go; order and search stay."""
        self.rows.clear()
        self.shown.clear()
        self._keys.clear()

    def place_of(self, row: Row) -> int | None:
        """Take a row in and return where it belongs on screen, None where it is not listed.

        The caller puts it there with `show_at`, between the notes a view wants.
        """
        number = len(self.rows)
        self.rows.append(row)
        if self.by:
            self._keys.append(KEYS[self.by](row))
        if not self._is_listed(row):
            return None
        if not self.by:
            return len(self.shown)
        return self._bisected(number)

    def show_at(self, place: int) -> None:
        """Show the row that came last at `place`."""
        self.shown.insert(place, len(self.rows) - 1)

    def _bisected(self, number: int) -> int:
        # Equal rows stay in the order of arrival, also where the order is turned around.
        low, high = 0, len(self.shown)
        mine = self._keys[number]
        while low < high:
            middle = (low + high) // 2
            theirs = self._keys[self.shown[middle]]
            comes_before = theirs < mine if self.is_descending else mine < theirs
            low, high = (low, middle) if comes_before else (middle + 1, high)
        return low

    def _arrange(self) -> None:
        listed = [at for at, row in enumerate(self.rows) if self._is_listed(row)]
        if self.by:
            listed.sort(key=self._keys.__getitem__, reverse=self.is_descending)
        self.shown = listed

    def _is_listed(self, row: Row) -> bool:
        if not self.text:
            return True
        words = f"{row.path}\n{row.answer}\n{row.error}".casefold()
        return self.text in words


def listed(order: RowOrder) -> Sequence[Row]:
    """Return the rows as they are on screen."""
    return [order.rows[at] for at in order.shown]
