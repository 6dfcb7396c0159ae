"""Work is a function of `(emit, stop)`; it knows no window and no terminal.

`run` is the one place that turns every way of leaving work into exactly one
`Ended` event, so whoever watches needs no other signal.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from deepdesk.core.errors import DeepDeskError, ReportedError
from deepdesk.core.events import Ended
from deepdesk.core.packages import broken_package

EventSink = Callable[[Any], None]


class StoppedError(Exception):
    """Raised inside work when somebody asked for it to stop."""


class StopToken:
    """A request to stop or to pause, safe to set from any thread."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._go_on = threading.Event()
        self._go_on.set()

    def stop(self) -> None:
        """Ask the work to stop; a paused work wakes up to do so."""
        self._stop.set()
        self._go_on.set()

    def pause(self) -> None:
        """Ask the work to wait at its next check."""
        self._go_on.clear()

    def go_on(self) -> None:
        """Let paused work continue."""
        self._go_on.set()

    @property
    def is_stopping(self) -> bool:
        """Whether a stop was asked for."""
        return self._stop.is_set()

    @property
    def is_paused(self) -> bool:
        """Whether a pause was asked for and not taken back."""
        return not self._go_on.is_set()

    def check(self) -> float:
        """Raise `StoppedError` if asked to stop; wait here while paused.

        Returns:
            Seconds spent waiting, 0.0 when not paused.
        """
        waited_s = 0.0
        if not self._go_on.is_set():
            start_s = time.monotonic()
            self._go_on.wait()
            waited_s = time.monotonic() - start_s
        if self._stop.is_set():
            raise StoppedError
        return waited_s


Work = Callable[[EventSink, StopToken], None]


def run(work: Work, emit: EventSink, stop: StopToken) -> None:
    """Call `work`; turn any way of leaving it into one last `Ended` event."""
    try:
        work(emit, stop)
    except StoppedError:
        emit(Ended(stopped=True))
    except ReportedError as error:
        emit(Ended(error=error, report=error.report))
    except DeepDeskError as error:
        emit(Ended(error=error))
    except Exception as error:  # noqa: BLE001 - the last stop before the thread dies
        told = broken_package(error) or DeepDeskError(f"Unexpected: {error!r}")
        emit(Ended(error=told, report=traceback.format_exc()))
    else:
        emit(Ended())
