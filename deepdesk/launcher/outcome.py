"""What work came to, gathered from its events; and what Ctrl+C does meanwhile."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deepdesk.core.events import Ended, Result
from deepdesk.core.work import StopToken

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def cancelled_by_signals(stop: StopToken) -> Iterator[None]:
    """Let Ctrl+C and a polite kill ask work to stop, so that it ends what it started."""

    def ask(_number: int, _frame: Any) -> None:
        stop.stop()

    before = [signal.signal(number, ask) for number in _SIGNALS]
    try:
        yield
    finally:
        for number, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(number, handler)


@dataclass(kw_only=True)
class Outcome:
    """How work ended, and what it answered.

    Attributes:
        result: The last answer, None without one.
        ended: The last event, None while it goes on.
    """

    result: Any = None
    ended: Ended | None = None

    def take(self, event: Any) -> None:
        """Take note of an event."""
        if isinstance(event, Result):
            self.result = event.value
        elif isinstance(event, Ended):
            self.ended = event

    @property
    def is_good(self) -> bool:
        """Whether it came to its end, uncancelled and without an error."""
        return self.ended is not None and self.ended.error is None and not self.ended.stopped

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked for the end."""
        return self.ended is not None and self.ended.stopped
