"""What is done to a sound before a network hears it: one rate, no silence around it, one level.

Letter in names: T samples over time.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

RATES_HZ = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000)
_USUAL_HZ = 16_000
_LEVEL = 0.1  # root mean square, against full scale
_FRAME_S = 0.01
_QUIET = 0.01  # 40 dB below the loudest frame
_MARGIN_FRAMES = 3


def automatic_rate_hz(typical_size: tuple[int, ...]) -> int:
    """Return the rate for sounds of a typical (samples, rate): 8 kHz for telephones, else 16 kHz.

    What lies above 8 kHz of pitch rarely tells sounds apart, and costs as much as the rest.
    """
    if len(typical_size) < 2:
        return _USUAL_HZ
    return 8_000 if typical_size[1] <= 9_000 else _USUAL_HZ


def trimmed(samples_T: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Return a sound without the silence at its ends, float32, (T,).

    Silence is 40 dB quieter than the loudest hundredth of a second.
    """
    frame = max(1, round(_FRAME_S * rate_hz))
    count = math.ceil(len(samples_T) / frame)
    frames = np.pad(samples_T, (0, count * frame - len(samples_T))).reshape(count, frame)
    levels = np.sqrt((frames.astype(np.float64) ** 2).mean(1))
    loud = np.flatnonzero(levels > _QUIET * levels.max())
    if not len(loud):
        return samples_T
    first = max(0, int(loud[0]) - _MARGIN_FRAMES) * frame
    return samples_T[first : (int(loud[-1]) + 1 + _MARGIN_FRAMES) * frame]


def levelled(samples_T: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a sound of usual loudness, float32, (T,): root mean square 0.1, never clipped."""
    strength = float(np.sqrt((samples_T.astype(np.float64) ** 2).mean()))
    peak = float(np.abs(samples_T).max())
    if strength <= 0:
        return samples_T
    return samples_T * np.float32(min(_LEVEL / strength, 1.0 / peak))
