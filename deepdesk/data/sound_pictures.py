"""A small picture of a sound: time to the right, pitch upwards, louder is lighter.

Letters in names: N moments, T samples over time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WINDOW_S = 0.032
_LOWEST_HZ = 60.0
_RANGE_DB = 60.0
# From silence to the loudest, as red, green, blue: dark, blue, green, pale yellow. Lightness
# grows all the way, so that it can be read without telling colours apart.
_RAMP = np.array([(24, 28, 44), (40, 72, 120), (58, 138, 148), (140, 196, 150), (246, 238, 190)])


def sound_picture(samples_T: NDArray[np.float32], rate_hz: int, side_px: int) -> NDArray[np.uint8]:
    """Return a picture of a sound, uint8, (side_px, side_px, 3).

    Args:
        samples_T: float32, (T,).
        rate_hz: Samples a second.
        side_px: Of the square.
    """
    window = 1 << max(5, round(np.log2(WINDOW_S * rate_hz)))
    padded = np.pad(samples_T, window // 2)
    starts = np.linspace(0, max(0, len(padded) - window), side_px).astype(np.int64)
    pieces = padded[np.minimum(starts[:, None] + np.arange(window), len(padded) - 1)]
    return picture_of_windows(pieces, rate_hz)


def picture_of_windows(windows_NT: NDArray[np.float32], rate_hz: int) -> NDArray[np.uint8]:
    """Return a picture of N moments of a sound, uint8, (N, N, 3).

    Args:
        windows_NT: float32, (N, T), T samples from each moment on.
        rate_hz: Samples a second.
    """
    side_px, length = windows_NT.shape
    energies = np.abs(np.fft.rfft(windows_NT * np.hanning(length), axis=1)).T ** 2
    levels_db = 10 * np.log10(energies / max(float(energies.max()), 1e-12) + 1e-12)
    share = np.clip(_by_pitch(levels_db, rate_hz, side_px) / _RANGE_DB + 1.0, 0.0, 1.0)
    places = np.linspace(0.0, 1.0, len(_RAMP))
    channels = [np.interp(share[::-1], places, _RAMP[:, channel]) for channel in range(3)]
    return np.stack(channels, 2).round().astype(np.uint8)


def _by_pitch(levels_db: NDArray[np.float64], rate_hz: int, rows: int) -> NDArray[np.float64]:
    """Return rows evenly spaced in pitch, lowest first, from rows evenly spaced in frequency."""
    top = len(levels_db) - 1
    lowest = max(1.0, _LOWEST_HZ / (rate_hz / 2) * top)
    places = np.geomspace(lowest, top, rows)
    below = np.minimum(places.astype(np.int64), top - 1)
    share = (places - below)[:, None]
    return np.asarray(levels_db[below] * (1 - share) + levels_db[below + 1] * share)
