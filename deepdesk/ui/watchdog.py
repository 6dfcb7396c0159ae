"""Watches that the window's thread keeps moving, and logs where it stood when it did not."""

from __future__ import annotations

import faulthandler
import logging
import re
import tempfile
import threading
import time

from PySide6.QtCore import QObject, QTimer

BEAT_MS = 50
GAP_S = 0.1
LOGGER = logging.getLogger("deepdesk.watchdog")
_NUMBER = re.compile("0x[0-9a-f]+")


class Watchdog(QObject):
    """A heartbeat in the window's thread, and a thread that misses it.

    The stack is asked for by a Python thread, which holds the interpreter lock, and not by the
    timer of faulthandler, which reads frames of running threads without it and could itself crash
    a training. So a gap made by code that holds the lock is logged where that code gave it back.

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
    """Return where a thread is now, as lines of text, the newest call first.

    No frame is ever held: the interpreter lock may change hands between any two calls, the
    function of a held frame may return in between, and then its locals are destroyed here. A
    painter does not survive that, and with it the process.
    """
    try:
        with tempfile.TemporaryFile() as file:
            # Called like this, it keeps the interpreter lock until it has written.
            faulthandler.dump_traceback(file, all_threads=True)
            file.seek(0)
            told = file.read().decode("ascii", "replace")
    except OSError:
        return "(no stack)"
    for part in told.split("\n\n"):
        head, _, lines = part.partition("\n")
        named = _NUMBER.search(head)
        if named is not None and int(named.group(), 16) == thread:
            return lines
    return "(no stack)"
