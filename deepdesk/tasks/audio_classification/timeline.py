"""What happens when in a recording: a timeline that grows while the file is read.

Letters in names: T samples over time, N sounds, C classes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.payloads import Recording, Span, Timeline
from deepdesk.core.work import StopToken
from deepdesk.data.sound_files import pieces
from deepdesk.data.spans import SpanFinder, usual_smoothing_s
from deepdesk.tasks.audio_classification.questions import (
    STEP_S,
    Question,
    Window,
    questions_for,
)

# Probabilities of so many sounds of the same rate: (N,) of float32, (T,), to float32, (N, C).
Ask = Callable[[Sequence[NDArray[np.float32]]], NDArray[np.float32]]

PIECE_S = 10.0
BATCH = 64
MOST_SCORES = 16_000_000  # 64 MB; longer recordings of many classes have fewer rows
TOLD_SHARE, TOLD_EVERY_S, TOLD_AT_MOST_EVERY_S = 0.02, 1.0, 0.2


class _Growing:
    """The timeline so far."""

    def __init__(
        self,
        classes: Sequence[str],
        rows: int,
        window: tuple[float, float],
        thresholds: dict[str, float],
    ) -> None:
        self.classes = tuple(classes)
        self.step_s, self.window_s = window
        self.thresholds = thresholds
        self.scores_TC = np.zeros((rows, len(self.classes)), dtype=np.float32)
        self._done = 0
        self._ended: list[Span] = []
        smoothing_s = usual_smoothing_s(self.step_s, self.window_s)
        self._finder = SpanFinder(classes, self.step_s, self.window_s, thresholds, smoothing_s)

    def take(self, asked: Sequence[Question], scores_NC: NDArray[np.float32]) -> None:
        for question, scores_C in zip(asked, scores_NC, strict=True):
            rows_TC = self.scores_TC[question.first_row : question.last_row + 1]
            np.maximum(rows_TC, scores_C, out=rows_TC)

    def settle(self, rows: int) -> None:
        rows = min(rows, len(self.scores_TC))
        if rows > self._done:
            self._ended.extend(self._finder.take(self.scores_TC[self._done : rows]))
            self._done = rows

    def timeline(self, length_s: float, *, is_final: bool) -> Timeline:
        if is_final:
            self._ended.extend(self._finder.finish())
        spans = sorted([*self._ended, *self._finder.under_way], key=lambda span: span.start_s)
        # Rows that were told never change again, so that the same memory serves all.
        scores_TC = self.scores_TC[: self._done]
        scores_TC.flags.writeable = False
        return Timeline(
            spans=tuple(spans),
            length_s=length_s,
            classes=self.classes,
            scores_TC=scores_TC,
            step_s=self.step_s,
            window_s=self.window_s,
            thresholds=self.thresholds,
            is_final=is_final,
        )


def timelines(
    recording: Recording,
    ask: Ask,
    window: Window,
    classes: Sequence[str],
    thresholds: Mapping[str, float],
    stop: StopToken,
) -> Iterator[Timeline]:
    """Yield longer and longer timelines of a recording, in memory that does not grow with it.

    Raises:
        BadSampleError: The file cannot be read, also after some timelines.
    """
    least_s = recording.length_s * len(classes) / MOST_SCORES
    questions = questions_for(window, max(STEP_S, least_s))
    rows = math.ceil(recording.length_s / questions.step_s) + 2
    growing = _Growing(classes, rows, (questions.step_s, questions.window_s), dict(thresholds))
    told_share, told_s, read = 0.0, time.monotonic(), 0
    for piece_T, is_end in _with_end(recording, window.rate_hz):
        read += len(piece_T)
        asked = questions.take(piece_T, is_end=is_end)
        while batch := list(islice(asked, BATCH)):
            stop.check()
            growing.take(batch, ask([question.samples_T for question in batch]))
        stop.check()
        growing.settle(questions.settled)
        read_s, now_s = read / window.rate_hz, time.monotonic()
        share = read_s / recording.length_s - told_share
        is_due = share >= TOLD_SHARE and now_s - told_s >= TOLD_AT_MOST_EVERY_S
        if not is_end and (is_due or now_s - told_s >= TOLD_EVERY_S):
            told_share, told_s = told_share + share, now_s
            settled_s = min(read_s, questions.settled * questions.step_s)
            yield growing.timeline(settled_s, is_final=False)
    yield growing.timeline(recording.length_s, is_final=True)


def _with_end(recording: Recording, rate_hz: int) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Yield the pieces of a recording, and with the last one that it is the last."""
    before: NDArray[np.float32] | None = None
    for piece_T in pieces(Path(recording.path), rate_hz=rate_hz, piece_s=PIECE_S):
        if before is not None:
            yield before, False
        before = piece_T
    yield before if before is not None else np.zeros(0, dtype=np.float32), True
