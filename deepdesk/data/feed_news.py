"""What decoding in the background has to say, and how often it says it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from deepdesk.core.errors import BadSampleError


class Rhythm:
    """Says that something is due, at most once in an interval."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._next_s = time.monotonic() + every_s

    def is_due(self) -> bool:
        """Return whether an interval has passed since this was last true."""
        now_s = time.monotonic()
        if now_s < self._next_s:
            return False
        self._next_s = now_s + self._every_s
        return True


class News:
    """What the person is to hear of: the first unreadable file at once, all of them at the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fresh: dict[int, BadSampleError] = {}
        self._count = 0
        self._told = 0
        self._first = ""
        self._changed_files = 0
        self._is_full_told = False

    def add(self, bad: Mapping[int, BadSampleError]) -> None:
        """Take in samples that cannot be read, by position."""
        with self._lock:
            self._fresh.update(bad)
            self._count += len(bad)
            self._first = self._first or next(iter(bad.values())).message

    def count_changed(self, count: int) -> None:
        """Take in how many more files are not those that the run began with."""
        with self._lock:
            self._changed_files += count

    def taken(self) -> dict[int, BadSampleError]:
        """Return what was not returned before."""
        if not self._fresh:
            return {}
        with self._lock:
            fresh, self._fresh = self._fresh, {}
            return fresh

    def sentences(self, *, is_last: bool, is_full: bool) -> list[str]:
        """Return what is to be said now, each thing once.

        Args:
            is_last: Nothing more will be found.
            is_full: Rows lie in memory because the disk did not take them.
        """
        found = []
        if is_full and not self._is_full_told:
            self._is_full_told = True
            found.append("The disk is full: decoded samples stay in memory. Free some space.")
        if self._count > self._told and (is_last or not self._told):
            self._told = self._count
            verb = "is" if self._count == 1 else "are"
            text = f"{self._count:,} {files(self._count)} could not be read and {verb} left out"
            found.append(f"{text}: {self._first}")
        if self._changed_files and is_last:
            count, self._changed_files = self._changed_files, 0
            found.append(
                f"{count:,} {files(count)} changed since this run began: its last bits may differ."
            )
        return found


def files(count: int) -> str:
    """Return the noun for so many files."""
    return "file" if count == 1 else "files"
