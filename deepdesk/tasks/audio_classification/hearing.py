"""Where in a sound something is to be heard: stretches that stand out from what is around them.

A network for short sounds has learnt them one by one, trimmed. What it is asked in the middle of
a long sound has to look like that: one stretch from its beginning to its end, whole, and nothing
of its neighbours. Steady noise and silence hold no stretch, so that nobody is asked about them.

Letters in names: T samples over time, F frames of a hundredth of a second.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

FRAME_S = 0.01
# Louder than the quietest tenth of the last seconds by so much, and no whisper of a converter.
ABOVE_FLOOR_DB, LEAST_DB = 10.0, -60.0
FLOOR_S, FLOOR_SHARE = 6.0, 0.1
# Training trims what is 40 dB quieter than the loudest; reverberation goes a little earlier.
BELOW_LOUDEST_DB = 30.0
# Stops inside words are shorter than the pauses between them.
PAUSE_S = 0.12
MOST_WINDOWS = 4
_FLOOR_EVERY = 10
_NO_SOUND_DB = -120.0

Stretch = tuple[int, int]


def frame_of(rate_hz: int) -> int:
    """Return how many samples a frame has, about a hundredth of a second."""
    return max(1, round(FRAME_S * rate_hz))


def levels_db(samples_T: NDArray[np.float32], frame: int) -> NDArray[np.float64]:
    """Return the level of each whole frame against full scale, float64, (F,)."""
    count = len(samples_T) // frame
    frames = samples_T[: count * frame].reshape(count, frame).astype(np.float64)
    return np.asarray(np.maximum(_NO_SOUND_DB, 10.0 * np.log10((frames**2).mean(1) + 1e-12)))


def is_audible(samples_T: NDArray[np.float32], rate_hz: int) -> bool:
    """Return whether any frame of a sound, float32, (T,), is more than silence."""
    levels_F = levels_db(samples_T, frame_of(rate_hz))
    return bool(len(levels_F)) and float(levels_F.max()) > LEAST_DB


def floor_of(levels_F: NDArray[np.float64]) -> float:
    """Return the level of the steady background in decibels, from those of some seconds, (F,)."""
    at = int(FLOOR_SHARE * (len(levels_F) - 1))
    return float(np.partition(levels_F, at)[at])


def stretches_of(is_loud_F: NDArray[np.bool_], first: int) -> list[Stretch]:
    """Return (first, last) frame of what is loud, with pauses inside words closed.

    Args:
        is_loud_F: (F,).
        first: Number of its first frame.
    """
    loud = np.flatnonzero(is_loud_F)
    if not len(loud):
        return []
    cuts = np.flatnonzero(np.diff(loud) > round(PAUSE_S / FRAME_S)) + 1
    return [(first + int(part[0]), first + int(part[-1])) for part in np.split(loud, cuts)]


def loud_in_the_end(levels_F: NDArray[np.float64], window: int) -> list[Stretch]:
    """Return the stretches in the last `window` frames, numbered from the first one given.

    Args:
        levels_F: Decibels of the last seconds, (F,).
        window: Frames that are looked at.
    """
    if not len(levels_F):
        return []
    recent = levels_F[-window:]
    floor_db = floor_of(levels_F[-round(FLOOR_S / FRAME_S) :])
    from_db = max(floor_db + ABOVE_FLOOR_DB, LEAST_DB, float(recent.max()) - BELOW_LOUDEST_DB)
    return stretches_of(recent > from_db, len(levels_F) - len(recent))


class Stretches:
    """Finds the stretches of a long sound in order, in constant memory.

    Args:
        window: Frames around a moment of which the loudest counts. What goes on for more than
            `MOST_WINDOWS` of them is cut.
    """

    def __init__(self, window: int) -> None:
        self._half = max(1, window // 2)
        self._most = MOST_WINDOWS * max(2, window)
        self._before = round(FLOOR_S / FRAME_S)
        self._levels = np.zeros(0)
        self._known = 0  # frames in `_levels` that were judged
        self._first = 0  # number of the first frame in `_levels`
        self._open: Stretch | None = None

    def take(self, levels_F: NDArray[np.float64], *, is_end: bool = False) -> list[Stretch]:
        """Return the stretches that have ended, from the levels that come next, (F,)."""
        self._levels = np.concatenate([self._levels, levels_F])
        until = len(self._levels) - (0 if is_end else self._half)
        found: Sequence[Stretch] = []
        if until > self._known:
            found = stretches_of(self._judged(self._known, until), self._first + self._known)
            self._known = until
        ended = self._joined(found, is_end=is_end)
        drop = max(0, self._known - self._before)
        self._levels = self._levels[drop:]
        self._known -= drop
        self._first += drop
        return ended

    @property
    def settled(self) -> int:
        """Number of the first frame that may still join a stretch to come."""
        return self._open[0] if self._open is not None else self._first + self._known

    def _judged(self, first: int, until: int) -> NDArray[np.bool_]:
        """Return which frames of a part of the levels are loud, (F,)."""
        levels, half = self._levels, self._half
        around = np.pad(levels, half, constant_values=_NO_SOUND_DB)[first : until + 2 * half]
        loudest_F = sliding_window_view(around, 2 * half + 1).max(1)
        floors = []
        for at in range(first, until, _FLOOR_EVERY):
            # At the beginning of a sound what comes next tells what is steady.
            end = max(min(len(levels), at + half), min(len(levels), self._before // 4))
            floors.append(floor_of(levels[max(0, end - self._before) : end]))
        floor_F = np.repeat(floors, _FLOOR_EVERY)[: until - first]
        from_F = np.maximum(
            np.maximum(floor_F + ABOVE_FLOOR_DB, LEAST_DB), loudest_F - BELOW_LOUDEST_DB
        )
        return np.asarray(levels[first:until] > from_F)

    def _joined(self, found: Sequence[Stretch], *, is_end: bool) -> list[Stretch]:
        ended: list[Stretch] = []
        pause = round(PAUSE_S / FRAME_S)
        for stretch in found:
            if self._open is not None and stretch[0] - self._open[1] <= pause:
                stretch = (self._open[0], stretch[1])  # noqa: PLW2901 - it goes on
            elif self._open is not None:
                ended.append(self._open)
            while stretch[1] - stretch[0] >= self._most:
                ended.append((stretch[0], stretch[0] + self._most - 1))
                stretch = (stretch[0] + self._most, stretch[1])  # noqa: PLW2901 - its rest
            self._open = stretch
        is_over = self._open is not None and self._first + self._known - self._open[1] > pause
        if self._open is not None and (is_over or is_end):
            ended.append(self._open)
            self._open = None
        return ended
