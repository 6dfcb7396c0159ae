"""Running work in a terminal."""

from __future__ import annotations

import json
import math
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

from deepdesk.core.events import Ended, Result, RunEnded, event_to_json
from deepdesk.core.work import StopToken, Work, run
from deepdesk.terminal.progress import ProgressLine

# A request to end, and a terminal that is gone; Windows has not all of them.
_ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Watch:
    """Runs work in this thread, shows its progress, turns Ctrl-C into a request to stop.

    A second Ctrl-C does not wait for the work. When nobody reads the results any more, the
    work is stopped as well.

    Args:
        events: Print every event as a line of JSON.
        on_result: Called with each result instead of keeping it in `results`.
    """

    def __init__(
        self, *, events: bool = False, on_result: Callable[[Any], None] | None = None
    ) -> None:
        self.results: list[Any] = []
        self.run_ended: RunEnded | None = None
        self._events = events
        self._on_result = on_result
        self._broken: BrokenPipeError | None = None
        self._line = ProgressLine(sys.stderr)

    def run(self, work: Work) -> Ended:
        """Run to the end and return the last event."""
        stop = StopToken()
        ended: list[Ended] = []

        def emit(event: Any) -> None:
            try:
                self._take(event, ended)
            except BrokenPipeError as error:
                self._broken = error
                stop.stop()

        def interrupted(_signal: int, _frame: object) -> None:
            signal.signal(signal.SIGINT, before)
            stop.stop()

        before = signal.signal(signal.SIGINT, interrupted)
        # What is ignored stays so: the person called this with nohup.
        heard = [n for n in _ENDINGS if signal.getsignal(n) != signal.SIG_IGN]
        asked = {number: signal.signal(number, lambda *_: stop.stop()) for number in heard}
        try:
            run(work, emit, stop)
        finally:
            signal.signal(signal.SIGINT, before)
            for number, handler in asked.items():
                signal.signal(number, handler)
            self._line.close()
        if self._broken is not None:
            raise self._broken
        return ended[0]

    def finish(self, work: Work) -> None:
        """Run to the end.

        Raises:
            DeepDeskError: The work failed.
            KeyboardInterrupt: It was stopped.
            BrokenPipeError: Nobody reads the results.
        """
        ended = self.run(work)
        if ended.error is not None:
            _print_report(ended)
            raise ended.error
        if ended.stopped:
            raise KeyboardInterrupt

    def status_of(self, ended: Ended) -> int:
        """Return the exit status; print what went wrong."""
        if ended.error is not None:
            _print_report(ended)
            print(ended.error, file=sys.stderr)
            return 1
        return 130 if ended.stopped else 0

    def _take(self, event: Any, ended: list[Ended]) -> None:
        if isinstance(event, Ended):
            ended.append(event)
            return
        if isinstance(event, Result):
            (self._on_result or self.results.append)(event.value)
            return
        shown = event_to_json(event)
        if isinstance(event, RunEnded):
            self.run_ended = event
        elif self._events:
            print(json.dumps(plain(shown)), flush=True)
        self._line.show(event)


def _print_report(ended: Ended) -> None:
    if ended.report:
        print(ended.report, file=sys.stderr)


def say(arguments: Namespace, row: Mapping[str, Any], text: str) -> None:
    """Print a result: the row as one line of JSON if asked for, else the text."""
    print(json.dumps(plain(row)) if arguments.json else text, flush=True)


def plain(value: Any) -> Any:
    """Return `value` with only what JSON knows; numbers that are none become null."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)
