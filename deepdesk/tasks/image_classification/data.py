"""Pictures of any shape to squares of one size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import PIL.Image
from numpy.typing import NDArray

_SIDES_PX = (16, 32, 48, 64, 96, 128)
_GREY = (124, 116, 104)


def automatic_side_px(typical_size: tuple[int, ...]) -> int:
    """Return the side for pictures of a typical (width, height): the nearest, at most 128.

    Beyond 128 the cost grows faster than what a network learned from nothing gains.
    """
    if not typical_size:
        return 64
    short_px = min(typical_size)
    return min(_SIDES_PX, key=lambda side_px: abs(side_px - short_px))


def smaller_side_px(side_px: int, detail: float) -> int:
    """Return the side of pictures with a share of their detail: even, and 16 at least if it can.

    Even sides halve once without loss; below 16 nothing is left to be seen.
    """
    return min(side_px, max(16, 2 * round(side_px * detail / 2)))


def _crop(picture: PIL.Image.Image, side_px: int) -> PIL.Image.Image:
    width, height = picture.size
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side)
    return picture.resize((side_px, side_px), PIL.Image.Resampling.BILINEAR, box=box)


def _stretch(picture: PIL.Image.Image, side_px: int) -> PIL.Image.Image:
    return picture.resize((side_px, side_px), PIL.Image.Resampling.BILINEAR)


def _pad(picture: PIL.Image.Image, side_px: int) -> PIL.Image.Image:
    scale = side_px / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    square = PIL.Image.new("RGB", (side_px, side_px), _GREY)
    small = picture.resize((width, height), PIL.Image.Resampling.BILINEAR)
    square.paste(small, ((side_px - width) // 2, (side_px - height) // 2))
    return square


_FITS: dict[str, Callable[[PIL.Image.Image, int], PIL.Image.Image]] = {
    "crop": _crop,
    "stretch": _stretch,
    "pad": _pad,
}


def squared(pixels_HWC: NDArray[np.uint8], side_px: int, fit: str) -> NDArray[np.uint8]:
    """Return a square picture, uint8, (side_px, side_px, 3).

    Args:
        pixels_HWC: uint8, (H, W, 3).
        side_px: Side of the result.
        fit: "crop", "stretch" or "pad".

    Raises:
        KeyError: `fit` is none of these.
    """
    if fit in _FITS and pixels_HWC.shape[:2] == (side_px, side_px):
        return pixels_HWC
    return np.asarray(_FITS[fit](PIL.Image.fromarray(pixels_HWC), side_px))
