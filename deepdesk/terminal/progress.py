"""One line on a terminal that says how far work is."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Any, TextIO

from deepdesk.core.events import (
    Choice,
    Choices,
    EpochEnded,
    Progress,
    RunStarted,
    Said,
    Stepped,
    TrialStarted,
)

_BETWEEN_S = 0.1
_BAR_CELLS = 24


class ProgressLine:
    """Rewrites one line on a terminal; on a file it writes only what matters.

    Args:
        stream: Usually standard error.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._shown_s = 0.0
        self._is_open = False
        self._run: RunStarted | None = None
        self._show: dict[type[Any], Callable[[Any], None]] = {
            Progress: self._progress,
            RunStarted: self._started,
            TrialStarted: self._trial,
            Stepped: self._stepped,
            EpochEnded: self._epoch,
            Said: lambda event: self._line(event.text),
            Choices: lambda event: self._line("; ".join(map(_choice, event.rows))),
        }

    def show(self, event: Any) -> None:
        """Show an event if it is one that says how far things are."""
        show = self._show.get(type(event))
        if show is not None:
            show(event)

    def close(self) -> None:
        """Leave the line behind."""
        if self._is_open:
            self._stream.write("\n")
            self._stream.flush()
            self._is_open = False

    def _progress(self, event: Progress) -> None:
        self._rewrite(_bar(event.what, event.done, event.total), last=event.done == event.total)

    def _started(self, event: RunStarted) -> None:
        self._run = event
        self._line(
            f"{event.run}: {event.samples:,} samples, {event.epochs} epochs on {event.device}"
        )

    def _trial(self, event: TrialStarted) -> None:
        values = ", ".join(
            f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in event.params.items()
        )
        self._line(f"Trial {event.number + 1} of {event.trials}: {values}")

    def _stepped(self, event: Stepped) -> None:
        if self._run is None:
            return
        total = self._run.epochs * self._run.steps_per_epoch
        values = [f"loss {event.values.get('loss', float('nan')):.4f}"]
        values += [
            f"{name} {event.values[name]:.4f}"
            for name in self._run.plot_metrics[:1]
            if name in event.values
        ]
        speed = f"{event.samples_per_second:,.0f} samples/s"
        self._rewrite(f"{_bar('Training', event.step, total)}  {'  '.join(values)}  {speed}")

    def _epoch(self, event: EpochEnded) -> None:
        values = "  ".join(f"{name} {value:.4f}" for name, value in event.validation.items())
        best = "  best" if event.is_best else ""
        self._line(f"epoch {event.epoch}: {values}{best}")

    def _rewrite(self, text: str, *, last: bool = False) -> None:
        now_s = time.monotonic()
        if not self._is_terminal or (now_s - self._shown_s < _BETWEEN_S and not last):
            return
        self._shown_s = now_s
        width = shutil.get_terminal_size().columns - 1
        self._stream.write("\r\x1b[K" + text[:width])
        self._stream.flush()
        self._is_open = True

    def _line(self, text: str) -> None:
        self._stream.write(("\r\x1b[K" if self._is_open else "") + text + "\n")
        self._stream.flush()
        self._is_open = False


def _bar(what: str, done: int, total: int) -> str:
    if not total:
        return what
    cells = _BAR_CELLS * done // total
    return f"{what} [{'#' * cells}{'.' * (_BAR_CELLS - cells)}] {done:,} of {total:,}"


def _choice(row: Choice) -> str:
    return f"{row.what}: {row.chosen}" + (f" ({row.gain:.1f} x)" if row.gain else "")
