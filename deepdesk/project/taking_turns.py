"""One process at a time: for files that several of ours read, change and write back."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_PATIENCE_S = 2.0
_AGAIN_S = 0.005


@contextlib.contextmanager
def taking_turns(folder: Path) -> Iterator[None]:
    """Wait until no other thread or process is inside for the same folder, but not for long.

    The system lets go of it when a process ends, however it ends. Where a disk knows no locks,
    and behind a process that hangs inside, it goes on without: writes are whole all the same.
    """
    handle = _opened(folder)
    try:
        end_s = time.monotonic() + _PATIENCE_S
        while handle is not None and _is_taken(handle) and time.monotonic() < end_s:
            time.sleep(_AGAIN_S)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _opened(folder: Path) -> int | None:
    try:
        if sys.platform == "win32":
            # A folder cannot be locked there.
            return os.open(folder / ".turn", os.O_RDWR | os.O_CREAT)
        return os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def _is_taken(handle: int) -> bool:
    """Try to lock; return whether somebody else has it."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        # On Windows this says the same, elsewhere that the disk knows no locks.
        return sys.platform == "win32"
    return False
