"""Where speech begins and ends, from loudness alone, in sound that still comes in.

A moment is loud when it stands out of the noise that lies under everything. The noise is what was
quietest lately: it is followed down at once and up slowly. Letter in names: T samples over time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.02
PAUSE_S = 0.35  # so much silence ends a sentence; gaps within words last a third of it
_MARGIN_S = 0.2  # kept before and behind what is loud: soft consonants
_LEAST_LOUD_S = 0.06  # what is shorter is a click
_ABOVE_NOISE_DB = 9.0
_BELOW_PEAK_DB = 40.0
_NOISE_DB = (-65.0, -30.0)  # against full scale
_LOUDEST_FIRST_NOISE_DB = -38.0  # who speaks at once is heard, and a noisy room is not
_NOTHING_DB = -90.0  # zeros, as microphones give before they are open, say nothing of the room
_NOISE_RISES_DB = 5.0  # a second; between syllables it falls back
_PEAK_FALLS_DB = 1.0  # a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A stretch of speech.

    Attributes:
        start_s: From the beginning of all sound.
        samples_T: float32, (T,).
        is_forced: Whether it was cut without a pause, because it went on for too long.
    """

    start_s: float
    samples_T: NDArray[np.float32]
    is_forced: bool = False


class PauseCutter:
    """Cuts sound into stretches of speech while it comes in; holds one stretch at most.

    Args:
        rate_hz: Samples a second.
        longest_s: A stretch that has no pause is cut at its quietest moment before this.
        pause_s: Silence that ends a stretch.
    """

    def __init__(self, rate_hz: int, longest_s: float, pause_s: float = PAUSE_S) -> None:
        self.rate_hz = rate_hz
        self._frame = max(1, round(FRAME_S * rate_hz))
        self._longest = max(4, math.floor(longest_s / FRAME_S))
        self._margin = round(_MARGIN_S / FRAME_S)
        self._pause = max(1, round(pause_s / FRAME_S))
        self._noise_db, self._peak_db = math.nan, _NOISE_DB[1]
        self._rest_T = np.zeros(0, dtype=np.float32)
        self._frames: list[NDArray[np.float32]] = []
        self._levels: list[float] = []
        self._start = 0  # frame number of the first one that is held
        self._loud = 0  # loud frames of the stretch, 0 outside one
        self._quiet = 0  # frames since the last loud one

    @property
    def current(self) -> Utterance | None:
        """What is being said, None in a pause."""
        if self._loud * FRAME_S < _LEAST_LOUD_S:
            return None
        return self._utterance(len(self._frames))

    def take(self, samples_T: NDArray[np.float32]) -> list[Utterance]:
        """Return the stretches that ended with these samples, float32, (T,)."""
        held_T = np.concatenate((self._rest_T, samples_T))
        count = len(held_T) // self._frame
        ended = []
        for frame_T in held_T[: count * self._frame].reshape(count, self._frame):
            ended += self._followed(frame_T)
        self._rest_T = held_T[count * self._frame :]
        return ended

    def finish(self) -> list[Utterance]:
        """Return the stretch that was not ended by a pause, if there is one."""
        last = self.current
        self._frames, self._levels, self._loud, self._quiet = [], [], 0, 0
        return [] if last is None else [last]

    def _followed(self, frame_T: NDArray[np.float32]) -> list[Utterance]:
        level_db = 10.0 * math.log10(float(np.dot(frame_T, frame_T)) / len(frame_T) + 1e-10)
        is_loud = self._is_loud(level_db)
        self._frames.append(frame_T.copy())
        self._levels.append(level_db)
        if is_loud:
            self._loud, self._quiet = self._loud + 1, 0
        elif self._loud:
            self._quiet += 1
        if not self._loud:
            self._drop(len(self._frames) - self._margin)
            return []
        if self._quiet >= self._pause:
            return self._ended()
        if len(self._frames) >= self._longest:
            return self._forced()
        return []

    def _is_loud(self, level_db: float) -> bool:
        if level_db < _NOTHING_DB:
            return False
        if math.isnan(self._noise_db):
            self._noise_db = min(level_db, _LOUDEST_FIRST_NOISE_DB)
        low_db, high_db = _NOISE_DB
        risen_db = self._noise_db + _NOISE_RISES_DB * FRAME_S
        self._noise_db = min(max(min(level_db, risen_db), low_db), high_db)
        self._peak_db = max(level_db, self._peak_db - _PEAK_FALLS_DB * FRAME_S)
        return level_db > max(self._noise_db + _ABOVE_NOISE_DB, self._peak_db - _BELOW_PEAK_DB)

    def _ended(self) -> list[Utterance]:
        kept = len(self._frames) - max(0, self._quiet - self._margin)
        is_speech = self._loud * FRAME_S >= _LEAST_LOUD_S
        ended = [self._utterance(kept)] if is_speech else []
        self._drop(max(kept, len(self._frames) - self._margin))
        self._loud, self._quiet = 0, 0
        return ended

    def _forced(self) -> list[Utterance]:
        half = len(self._frames) // 2
        cut = half + int(np.argmin(self._levels[half:]))
        ended = [self._utterance(cut, is_forced=True)]
        self._drop(cut)
        # What is left is taken for speech until a pause says otherwise.
        self._loud = max(1, len(self._frames) - self._quiet)
        return ended

    def _utterance(self, frames: int, *, is_forced: bool = False) -> Utterance:
        return Utterance(
            start_s=self._start * self._frame / self.rate_hz,
            samples_T=np.concatenate(self._frames[:frames]),
            is_forced=is_forced,
        )

    def _drop(self, count: int) -> None:
        count = max(0, count)
        del self._frames[:count], self._levels[:count]
        self._start += count
