"""Setting up in a terminal: words, a bar, Ctrl+C to cancel."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO

from deepdesk.core.events import Ended, Progress, Said
from deepdesk.core.work import StopToken, Work, run
from deepdesk.launcher.outcome import Outcome, cancelled_by_signals
from deepdesk.launcher.plain_files import gigabytes

_BAR = 30
_LINE_EVERY_S = 15.0


@dataclass(kw_only=True)
class TerminalFace:
    """Tells events in words.

    Attributes:
        out: Where to, usually standard error; None where there is no terminal at all.
    """

    out: TextIO | None
    outcome: Outcome = field(default_factory=Outcome)
    _is_bar_open: bool = field(default=False, init=False)
    _last: tuple[str, float] = field(default=("", 0.0), init=False)

    def emit(self, event: Any) -> None:
        """Take one event of work."""
        table: dict[type, Callable[[Any], None]] = {
            Said: self._said,
            Progress: self._progress,
            Ended: self._end,
        }
        self.outcome.take(event)
        table.get(type(event), lambda _event: None)(event)

    def follow(self, work: Work) -> Outcome:
        """Run work to its end, with Ctrl+C to cancel it, and return how it came out."""
        stop = StopToken()
        with cancelled_by_signals(stop):
            run(work, self.emit, stop)
        return self.outcome

    def say(self, text: str = "") -> None:
        """Write a line."""
        if self.out is None:
            return
        if self._is_bar_open:
            self._is_bar_open = False
            self.out.write("\n")
        self.out.write(f"{text}\n")
        self.out.flush()

    def _said(self, event: Said) -> None:
        self.say(event.text)

    def _end(self, event: Ended) -> None:
        if event.error is not None:
            self.say(str(event.error))
            if "folder of files" in event.error.hint:
                self.say("Such a folder is given with --wheels FOLDER.")
        elif event.stopped:
            self.say(
                "Cancelled. What was fetched is kept; a package half fetched is fetched again."
            )

    def _progress(self, event: Progress) -> None:
        words = progress_words(event)
        if self.out is not None and self.out.isatty():
            self.out.write(f"\r\x1b[K{words}")
            self.out.flush()
            self._is_bar_open = True
            return
        what, told_s = self._last
        if event.what != what or time.monotonic() - told_s > _LINE_EVERY_S:
            self._last = (event.what, time.monotonic())
            self.say(words)


def progress_words(event: Progress) -> str:
    """Return how far something is, for instance "Fetching packages ####---- 1.2 GB of 3.3 GB"."""
    if not event.total:
        return f"{event.what} {amount_words(event) or '...'}"
    full = _BAR * min(event.done, event.total) // event.total
    bar = "#" * full + "-" * (_BAR - full)
    return f"{event.what} {bar} {amount_words(event)}"


def amount_words(event: Progress) -> str:
    """Return how many bytes have come, for instance "1.2 GB of 3.3 GB", "" for none."""
    if event.total:
        return f"{gigabytes(event.done)} of {gigabytes(event.total)}"
    return gigabytes(event.done) if event.done else ""


def agreed(face: TerminalFace) -> bool:
    """Ask whether to go on; an empty answer is a yes, no answer at all a no."""
    if face.out is not None:
        face.out.write("Go on? [Y/n] ")
        face.out.flush()
    answer = sys.stdin.readline()
    return answer.strip().lower() in ("", "y", "yes") if answer else False
