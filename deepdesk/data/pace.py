"""Telling how far something is, often enough to look alive and seldom enough to cost nothing."""

from __future__ import annotations

import time

from deepdesk.core.events import Progress
from deepdesk.core.work import EventSink, StopToken

INTERVAL_S = 0.1


class Pace:
    """Emits `Progress` at most ten times a second and looks for a stop at every call.

    Args:
        what: Present participle and object, for instance "Reading pictures".
    """

    def __init__(self, what: str, emit: EventSink, stop: StopToken) -> None:
        self.what = what
        self._emit = emit
        self._stop = stop
        self._next_s = 0.0

    def tell(self, done: int, total: int = 0) -> None:
        """Say how far it is.

        Raises:
            StoppedError: A stop was asked for.
        """
        self._stop.check()
        now_s = time.monotonic()
        if now_s >= self._next_s or 0 < total == done:
            self._emit(Progress(what=self.what, done=done, total=total))
            self._next_s = now_s + INTERVAL_S
