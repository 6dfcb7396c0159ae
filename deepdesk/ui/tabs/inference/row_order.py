"""Rows of answers in an order and through a search, kept right while rows come in. No Qt."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from deepdesk.ui.tabs.inference.questions import Row

Key = str | float
# Digits of the longest number that sorts by its value.
_DIGITS = 20
_NUMBERS = re.compile(r"[0-9]+")
_NUMBERS_COLUMNS = ("score", "milliseconds")
# Rows without words or without a number come last in rising order.
_LAST_TEXT = "\U0010ffff"


def natural_text(text: str) -> str:
    """Return `text` so that plain comparison sorts "9.png" before "10.png", in any case.

    One string compares ten times as fast as a tuple of parts, which counts with 100,000 rows.
    """
    return _NUMBERS.sub(lambda number: number.group().zfill(_DIGITS), text.casefold())


@lru_cache(maxsize=4096)
def _words_key(text: str) -> str:
    return natural_text(text) or _LAST_TEXT


def _number_key(value: float) -> float:
    return math.inf if math.isnan(value) else value


KEYS: Mapping[str, Callable[[Row], Key]] = MappingProxyType(
    {
        "answer": lambda row: _words_key(row.answer),
        "score": lambda row: _number_key(row.score),
        "milliseconds": lambda row: _number_key(row.milliseconds),
        "error": lambda row: _words_key(row.error),
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
        self._sorted: list[int] = []
        self._keys: list[Key] = []
        # Made once, when a row comes: making them for all rows at a click would be felt.
        self._files: list[str] = []
        self._words: list[str] = []

    def sort(self, by: str, *, descending: bool = False) -> None:
        """Sort by "file" or a column of `KEYS`, or by arrival when `by` is ""."""
        self.by, self.is_descending = by, descending
        self._sorted = list(range(len(self.rows)))
        self._keys = [self._key(number) for number in self._sorted] if by else []
        if by in _NUMBERS_COLUMNS:
            values = np.array(self._keys, dtype=np.float64)
            self._sorted = np.argsort(-values if descending else values, kind="stable").tolist()
        elif by:
            self._sorted.sort(key=self._keys.__getitem__, reverse=descending)
        self._list()

    def search(self, text: str) -> None:
        """List only rows whose file, answer or error holds `text`, in any case."""
        self.text = text.casefold().strip()
        self._list()

    def clear(self) -> None:
        """Let all rows go; order and search stay."""
        for kept in (self.rows, self.shown, self._sorted, self._keys, self._files, self._words):
            kept.clear()

    def reword(self, first: int, rows: Sequence[Row]) -> None:
        """Take rows again from the first of them on, told in other words."""
        for number, row in enumerate(rows, first):
            self.rows[number] = row
            self._words[number] = f"{row.path}\n{row.answer}\n{row.error}".casefold()
        self.sort(self.by, descending=self.is_descending)

    def place_of(self, row: Row) -> int | None:
        """Take a row in and return where it belongs on screen, None where it is not listed.

        The caller puts it there with `show_at`, between the notes a view wants.
        """
        number = len(self.rows)
        self.rows.append(row)
        self._files.append(natural_text(row.path))
        self._words.append(f"{row.path}\n{row.answer}\n{row.error}".casefold())
        if self.by:
            self._keys.append(self._key(number))
        self._sorted.insert(self._place_in(self._sorted, number), number)
        if self.text not in self._words[number]:
            return None
        return self._place_in(self.shown, number)

    def show_at(self, place: int) -> None:
        """Show the row that came last at `place`."""
        self.shown.insert(place, len(self.rows) - 1)

    def _key(self, number: int) -> Key:
        if self.by == "file":
            return self._files[number]
        return KEYS[self.by](self.rows[number])

    def _place_in(self, numbers: Sequence[int], number: int) -> int:
        if not self.by:
            return len(numbers)
        # Equal rows stay in the order of arrival, also where the order is turned around.
        low, high = 0, len(numbers)
        mine = self._keys[number]
        while low < high:
            middle = (low + high) // 2
            theirs = self._keys[numbers[middle]]
            # All keys of one column are of one type.
            comes_before = theirs < mine if self.is_descending else mine < theirs  # type: ignore[operator]
            low, high = (low, middle) if comes_before else (middle + 1, high)
        return low

    def _list(self) -> None:
        text, words = self.text, self._words
        self.shown = [at for at in self._sorted if text in words[at]] if text else self._sorted[:]


def listed(order: RowOrder) -> Sequence[Row]:
    """Return the rows as they are on screen."""
    return [order.rows[at] for at in order.shown]
