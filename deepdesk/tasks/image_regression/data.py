"""Pictures of any shape to one size that keeps their proportions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from deepdesk.data.pixels import stretched

_AREA_PX = 8192  # of automatic sizes, as 128 by 64
_LEAST_PX = 16
_MOST_PX = 512
_STEP_PX = 8


def picture_size(typical_size: tuple[int, ...], *, width_px: int, cut: float) -> tuple[int, int]:
    """Return (width, height) of what the network sees, multiples of 8 px from 16 to 512.

    Args:
        typical_size: (width, height) of the files, () for unknown.
        width_px: Wanted width, 0 for automatic: about as many pixels as 128 by 64 has, and no
            wider than the files.
        cut: Share of the height that is left out, 0 to below 1.
    """
    width, height = typical_size if len(typical_size) == 2 else (64, 64)
    proportion = max(1, height) * (1.0 - cut) / max(1, width)
    wanted = width_px or min(float(width), math.sqrt(_AREA_PX / proportion))
    return _rounded(wanted), _rounded(wanted * proportion)


def smaller_size(size: tuple[int, int], detail: float) -> tuple[int, int]:
    """Return (width, height) with a share of the detail, not below 16 px if it can."""
    width, height = (min(side, max(_LEAST_PX, 2 * round(side * detail / 2))) for side in size)
    return width, height


def fitted(
    pixels_HWC: NDArray[np.uint8], size: tuple[int, int], *, cut_top: float, cut_bottom: float
) -> NDArray[np.uint8]:
    """Return a picture of the size (width, height), uint8, (height, width, 3).

    Args:
        pixels_HWC: uint8, (H, W, 3).
        size: Of the result.
        cut_top: Share of H that is left out at the top.
        cut_bottom: Likewise below.
    """
    height = len(pixels_HWC)
    top = min(height - 1, round(height * cut_top))
    below = max(top + 1, round(height * (1.0 - cut_bottom)))
    return stretched(pixels_HWC[top:below], size)


def _rounded(side: float) -> int:
    return min(_MOST_PX, max(_LEAST_PX, _STEP_PX * round(side / _STEP_PX)))
