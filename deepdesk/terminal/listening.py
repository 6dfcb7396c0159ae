"""Work that another process watches: events go out as lines, wishes come in as lines."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

from deepdesk.core.events import Ended, RunEnded, event_to_json
from deepdesk.core.work import StopToken, Work, run
from deepdesk.terminal.watch import plain

# How long the work may take to end after nobody listens any more.
_PATIENCE_S = 120.0


class Listener:
    """The line to the process that started this one.

    Standard output is kept for events: whatever else is printed goes to standard error.
    """

    def __init__(self) -> None:
        self.stop = StopToken()
        sys.stdout.flush()
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        os.dup2(2, 1)
        self._wishes = _lines_of(0)
        self._run_ended: RunEnded | None = None
        self.ended: Ended | None = None

    def first_line(self) -> str:
        """Wait for the first line and return it, "" at the end of the input."""
        return next(self._wishes, "")

    def run(self, work: Work) -> int:
        """Do the work and tell all of it; return the exit status of a command."""
        threading.Thread(target=self._obey, name="deepdesk-listen", daemon=True).start()
        run(work, self._take, self.stop)
        ended = self.ended
        if ended is None:
            return 1
        return 1 if ended.error is not None else 130 if ended.stopped else 0

    def tell_end(self) -> None:
        """Tell how the run and the work ended, if they did."""
        for event in (self._run_ended, self.ended):
            if event is not None:
                self._tell(event)

    def _take(self, event: Any) -> None:
        # How it ended is told last: a worker whose team falls apart starts again instead.
        if isinstance(event, Ended):
            self.ended = event
        elif isinstance(event, RunEnded):
            self._run_ended = event
        else:
            self._tell(event)

    def _tell(self, event: Any) -> None:
        try:
            self._out.write(json.dumps(plain(event_to_json(event))) + "\n")
        except OSError:
            self.stop.stop()

    def _obey(self) -> None:
        wishes = {"pause": self.stop.pause, "go on": self.stop.go_on, "stop": self.stop.stop}
        for line in self._wishes:
            wish = wishes.get(line)
            if wish is not None:
                wish()
        # Whoever started this process is gone, or wants no more.
        self.stop.stop()
        timer = threading.Timer(_PATIENCE_S, os._exit, (1,))
        timer.daemon = True
        timer.start()


def _lines_of(file: int) -> Iterator[str]:
    """Yield lines as they come.

    Python's own standard input must not be held by a thread when the program ends.
    """
    held = b""
    while piece := os.read(file, 1 << 16):
        *lines, held = (held + piece).split(b"\n")
        yield from (line.decode(errors="replace").strip() for line in lines)
