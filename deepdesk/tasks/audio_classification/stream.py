"""Answers to sound that still comes in, at even steps, soon after a sound has ended.

Letters in names: T samples over time.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import soxr
from numpy.typing import NDArray

from deepdesk.core.payloads import Audio, LabelScores, Payload
from deepdesk.tasks.audio_classification.hearing import (
    FLOOR_S,
    FRAME_S,
    frame_of,
    is_audible,
    levels_db,
    loud_in_the_end,
)
from deepdesk.tasks.audio_classification.questions import LEAST_FRAMES, MARGIN_FRAMES, Window

# An answer so often; where the network takes longer than half of it, as often as it can.
HOP_S = 0.05
# A sound is over when it has been quiet for so long. Stops inside words are longer at times: the
# answer is then given again for the whole of it.
OVER_S = 0.06
# The answer to a sound stands for so long after its end, while nothing else is to be heard.
STANDS_S = 0.3
# A sound that still goes on is asked about once it is so much of what the network hears.
GOES_ON_SHARE = 0.5
_NOTHING = LabelScores(scores=())


class SoundStream:
    """A `Stream` of a sound classifier.

    It answers every `HOP_S`: `LabelScores` of what was just to be heard, with no scores where
    nothing is. A short sound is asked about when it is over, one that goes on while it does. None
    only means that the next step is not reached.

    Args:
        ask: Answers one sound, float32, (T,), at the rate of `window`.
        window: What the network hears.
    """

    def __init__(self, ask: Callable[[NDArray[np.float32]], LabelScores], window: Window) -> None:
        self.step_s = HOP_S
        # An answer speaks of the moment before it, and not of a whole window.
        self.window_s = STANDS_S if window.is_for_events else window.length_s
        self._ask = ask
        self._window = window
        self._frame = frame_of(window.rate_hz)
        self._room = window.samples
        if window.is_for_events:
            self._room += round(max(FLOOR_S, window.length_s) * window.rate_hz)
        self._room = -(-self._room // self._frame) * self._frame
        self._kept_T = np.zeros(0, dtype=np.float32)
        self._first = 0  # number of the first kept sample; a whole number of frames
        self._next = 0  # at this sample it answers again
        self._resampler: tuple[int, soxr.ResampleStream] | None = None
        self._asked: tuple[int, int] | None = None
        self._answer = _NOTHING
        self._tells: Callable[[], LabelScores] = (
            self._event if window.is_for_events else self._scene
        )

    def take(self, piece: Payload) -> LabelScores | None:
        """Return the answer to the latest moment, None before the next step.

        Args:
            piece: `Audio` of any length and rate.

        Raises:
            TypeError: It is none.
        """
        if not isinstance(piece, Audio):
            raise TypeError(f"A stream of sound takes an Audio, not {type(piece).__name__}")
        self._kept_T = np.concatenate([self._kept_T, self._at_rate(piece)])
        drop = max(0, len(self._kept_T) - self._room) // self._frame * self._frame
        self._kept_T = self._kept_T[drop:]
        self._first += drop
        end = self._first + len(self._kept_T)
        if end < self._next:
            return None
        start_s = time.perf_counter()
        answer = self._tells()
        taken_s = time.perf_counter() - start_s
        self._next = end + round(max(HOP_S, 2 * taken_s) * self._window.rate_hz)
        # Steps that fall between two pieces do not add up to a delay.
        if taken_s < HOP_S / 2:
            self._next -= end % max(1, round(HOP_S * self._window.rate_hz))
        return answer

    @property
    def about_s(self) -> tuple[float, float] | None:
        """Where the sound lies that the last answer is about, in seconds since the beginning.

        None where an answer is about the whole of the last window, or about nothing.
        """
        if self._asked is None:
            return None
        first, last = self._asked
        return first * self._frame / self._window.rate_hz, (
            (last + 1) * self._frame / self._window.rate_hz
        )

    def finish(self) -> LabelScores | None:
        """Return the answer to a sound that was cut off by the end, None where there is none."""
        if not self._window.is_for_events or not len(self._kept_T):
            return None
        stretch = self._last_stretch()
        if stretch is None or stretch == self._asked:
            return None
        return self._ask_about(*stretch)

    def _at_rate(self, piece: Audio) -> NDArray[np.float32]:
        mixed_T = piece.samples_TC.mean(1, dtype=np.float32)
        own_hz = piece.sample_rate_hz
        if own_hz == self._window.rate_hz:
            return np.asarray(mixed_T)
        if self._resampler is None or self._resampler[0] != own_hz:
            made = soxr.ResampleStream(own_hz, self._window.rate_hz, 1, dtype="float32")
            self._resampler = (own_hz, made)
        return np.asarray(self._resampler[1].resample_chunk(mixed_T), dtype=np.float32)

    def _scene(self) -> LabelScores:
        """Answer for the last window, as long as it has something audible."""
        heard_T = self._kept_T[-self._window.samples :]
        if self._window.trims and not is_audible(heard_T, self._window.rate_hz):
            return _NOTHING
        return self._ask(heard_T)

    def _event(self) -> LabelScores:
        """Answer for the last sound that stands out, while it is not long ago."""
        stretch = self._last_stretch()
        if stretch is None:
            self._asked = None
            return _NOTHING
        first, last = stretch
        now = self._first // self._frame + len(self._kept_T) // self._frame
        quiet_s = (now - 1 - last) * FRAME_S
        if quiet_s > STANDS_S:
            self._asked = None
            return _NOTHING
        is_known = self._asked is not None and self._asked[0] <= last and self._asked[1] >= first
        if quiet_s < OVER_S and last - first + 1 < GOES_ON_SHARE * self._frames_heard():
            return self._answer if is_known else _NOTHING
        if stretch != self._asked:
            self._answer = self._ask_about(first, last)
        return self._answer

    def _last_stretch(self) -> tuple[int, int] | None:
        """Return the first and last frame of the last sound, counted from the beginning of all."""
        heard = 2 * self._frames_heard()
        found = [
            (first, last)
            for first, last in loud_in_the_end(self._levels(), heard)
            if last - first + 1 >= LEAST_FRAMES
        ]
        if not found:
            return None
        before = self._first // self._frame
        return before + found[-1][0], before + found[-1][1]

    def _ask_about(self, first: int, last: int) -> LabelScores:
        self._asked = (first, last)
        first = max(first, last + 1 - self._frames_heard())
        start = (first - MARGIN_FRAMES) * self._frame - self._first
        end = (last + 1 + MARGIN_FRAMES) * self._frame - self._first
        return self._ask(self._kept_T[max(0, start) : end])

    def _levels(self) -> NDArray[np.float64]:
        return levels_db(self._kept_T, self._frame)

    def _frames_heard(self) -> int:
        return max(1, self._window.samples // self._frame)
