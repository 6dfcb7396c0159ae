"""Collects Python's cyclic garbage in the window's thread, and in no other.

Python collects wherever an allocation crosses a threshold, and so also in a thread that trains
or draws thumbnails. If the garbage holds a list with its model or a scene with its view, Qt's
objects are destroyed there while the window's thread uses them, and the process dies of it.
"""

from __future__ import annotations

import gc
import sys
import threading
import time

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 250
YOUNG = 5_000
OLD_EVERY_S = 10.0
# Importing torch brings 400,000 objects that stay; walking them takes 130 ms.
_MANY_MODULES = 100


class Garbage(QObject):
    """Turns Python's own collecting off, and collects from a timer instead."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._collected_s = time.monotonic()
        self._modules = 0

    def start(self) -> None:
        """Take collecting over."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Stop collecting; Python's own stays off, for other threads may still be running.

        What was left out is let go, so that libraries find nothing of theirs at Python's end.
        """
        self._timer.stop()
        gc.unfreeze()

    def collect(self) -> None:
        """Collect everything, in the thread that calls, which is to be the window's.

        What was imported since the last time is left out from now on.
        """
        assert threading.current_thread() is threading.main_thread(), "not the window's thread"
        if len(sys.modules) >= self._modules + _MANY_MODULES:
            self._modules = len(sys.modules)
            gc.freeze()
        gc.collect()
        self._collected_s = time.monotonic()

    def _look(self) -> None:
        if gc.get_count()[0] < YOUNG:
            return
        if time.monotonic() - self._collected_s < OLD_EVERY_S:
            gc.collect(1)
        else:
            self.collect()
