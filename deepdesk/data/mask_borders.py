"""Lines where one class of pixels ends and another begins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LIGHT, _DARK = 255, 30


def bordered(pixels_HWC: NDArray[np.uint8], classes_HW: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return a picture with lines between its classes, uint8, (H, W, 3).

    A line is two pixels wide, one light and one dark, so that it is seen on any ground.

    Args:
        pixels_HWC: uint8, (H, W, 3).
        classes_HW: Class indices, int64, (H, W).
    """
    made = pixels_HWC.copy()
    across_HW = classes_HW[:, 1:] != classes_HW[:, :-1]
    down_HW = classes_HW[1:] != classes_HW[:-1]
    made[:, :-1][across_HW] = _DARK
    made[:-1][down_HW] = _DARK
    made[:, 1:][across_HW] = _LIGHT
    made[1:][down_HW] = _LIGHT
    return made
