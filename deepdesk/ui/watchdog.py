"""Watches that the window's thread keeps moving, and logs where it stood when it did not."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback

from PySide6.QtCore import QObject, QTimer

BEAT_MS = 50
GAP_S = 0.1
LOGGER = logging.getLogger("deepdesk.watchdog")


class Watchdog(QObject):
    """A heartbeat in the window's thread, and a thread that misses it.

    The stack is taken by a Python thread and not by faulthandler, whose dump reads frames of
    running threads without a lock and could itself crash a training. So a gap made by code that
    holds the interpreter lock is logged where that code gave it back.

    Attributes:
        gaps_s: Lengths of the gaps so far, in seconds.
    """

    def __init__(self, parent: QObject | None = None, *, gap_s: float = GAP_S) -> None:
        super().__init__(parent)
        self.gaps_s: list[float] = []
        self._gap_s = gap_s
        self._beaten_s = time.monotonic()
        self._reported = False
        self._window_thread = threading.get_ident()
        self._over = threading.Event()
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._thread = threading.Thread(target=self._watch, name="deepdesk-watchdog", daemon=True)

    def start(self) -> None:
        """Start watching."""
        self._beaten_s = time.monotonic()
        self._timer.start()
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; safe to call twice."""
        self._timer.stop()
        self._over.set()

    def _beat(self) -> None:
        now_s = time.monotonic()
        late_s = now_s - self._beaten_s - BEAT_MS / 1000
        self._beaten_s = now_s
        self._reported = False
        if late_s > self._gap_s:
            self.gaps_s.append(late_s)
            LOGGER.warning("the window stood still for %.0f ms", late_s * 1000)

    def _watch(self) -> None:
        while not self._over.wait(BEAT_MS / 1000):
            late_s = time.monotonic() - self._beaten_s - BEAT_MS / 1000
            if late_s > self._gap_s and not self._reported:
                self._reported = True
                LOGGER.warning("the window stands still at:\n%s", stack_of(self._window_thread))


def stack_of(thread: int) -> str:
    """Return where a thread is now, as lines of a traceback.

    Its frames are let go of before anything slow: a frame that is held keeps a painter alive, and
    Qt does not survive a second one on the same widget.
    """
    frame = sys._current_frames().get(thread)
    if frame is None:
        return "(no stack)"
    places = traceback.StackSummary.extract(traceback.walk_stack(frame), lookup_lines=False)
    del frame
    places.reverse()
    return "".join(places.format())
