"""What a network is asked about a long sound, and of which rows of time each answer speaks.

Letters in names: T samples over time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from deepdesk.tasks.audio_classification.hearing import (
    Stretches,
    frame_of,
    is_audible,
    levels_db,
)

# What lasts no longer is a click of a key or of the converter.
LEAST_FRAMES = 3
MARGIN_FRAMES = 3
# Sounds up to this length are events between which there is nothing; longer ones are scenes.
EVENTS_UP_TO_S = 3.0
STEP_S = 0.1
_STEPS_A_WINDOW = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How a network hears.

    Attributes:
        rate_hz: Samples a second.
        samples: Most that it hears at once.
        trims: Whether it has learnt sounds without the silence around them.
    """

    rate_hz: int
    samples: int
    trims: bool

    @property
    def length_s(self) -> float:
        """How long a sound it hears."""
        return self.samples / self.rate_hz

    @property
    def is_for_events(self) -> bool:
        """Whether it is asked about single stretches, not about everything all the time."""
        return self.trims and self.length_s <= EVENTS_UP_TO_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One sound, float32, (T,), and the rows that its answer is for, both inclusive."""

    samples_T: NDArray[np.float32]
    first_row: int
    last_row: int


class Questions(Protocol):
    """Cuts a long sound into questions as it comes, in constant memory."""

    step_s: float
    window_s: float

    def take(self, samples_T: NDArray[np.float32], *, is_end: bool = False) -> Iterator[Question]:
        """Yield the questions that can be asked with these samples, float32, (T,)."""
        ...

    @property
    def settled(self) -> int:
        """How many rows have all their questions behind them."""
        ...


class _Kept:
    """The last samples of a long sound by their number."""

    def __init__(self) -> None:
        self._samples_T = np.zeros(0, dtype=np.float32)
        self._first = 0

    @property
    def end(self) -> int:
        return self._first + len(self._samples_T)

    def add(self, samples_T: NDArray[np.float32]) -> None:
        self._samples_T = np.concatenate([self._samples_T, samples_T])

    def between(self, first: int, end: int) -> NDArray[np.float32]:
        return self._samples_T[max(0, first - self._first) : max(0, end - self._first)]

    def forget(self, before: int) -> None:
        drop = min(len(self._samples_T), max(0, before - self._first))
        self._samples_T = self._samples_T[drop:].copy()
        self._first += drop


class EventQuestions:
    """Asks about each stretch that stands out; a row speaks of its own step of time.

    A stretch that is longer than the network hears is asked about once for each of its rows.
    """

    def __init__(self, window: Window, step_s: float = STEP_S) -> None:
        self._frame = frame_of(window.rate_hz)
        self._step = max(1, round(step_s * window.rate_hz / self._frame))  # frames
        self._window = max(1, window.samples // self._frame)
        self.step_s = self.window_s = self._step * self._frame / window.rate_hz
        self._stretches = Stretches(self._window)
        self._kept = _Kept()
        self._levelled = 0  # frames whose level is known
        self._is_end = False

    def take(self, samples_T: NDArray[np.float32], *, is_end: bool = False) -> Iterator[Question]:
        """Yield what can be asked with these samples, float32, (T,); many about a long stretch."""
        self._kept.add(samples_T)
        self._is_end = is_end
        fresh_T = self._kept.between(self._levelled * self._frame, self._kept.end)
        levels_F = levels_db(fresh_T, self._frame)
        self._levelled += len(levels_F)
        for first, last in self._stretches.take(levels_F, is_end=is_end):
            if last - first + 1 >= LEAST_FRAMES:
                yield from self._about(first, last)
        keep = min(self._stretches.settled, self._levelled) - self._window - MARGIN_FRAMES
        self._kept.forget(keep * self._frame)

    @property
    def settled(self) -> int:
        """How many rows have all their questions behind them."""
        last = self._levelled if self._is_end else self._stretches.settled
        return -(-last // self._step) if self._is_end else last // self._step

    def _about(self, first: int, last: int) -> Iterator[Question]:
        rows = range(first // self._step, last // self._step + 1)
        if last - first < self._window:
            yield Question(samples_T=self._cut(first, last), first_row=rows[0], last_row=rows[-1])
            return
        for row in rows:
            middle = row * self._step + self._step // 2
            start = min(max(first, middle - self._window // 2), last + 1 - self._window)
            samples_T = self._cut(start, start + self._window - 1)
            yield Question(samples_T=samples_T, first_row=row, last_row=row)

    def _cut(self, first: int, last: int) -> NDArray[np.float32]:
        start, end = first - MARGIN_FRAMES, last + 1 + MARGIN_FRAMES
        return self._kept.between(max(0, start) * self._frame, end * self._frame)


class SceneQuestions:
    """Asks about everything, window by window; row t looks at the window from t steps on."""

    def __init__(self, window: Window, step_s: float = STEP_S) -> None:
        step_s = max(step_s, window.length_s / _STEPS_A_WINDOW)
        self._step = max(1, round(step_s * window.rate_hz))  # samples
        self._window = window
        self.step_s = self._step / window.rate_hz
        self.window_s = window.length_s
        self._kept = _Kept()
        self.settled = 0

    def take(self, samples_T: NDArray[np.float32], *, is_end: bool = False) -> Iterator[Question]:
        """Yield a question for each window that is whole with these samples, float32, (T,)."""
        self._kept.add(samples_T)
        while self.settled * self._step + self._window.samples <= self._kept.end:
            yield from self._about(self.settled)
            self.settled += 1
        if is_end and not self.settled and self._kept.end:
            yield from self._about(0)
            self.settled = 1
        self._kept.forget(self.settled * self._step)

    def _about(self, row: int) -> Iterator[Question]:
        start = row * self._step
        samples_T = self._kept.between(start, start + self._window.samples)
        if not self._window.trims or is_audible(samples_T, self._window.rate_hz):
            yield Question(samples_T=samples_T, first_row=row, last_row=row)


def questions_for(window: Window, step_s: float = STEP_S) -> Questions:
    """Return what asks about a long sound as a network of this window needs it."""
    kinds: dict[bool, type[EventQuestions] | type[SceneQuestions]] = {
        True: EventQuestions,
        False: SceneQuestions,
    }
    return kinds[window.is_for_events](window, step_s)
