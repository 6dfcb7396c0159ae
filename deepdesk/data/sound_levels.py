"""How loud a sound is by time and pitch, for pictures of it. No torch.

Letters in names: T samples over time, W samples of a window, F frequencies, R rows of pitch from
the lowest up, C columns of time.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

WINDOW_S = 0.032
QUIETEST_DB = -127.5  # level 0; a level is half a decibel
LEVELS_A_DB = 2
# One column of a long sound looks at this many places of its stretch, and shows the loudest.
MOST_LOOKS = 4
_BEND_HZ = 700.0  # about even below, about a logarithm above, as the ear hears
_LOWEST_HZ = 40.0
_COLUMNS_AT_ONCE = 256


class PitchRows:
    """Rows of pitch for one rate, evenly spaced as the ear hears them.

    Args:
        rate_hz: Samples a second.
        rows: Of the picture.
    """

    def __init__(self, rate_hz: int, rows: int) -> None:
        self.rate_hz = rate_hz
        self.rows = rows
        self.window = 1 << max(5, round(np.log2(WINDOW_S * rate_hz)))
        self.top_hz = rate_hz / 2
        self._low, self._high = _bent(min(_LOWEST_HZ, self.top_hz / 2)), _bent(self.top_hz)
        self._shape_W = np.hanning(self.window).astype(np.float32)
        self._shape_W *= 2.0 / self._shape_W.sum()  # a full sine is then at 0 dB
        self._filters_RF = self._filters()

    def share_of(self, hz: float) -> float:
        """Return how far up a pitch stands, 0 at the lowest row and 1 at the highest."""
        return (_bent(hz) - self._low) / (self._high - self._low)

    def levels(self, pieces_CW: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Return levels of windows of sound, uint8, (R, C), from float32, (C, W), -1 to 1.

        A level counts half decibels above `QUIETEST_DB`.
        """
        spectra_CF = np.fft.rfft(pieces_CW * self._shape_W, axis=1)
        energies_CF = spectra_CF.real**2 + spectra_CF.imag**2
        energies_RC = self._filters_RF @ energies_CF.T.astype(np.float32)
        db_RC = 10.0 * np.log10(np.maximum(energies_RC, 1e-13))
        return np.asarray(((db_RC - QUIETEST_DB) * LEVELS_A_DB).clip(0, 255).astype(np.uint8))

    def _filters(self) -> NDArray[np.float32]:
        spacing = self.rate_hz / self.window
        places = np.linspace(self._low, self._high, self.rows)
        centres = (_BEND_HZ * np.expm1(places))[:, None]
        # Never narrower than the transform can tell, so that no row is empty.
        halves = np.maximum(np.gradient(centres[:, 0])[:, None], spacing)
        heights = 1.0 - np.abs(np.arange(self.window // 2 + 1) * spacing - centres) / halves
        heights = heights.clip(0.0)
        return np.asarray(heights / heights.sum(1, keepdims=True), dtype=np.float32)


@cache
def pitch_rows(rate_hz: int, rows: int) -> PitchRows:
    """Return the rows for a rate, made once."""
    return PitchRows(rate_hz, rows)


def sound_levels(
    samples_T: NDArray[np.float32], rows: PitchRows, columns: int, start_s: float, end_s: float
) -> NDArray[np.uint8]:
    """Return levels of a stretch of a sound, uint8, (R, C); beyond its ends is silence.

    Args:
        samples_T: float32, (T,), -1 to 1.
        rows: Of pitch.
        columns: Of time, evenly spaced from `start_s` to `end_s`.
    """
    window = rows.window
    each = max(0.0, end_s - start_s) * rows.rate_hz / columns  # samples
    looks = int(np.clip(np.ceil(each / window), 1, MOST_LOOKS))
    centres = start_s * rows.rate_hz + (np.arange(columns * looks) + 0.5) * each / looks
    starts = np.floor(centres).astype(np.int64) - window // 2
    first, last = int(starts[0]), int(starts[-1]) + window
    inside_T = samples_T[max(0, first) : max(0, last)]
    before = max(0, -first)
    padded_T = np.pad(inside_T, (before, max(0, last - first - before - len(inside_T))))
    made = []
    for at in range(0, len(starts), _COLUMNS_AT_ONCE * looks):
        places = starts[at : at + _COLUMNS_AT_ONCE * looks, None] - first + np.arange(window)
        levels_RL = rows.levels(padded_T[places])
        made.append(levels_RL.reshape(rows.rows, -1, looks).max(2))
    return np.concatenate(made, axis=1)


def _bent(hz: float) -> float:
    return float(np.log1p(hz / _BEND_HZ))
