"""Which files are being read, and since when: one that never ends is named, not just waited for.

A file on a share that went away, or a decoder that goes round in circles, cannot be ended from
outside; but the run can say what it waits for, and can be stopped and resumed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deepdesk.core.errors import BadSampleError, DeepDeskError
from deepdesk.core.work import StoppedError

SLOW_S = 4.0


class Reading:
    """The files that some threads are reading at this moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: dict[int, tuple[Path, float]] = {}
        self._told: set[Path] = set()

    @contextmanager
    def of(self, path: Path) -> Iterator[None]:
        """Note what this thread reads; what the reader did not foresee makes the file a bad one.

        Raises:
            BadSampleError: The reader failed in a way of its own.
        """
        with self._lock:
            self._since[threading.get_ident()] = (path, time.monotonic())
        try:
            yield
        except (DeepDeskError, StoppedError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - one file is no reason to lose the others
            # "unreadable" is not noted for good: another version may read it.
            message = f'Reading "{path.name}" failed: {type(error).__name__}: {error}.'
            raise BadSampleError(
                "unreadable", message, "Look at the file, or remove it from the data set."
            ) from None
        finally:
            with self._lock:
                del self._since[threading.get_ident()]

    def slow_ones(self) -> list[str]:
        """Return a sentence for each file that has taken long and was not named before."""
        now_s = time.monotonic()
        with self._lock:
            slow = [p for p, since_s in self._since.values() if now_s - since_s > SLOW_S]
            fresh = [path for path in slow if path not in self._told]
            self._told.update(fresh)
        return [
            f'Reading "{path.name}" takes very long, and the run waits for it. If that does not'
            f" end, stop the run, look at {path}, and resume."
            for path in fresh
        ]
