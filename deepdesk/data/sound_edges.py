"""Where a sound begins and ends in a recording, and cutting a recording into equal pieces.

Letters in names: T samples over time, F frames.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.01
MARGIN_S = 0.1
_BELOW_LOUDEST_DB = 35.0
_ABOVE_QUIETEST_DB = 10.0


def sound_edges(samples_T: NDArray[np.float32], rate_hz: int) -> tuple[float, float]:
    """Return the seconds at which the sound begins and ends, with a margin on both sides.

    A frame counts as sound when it is at most 35 dB below the loudest one and 10 dB above the
    quietest tenth. Where nothing stands out, the whole is returned.

    Args:
        samples_T: float32, (T,), -1 to 1.
        rate_hz: Samples a second.
    """
    length_s = len(samples_T) / rate_hz
    frame = max(1, round(FRAME_S * rate_hz))
    count = len(samples_T) // frame
    if count < 3:
        return 0.0, length_s
    powers_F = np.square(samples_T[: count * frame].reshape(count, frame), dtype=np.float64)
    decibels_F = 10.0 * np.log10(powers_F.mean(axis=1) + 1e-12)
    quietest = float(np.quantile(decibels_F, 0.1))
    least = max(decibels_F.max() - _BELOW_LOUDEST_DB, quietest + _ABOVE_QUIETEST_DB)
    loud = np.flatnonzero(decibels_F >= least)
    if not len(loud):
        return 0.0, length_s
    start_s = loud[0] * frame / rate_hz - MARGIN_S
    end_s = (loud[-1] + 1) * frame / rate_hz + MARGIN_S
    return max(0.0, float(start_s)), min(length_s, float(end_s))


def equal_pieces(
    samples_T: NDArray[np.float32], rate_hz: int, piece_s: float
) -> list[NDArray[np.float32]]:
    """Return consecutive pieces of one length; a rest of less than half a piece is left out.

    A rest of half a piece or more is a last, shorter piece, and so is a recording that is
    shorter than one piece.

    Args:
        samples_T: float32, (T,).
        rate_hz: Samples a second.
        piece_s: Length of a piece.
    """
    size = max(1, round(piece_s * rate_hz))
    cut = [samples_T[start : start + size] for start in range(0, len(samples_T), size)]
    if len(cut) > 1 and len(cut[-1]) < size / 2:
        cut.pop()
    return cut


def as_16_bits(samples_T: NDArray[np.float32]) -> bytes:
    """Return float samples, (T,), -1 to 1, as 16 bits, little endian."""
    return np.round(np.clip(samples_T, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def from_16_bits(data: bytes) -> NDArray[np.float32]:
    """Return samples of 16 bits, little endian, as float32, (T,), -1 to 1."""
    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32767.0)


def peaks_of(samples_T: NDArray[np.float32], count: int) -> list[tuple[float, float]]:
    """Return (lowest, highest) of at most `count` equal stretches, in order."""
    if not len(samples_T):
        return []
    edges = np.linspace(0, len(samples_T), min(count, len(samples_T)) + 1).astype(np.int64)[:-1]
    lows, highs = np.minimum.reduceat(samples_T, edges), np.maximum.reduceat(samples_T, edges)
    return list(zip(lows.tolist(), highs.tolist(), strict=True))
