"""Whether two samples look alike, by their small pictures: the check behind a fingerprint.

Letters in names: H height, W width, C channels, N pixels that are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Protocol, runtime_checkable

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
# A ground counts as plain when a quarter of the picture is within one of 16 levels of grey.
_LEVEL_STEP = 16
_MUCH = 0.25
_KEPT = 4096

Small = NDArray[np.uint8]


@runtime_checkable
class Comparing(Protocol):
    """A reader that knows better than small pictures whether two files are one thing."""

    def is_alike(self, first: Path, second: Path) -> bool:
        """Whether two samples are the same but for size, coding or loudness.

        Raises:
            BadSampleError: One of them cannot be used.
        """
        ...


class Likeness:
    """Compares samples by number, as their reader does it or by their small pictures.

    It keeps the small pictures it used last, 12 kB each.

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
        if isinstance(self._reader, Comparing):
            try:
                return self._reader.is_alike(self._path_of(first), self._path_of(second))
            except BadSampleError:
                return False
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
    without its mean. Ground that both have in one plain colour is left out: a
    letter on white must not be like every other letter because of the white.
    It is 0 for pictures of other proportions and for flat ones.
    """
    height, width = (min(sides) for sides in zip(one.shape[:2], other.shape[:2], strict=True))
    if not _same_aspect(one, other):
        return 0.0
    sized = [_sized(picture, (width, height)) for picture in (one, other)]
    drawn_HW = ~(_plain_ground(sized[0]) & _plain_ground(sized[1]))
    if not drawn_HW.any():
        return 0.0
    first, second = (_centred(picture[drawn_HW]) for picture in sized)
    power = float((first * first).sum() * (second * second).sum())
    return float((first * second).sum()) / power**0.5 if power > 0 else 0.0


def _same_aspect(one: Small, other: Small) -> bool:
    ratio = (one.shape[0] * other.shape[1]) / (one.shape[1] * other.shape[0])
    # A side of few pixels is rounded by more than the tolerance.
    few = 1 + 1 / min(*one.shape[:2], *other.shape[:2])
    return bool(1 / (_MAX_ASPECT * few) <= ratio <= _MAX_ASPECT * few)


def _sized(picture: Small, size: tuple[int, int]) -> Small:
    if picture.shape[1::-1] == size:
        return picture
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))


def _plain_ground(picture: Small) -> NDArray[np.bool_]:
    """Return where the one colour is that fills much of a picture, bool, (H, W)."""
    grey_HW = picture.mean(axis=2)
    levels = np.bincount((grey_HW // _LEVEL_STEP).astype(np.int64).ravel())
    level = (float(levels.argmax()) + 0.5) * _LEVEL_STEP
    ground_HW = np.abs(grey_HW - level) <= _LEVEL_STEP
    if ground_HW.mean() < _MUCH:
        return np.zeros_like(ground_HW)
    return np.asarray(ground_HW)


def _centred(values_NC: Small) -> NDArray[np.float32]:
    values = values_NC.astype(np.float32)
    return np.asarray(values - values.mean(axis=0), dtype=np.float32)
