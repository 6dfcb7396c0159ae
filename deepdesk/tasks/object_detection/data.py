"""Pictures of any shape to one size, all of them in it and in their proportions."""

from __future__ import annotations

import math

import numpy as np
import PIL.Image
import PIL.ImageDraw
from numpy.typing import NDArray

from deepdesk.data.box_targets import frame_of

STRIDE_PX = 32  # of the coarsest map of the networks on offer
_AREA_PX = 256 * 192  # of automatic sizes
_LEAST_PX = 64
_MOST_PX = 1024
_GREY = (124, 116, 104)  # the mean of photographs, as exported networks have it


def picture_size(typical_size: tuple[int, ...], width_px: int) -> tuple[int, int]:
    """Return (width, height) of what the network sees, multiples of 32 px from 64 to 1,024.

    Args:
        typical_size: (width, height) of the files, () for unknown.
        width_px: Wanted width, 0 for automatic: about as many pixels as 256 by 192 has, but no
            more than the files, in the size whose proportions are nearest to theirs.
    """
    width, height = typical_size if len(typical_size) == 2 else (640, 480)
    proportion = max(1, height) / max(1, width)
    if width_px:
        return _rounded(width_px), _rounded(width_px * proportion)
    wanted = min(float(max(1, width)), math.sqrt(_AREA_PX / proportion))
    sizes = [
        (side, _rounded(side * proportion)) for side in range(_LEAST_PX, _MOST_PX + 1, STRIDE_PX)
    ]
    return min(sizes, key=lambda size: _distance(size, wanted, proportion))


def _distance(size: tuple[int, int], wanted: float, proportion: float) -> float:
    """Return how unlike a size is: of its width, and three times of its proportions."""
    off = abs(math.log(size[0] / wanted))
    return off + 3.0 * abs(math.log(size[1] / size[0] / proportion))


def smaller_size(size: tuple[int, int], detail: float) -> tuple[int, int]:
    """Return (width, height) with about a share of the detail, multiples of 32 px."""
    width, height = (min(side, _rounded(side * detail)) for side in size)
    return width, height


def framed(pixels_HWC: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture of the size (width, height) with grey bars, uint8, (height, width, 3).

    Args:
        pixels_HWC: uint8, (H, W, 3).
        size: Of the result, px.
    """
    height, width = pixels_HWC.shape[:2]
    frame = frame_of((width, height), size)
    inner = tuple(max(1, round(side * frame.scale)) for side in (width, height))
    picture = PIL.Image.fromarray(np.ascontiguousarray(pixels_HWC))
    small = picture.resize(inner, PIL.Image.Resampling.BILINEAR)
    whole = PIL.Image.new("RGB", size, _GREY)
    whole.paste(small, (int(frame.left), int(frame.top)))
    return np.asarray(whole)


def outlined(pixels_HWC: NDArray[np.uint8], boxes_M4: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a picture with boxes drawn on it, white with a dark edge, uint8, (H, W, 3).

    Args:
        pixels_HWC: uint8, (H, W, 3).
        boxes_M4: Left, top, right and bottom, px, (M, 4).
    """
    picture = PIL.Image.fromarray(pixels_HWC)
    draw = PIL.ImageDraw.Draw(picture)
    width = max(1, picture.width // 80)  # to be seen where the picture is shown small
    for left, top, right, bottom in boxes_M4.round().astype(int).tolist():
        last_x, last_y = max(left + 1, right - 1), max(top + 1, bottom - 1)
        around = [left - 1, top - 1, last_x + 1, last_y + 1]
        draw.rectangle(around, outline=(30, 30, 30), width=width + 2)
        draw.rectangle([left, top, last_x, last_y], outline=(255, 255, 255), width=width)
    return np.asarray(picture)


def _rounded(side: float) -> int:
    return min(_MOST_PX, max(_LEAST_PX, STRIDE_PX * round(side / STRIDE_PX)))
