"""Whether two samples look alike, by their small pictures: the check behind a fingerprint.

Letters in names: H height, W width, C channels.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from deepdesk.core.errors import BadSampleError
from deepdesk.core.task import Reader

SIDE_PX = 64
# Measured at 64 px: two photographs of one person taken seconds apart reach 0.977 (ORL faces);
# JPEG at quality 30 keeps above 0.989, at 60 above 0.994. On 32 x 32 pictures quality 60 keeps
# 0.984, and of 10,000 CIFAR-10 pictures one pair lies above, which is one picture edited.
MIN_CORRELATION = 0.985
_MAX_ASPECT = 1.05
_KEPT = 4096

Small = NDArray[np.uint8]


class Likeness:
    """Compares samples by number; keeps the small pictures it used last, 12 kB each.

    Args:
        reader: Makes the small pictures.
        path_of: Path of a sample's number.
    """

    def __init__(self, reader: Reader, path_of: Callable[[int], Path]) -> None:
        self._reader = reader
        self._path_of = path_of
        self._small = lru_cache(maxsize=_KEPT)(self._read_small)

    def is_alike(self, first: int, second: int) -> bool:
        """Return whether two samples are one picture but for size, coding or brightness."""
        one, other = self._small(first), self._small(second)
        if one is None or other is None:
            return False
        return correlation(one, other) >= MIN_CORRELATION

    def _read_small(self, number: int) -> Small | None:
        try:
            return self._reader.thumbnail(self._path_of(number), SIDE_PX).pixels_HWC
        except BadSampleError:
            return None


def correlation(one: Small, other: Small) -> float:
    """Return the correlation -1 to 1 of two small pictures, uint8, (H, W, C).

    Both are brought to the smaller of their sizes; each channel is compared
    without its mean. It is 0 for pictures of other proportions and for flat ones.
    """
    height, width = (min(sides) for sides in zip(one.shape[:2], other.shape[:2], strict=True))
    if not _same_aspect(one, other):
        return 0.0
    first, second = (_centred(picture, (width, height)) for picture in (one, other))
    power = float((first * first).sum() * (second * second).sum())
    return float((first * second).sum()) / power**0.5 if power > 0 else 0.0


def _same_aspect(one: Small, other: Small) -> bool:
    ratio = (one.shape[0] * other.shape[1]) / (one.shape[1] * other.shape[0])
    # A side of few pixels is rounded by more than the tolerance.
    few = 1 + 1 / min(*one.shape[:2], *other.shape[:2])
    return bool(1 / (_MAX_ASPECT * few) <= ratio <= _MAX_ASPECT * few)


def _centred(picture: Small, size: tuple[int, int]) -> NDArray[np.float32]:
    if picture.shape[1::-1] != size:
        picture = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))
    values = picture.astype(np.float32)
    return np.asarray(values - values.mean(axis=(0, 1)), dtype=np.float32)
