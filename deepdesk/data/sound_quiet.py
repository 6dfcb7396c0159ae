"""Keeping the notes of decoders off the terminal.

The MP3 decoder inside libsndfile writes notes of its own about damaged files to the error stream
of the C library, and has no switch for it. That stream is turned away while an MP3 is read; the
one of Python is another and stays as it is.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _ErrorStream:
    """The variable `stderr` of the C library, which can be set where that library is glibc."""

    def __init__(self) -> None:
        library = ctypes.CDLL(None)
        self._variable = ctypes.c_void_p.in_dll(library, "stderr")
        self._terminal = self._variable.value
        library.fopen.restype = ctypes.c_void_p
        self._nowhere = library.fopen(os.fsencode(os.devnull), b"w")
        self._readers = 0
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._in_child)

    def turn_away(self) -> None:
        with self._lock:
            self._readers += 1
            if self._nowhere:
                self._variable.value = self._nowhere

    def turn_back(self) -> None:
        with self._lock:
            self._readers = max(0, self._readers - 1)
            if not self._readers:
                self._variable.value = self._terminal

    def _in_child(self) -> None:
        # The threads that were reading, and may have held the lock, are not in the child.
        self._lock = threading.Lock()
        self._readers = 0
        self._variable.value = self._terminal


def _found() -> _ErrorStream | None:
    if sys.platform != "linux":
        return None
    try:
        # Other C libraries of Linux keep the variable where nobody may write.
        is_glibc = (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
        return _ErrorStream() if is_glibc else None
    except (OSError, ValueError, AttributeError):
        return None


_stream = _found()


@contextmanager
def chatter_silenced() -> Iterator[None]:
    """Hide what libraries in C write to their error stream. For any thread, any number at once.

    Does nothing where the C library does not allow it.
    """
    if _stream is None:
        yield
        return
    _stream.turn_away()
    try:
        yield
    finally:
        _stream.turn_back()
