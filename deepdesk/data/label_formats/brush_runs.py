"""How Label Studio writes painted pixels: bytes of a picture with four channels, in packed runs.

A header of 32 bits for the number of bytes, 5 for the size of a value and four times 4 for sizes
of lengths; then runs: a bit that says whether one value repeats, 2 bits for the size of the
length, the length less one, and the values. The fourth channel tells what is painted.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_CHANNELS = 4
_VALUE_BITS = 8
_LENGTH_BITS = (4, 8, 12, 16)
_ON = 255


class _Bits:
    """Numbers of any width out of bytes, the highest bit first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, width: int) -> int:
        end = self._at + width
        if end > 8 * len(self._data):
            raise ValueError("the runs break off")
        part = self._data[self._at >> 3 : (end + 7) >> 3]
        self._at = end
        return int.from_bytes(part) >> (-end % 8) & ((1 << width) - 1)


def painted_pixels(runs: Sequence[int], width_px: int, height_px: int) -> NDArray[np.bool_]:
    """Return what is painted, bool, (H, W).

    Args:
        runs: Bytes as Label Studio lists them.
        width_px: Of the picture.
        height_px: Of the picture.

    Raises:
        ValueError: They are of another picture, or damaged.
    """
    bits = _Bits(bytes(runs))
    total = bits.take(32)
    if total != width_px * height_px * _CHANNELS:
        raise ValueError("the runs are of a picture of another size")
    value_bits = bits.take(5) + 1
    length_bits = [bits.take(4) + 1 for _ in range(4)]
    values = np.zeros(total, dtype=np.uint8)
    at = 0
    while at < total:
        is_run = bits.take(1)
        length = bits.take(length_bits[bits.take(2)]) + 1
        if at + length > total:
            raise ValueError("the runs are longer than the picture")
        if is_run:
            values[at : at + length] = min(255, bits.take(value_bits))
        else:
            values[at : at + length] = [min(255, bits.take(value_bits)) for _ in range(length)]
        at += length
    return np.asarray(values.reshape(height_px, width_px, _CHANNELS)[..., 3] > 0)


def packed(is_on_HW: NDArray[np.bool_]) -> list[int]:
    """Return painted pixels, bool, (H, W), as bytes that Label Studio reads."""
    flat = is_on_HW.ravel()
    written = [(flat.size * _CHANNELS, 32), (_VALUE_BITS - 1, 5)]
    written += [(width - 1, 4) for width in _LENGTH_BITS]
    edges = np.concatenate([[0], np.flatnonzero(np.diff(flat)) + 1, [flat.size]]).tolist()
    for start, end in itertools.pairwise(edges):
        left = (end - start) * _CHANNELS
        while left > 0:
            size = next((i for i, w in enumerate(_LENGTH_BITS) if left <= 1 << w), 3)
            length = min(left, 1 << _LENGTH_BITS[size])
            written += [(1, 1), (size, 2), (length - 1, _LENGTH_BITS[size])]
            written.append((_ON if flat[start] else 0, _VALUE_BITS))
            left -= length
    text = "".join(f"{value:0{width}b}" for value, width in written)
    text += "0" * (-len(text) % 8)
    return list(int(text, 2).to_bytes(len(text) // 8))
