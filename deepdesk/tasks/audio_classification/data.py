"""Sounds of any length to waveforms of one length and level.

Letter in names: T samples over time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepdesk.data.sound_preparing import RATES_HZ, automatic_rate_hz, levelled, trimmed

__all__ = [
    "LENGTHS_S",
    "RATES_HZ",
    "automatic_length_s",
    "automatic_rate_hz",
    "fitted",
    "levelled",
    "trimmed",
]

LENGTHS_S = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 8.0, 10.0, 15.0, 20.0, 30.0)
_LONGEST_AUTOMATIC_S = 10.0


def automatic_length_s(typical_size: tuple[int, ...]) -> float:
    """Return the length for sounds of a typical (samples, rate): room for 1.5 times as much."""
    if len(typical_size) < 2:
        return 1.0
    wanted_s = 1.5 * typical_size[0] / typical_size[1]
    fitting = [length_s for length_s in LENGTHS_S if length_s >= wanted_s]
    return min([*fitting, _LONGEST_AUTOMATIC_S])


def fitted(samples_T: NDArray[np.float32], room: int) -> tuple[NDArray[np.int16], int]:
    """Return the middle of a sound as int16, (room,), zeros behind it, and its length there."""
    start = max(0, (len(samples_T) - room) // 2)
    kept = samples_T[start : start + room]
    made = np.zeros(room, dtype=np.int16)
    made[: len(kept)] = np.round(np.clip(kept, -1.0, 1.0) * 32767.0)
    return made, len(kept)
