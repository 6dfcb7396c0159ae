"""Finding the files that a table names, wherever beside the table they lie."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from deepdesk.data.csv_source import path_column

_FULL_SEARCHES = 100


class Places:
    """Finds the files that a table names, by what worked for the row before.

    Args:
        folder: Of the table.
        suffixes: Of samples, lower case with the dot, for names without an ending.
        below: Folders beside the table in which the files may lie, "" for its own.
    """

    def __init__(self, folder: Path, suffixes: frozenset[str], below: Sequence[str]) -> None:
        self.suffixes = suffixes
        self._folder = str(folder)
        self._below = tuple(below)
        self._last = ("", "")
        self._searches = 0

    def of(self, written: str) -> Path:
        """Return the absolute path of a file, whether it is there or not."""
        if os.sep == "/":
            written = written.replace("\\", "/")
        if not self._is_there(written, *self._last) and self._searches < _FULL_SEARCHES:
            self._searches += 1
            fits = (way for way in self._ways(written) if self._is_there(written, *way))
            self._last = next(fits, self._last)
        return Path(self._path(written, *self._last))

    def _ways(self, written: str) -> Iterator[tuple[str, str]]:
        has_suffix = path_column([written], self.suffixes) == 0
        endings = [""] if has_suffix else sorted(self.suffixes)
        return itertools.product(self._below, endings)

    def _path(self, written: str, folder: str, ending: str) -> str:
        return os.path.abspath(os.path.join(self._folder, folder, written + ending))  # noqa: PTH100,PTH118

    def _is_there(self, written: str, folder: str, ending: str) -> bool:
        return os.path.isfile(self._path(written, folder, ending))  # noqa: PTH113
