"""From scores that change to what is heard now and to events with a beginning and an end. No Qt."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.payloads import LabelScores, Span
from deepdesk.data.spans import USUAL_THRESHOLD, SpanFinder

# Answers come whenever the network has one; events are looked for at even steps.
ROW_S = 0.05
_KEPT_ABOUTS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """When a class counts as heard.

    Attributes:
        thresholds: Class name to the probability from which on it counts, 0.5 where none is said.
        smoothing_s: Scores are means over so many seconds.
    """

    thresholds: Mapping[str, float]
    smoothing_s: float = 0.1

    def threshold(self, name: str) -> float:
        """Return from which probability on a class counts."""
        return self.thresholds.get(name, USUAL_THRESHOLD)


class Recogniser:
    """Follows answers to one sitting.

    Args:
        classes: That the network knows.
        tuning: When one of them counts.
        window_s: How much sound an answer looks at.
        start_s: Of the first moment that is followed.
    """

    def __init__(
        self, classes: Sequence[str], tuning: Tuning, *, window_s: float, start_s: float = 0.0
    ) -> None:
        self.classes = tuple(classes)
        self.tuning = tuning
        self.is_silent = True
        self._places = {name: at for at, name in enumerate(self.classes)}
        self._finder = SpanFinder(
            self.classes, ROW_S, 0.0, dict(tuning.thresholds), tuning.smoothing_s
        )
        # A row stands for the middle of what its answer looked at.
        self._shift_s = start_s - window_s / 2
        self._start_s = start_s
        self._window_s = window_s
        self._rows = 0
        kept = max(1, round(tuning.smoothing_s / ROW_S))
        self._last: deque[NDArray[np.float32]] = deque(maxlen=kept)
        self._now_C = np.zeros(len(self.classes), np.float32)
        self._abouts: deque[tuple[str, float, float]] = deque(maxlen=_KEPT_ABOUTS)

    def take(
        self, answer: LabelScores, end_s: float, about_s: tuple[float, float] | None = None
    ) -> tuple[Span, ...]:
        """Take an answer, and return the events that have ended by it.

        Args:
            answer: To all until `end_s`.
            end_s: Now.
            about_s: Where what it is about lies, None where that is not known.
        """
        scores_C = np.zeros(len(self.classes), np.float32)
        for name, score in answer.scores:
            if name in self._places:
                scores_C[self._places[name]] = score
        self.is_silent = not answer.scores
        if about_s is not None and answer.scores:
            self._abouts.append((answer.scores[0][0], *about_s))
        rows = max(0, round((end_s - self._start_s) / ROW_S) - self._rows)
        self._rows += rows
        self._last.extend([scores_C] * min(rows, self._last.maxlen or 1))
        self._now_C = np.mean(self._last, axis=0) if self._last else scores_C
        return self._shifted(self._finder.take(np.repeat(scores_C[None], rows, axis=0)))

    def finish(self) -> tuple[Span, ...]:
        """Return the events that had not ended."""
        return self._shifted(self._finder.finish())

    @property
    def under_way(self) -> tuple[Span, ...]:
        """What goes on at the moment."""
        return self._shifted(self._finder.under_way)

    @property
    def scores(self) -> tuple[float, ...]:
        """The smoothed scores of the classes, 0 to 1."""
        return tuple(float(score) for score in self._now_C)

    @property
    def best(self) -> tuple[str, float] | None:
        """The class that counts by the most, None where none does."""
        able = [
            (name, score)
            for name, score in zip(self.classes, self.scores, strict=True)
            if score >= self.tuning.threshold(name)
        ]
        return max(able, key=lambda pair: pair[1], default=None)

    def _shifted(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        shifted = (
            replace(span, start_s=span.start_s + self._shift_s, end_s=span.end_s + self._shift_s)
            for span in spans
        )
        return tuple(map(self._placed, shifted))

    def _placed(self, span: Span) -> Span:
        """Return an event where the sound lies that its answers were about, if they said it."""
        around = self._window_s / 2 + ROW_S
        told = [
            (start_s, end_s)
            for label, start_s, end_s in self._abouts
            if label == span.label
            and end_s > span.start_s - around
            and start_s < span.end_s + around
        ]
        if told:
            start_s, end_s = min(told)[0], max(end_s for _start_s, end_s in told)
            span = replace(span, start_s=start_s, end_s=max(start_s, end_s))
        start_s = max(0.0, span.start_s)
        return replace(span, start_s=start_s, end_s=max(start_s, span.end_s))
