"""Events out of scores that change over time: when a class begins to be heard, and when it ends.

The same rules for what has ended and for what still goes on: scores are smoothed, a class
counts from its threshold on, goes on while its score stays near it, gaps are closed, and what is
too short is dropped. Letters in names: T rows over time, C classes, K new rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.payloads import Span

USUAL_THRESHOLD = 0.5
# Once a class is heard, it goes on down to this share of its threshold.
GOES_ON = 0.7
# Rows of one class with a gap of less between them are one event.
JOINED_S = 0.2
# Shorter than this nothing counts: it is a window that looks at two things at once.
LEAST_S = 0.12
OVERLAP_SHARE = 0.4


@dataclass(slots=True)
class _Run:
    """Rows of one class from its first to its last one so far, and the highest score."""

    first: int
    last: int
    peak: float


class SpanFinder:
    """Finds events in rows that come bit by bit; how they are cut into bits changes nothing.

    A row stands for the middle of its window. An event of the very first row begins with the sound,
    one of the last row ends with its window.

    Args:
        classes: Of the columns.
        step_s: Between rows, above 0.
        window_s: Behind each row.
        thresholds: Class name to probability; 0.5 where a class has none.
        smoothing_s: Scores are means over so much time, 0 for none. Events come half of it later.
    """

    def __init__(
        self,
        classes: Sequence[str],
        step_s: float,
        window_s: float,
        thresholds: Mapping[str, float],
        smoothing_s: float,
    ) -> None:
        self._classes = tuple(classes)
        self._step_s = step_s
        self._window_s = window_s
        self._thresholds = [thresholds.get(name, USUAL_THRESHOLD) for name in self._classes]
        self._half = max(0, round(smoothing_s / step_s / 2))
        self._gap = max(1, round(JOINED_S / step_s))
        self._open: list[_Run | None] = [None] * len(self._classes)
        # A column of ones counts how many rows a mean is made of; there are none beyond the ends.
        self._rows = np.zeros((self._half, len(self._classes) + 1))
        self._done = 0

    def take(self, scores_KC: NDArray[np.float32]) -> tuple[Span, ...]:
        """Return the events that have ended with these rows, by their start.

        Args:
            scores_KC: (K, C), 0 to 1.
        """
        counted = np.ones((len(scores_KC), len(self._classes) + 1))
        counted[:, :-1] = scores_KC
        return self._taken(counted)

    def finish(self) -> tuple[Span, ...]:
        """Return the events that had not ended, now that nothing more comes."""
        ended = list(self._taken(np.zeros((self._half, len(self._classes) + 1))))
        for at, run in enumerate(self._open):
            if run is not None:
                ended.extend(self._span(at, run, is_end=True))
                self._open[at] = None
        return _in_order(ended)

    @property
    def under_way(self) -> tuple[Span, ...]:
        """The events that go on at the moment, as far as they are known."""
        runs = [(at, run) for at, run in enumerate(self._open) if run is not None]
        return _in_order(span for at, run in runs for span in self._span(at, run, is_end=False))

    def _taken(self, counted: NDArray[np.float64]) -> tuple[Span, ...]:
        rows = np.concatenate([self._rows, counted])
        count = len(rows) - 2 * self._half
        if count <= 0:
            self._rows = rows
            return ()
        sums = np.zeros((count, rows.shape[1]))
        # One by one, so that the sums do not depend on how many rows came at once.
        for offset in range(2 * self._half + 1):
            sums += rows[offset : offset + count]
        self._rows = rows[count:]
        ended: list[Span] = []
        for at in range(len(self._classes)):
            ended.extend(self._of_class(at, sums[:, at] / sums[:, -1]))
        self._done += count
        return _in_order(ended)

    def _of_class(self, at: int, means_K: NDArray[np.float64]) -> list[Span]:
        ended: list[Span] = []
        heard = np.flatnonzero(means_K >= GOES_ON * self._thresholds[at])
        cuts = np.flatnonzero(np.diff(heard) > self._gap) + 1
        for rows in np.split(heard, cuts) if len(heard) else ():
            run = self._open[at]
            new = _Run(self._done + int(rows[0]), self._done + int(rows[-1]), 0.0)
            new.peak = float(means_K[rows].max())
            if run is not None and new.first - run.last <= self._gap:
                new = _Run(run.first, new.last, max(run.peak, new.peak))
            elif run is not None:
                ended.extend(self._span(at, run, is_end=False))
            self._open[at] = new
        run = self._open[at]
        if run is not None and self._done + len(means_K) - run.last > self._gap:
            ended.extend(self._span(at, run, is_end=False))
            self._open[at] = None
        return ended

    def _span(self, at: int, run: _Run, *, is_end: bool) -> list[Span]:
        """Return a run as a span, nothing when it does not count."""
        middle_s = self._window_s / 2
        start_s = (run.first - 0.5) * self._step_s + middle_s if run.first else 0.0
        end_s = (run.last + 0.5) * self._step_s + middle_s
        if is_end and run.last == self._done - 1:
            end_s = run.last * self._step_s + self._window_s
        if run.peak < self._thresholds[at] or end_s - start_s < LEAST_S:
            return []
        start_s = max(0.0, start_s)
        return [Span(start_s=start_s, end_s=end_s, label=self._classes[at], score=run.peak)]


def spans_of(
    scores_TC: NDArray[np.float32],
    classes: Sequence[str],
    step_s: float,
    window_s: float,
    thresholds: Mapping[str, float],
    smoothing_s: float,
) -> tuple[Span, ...]:
    """Return the events in scores, by their start; what `SpanFinder` would find bit by bit.

    Args:
        scores_TC: (T, C), 0 to 1; row t looks at `window_s` seconds from t * `step_s` on.
        classes: Of the columns.
        step_s: Between rows, above 0.
        window_s: Behind each row.
        thresholds: Class name to probability; 0.5 where a class has none.
        smoothing_s: Scores are means over so much time, 0 for none.
    """
    finder = SpanFinder(classes, step_s, window_s, thresholds, smoothing_s)
    return _in_order([*finder.take(scores_TC), *finder.finish()])


def usual_smoothing_s(step_s: float, window_s: float) -> float:
    """Return over how much time scores are best smoothed, seconds.

    Windows that overlap see every event several times, at first and at last only a part of it. Rows
    that each speak of their own step need nothing.
    """
    return max(0.0, OVERLAP_SHARE * (window_s - step_s))


def counted(spans: Sequence[Span]) -> tuple[tuple[str, int], ...]:
    """Return how many events of which class there are, the most frequent first."""
    counts: dict[str, int] = {}
    for span in spans:
        counts[span.label] = counts.get(span.label, 0) + 1
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(sorted(spans, key=lambda span: (span.start_s, span.end_s, span.label)))
