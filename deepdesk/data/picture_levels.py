"""A picture in sizes that halve, so that what is drawn small costs little.

Letters in names: H height, W width, C the three channels R, G, B.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import PIL.Image
from numpy.typing import NDArray

SMALLEST_PX = 256
# Even, and so few that no other thread waits long for the interpreter.
_BAND_ROWS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLevels:
    """A picture and its smaller copies.

    Attributes:
        levels: uint8, (H, W, 3) each, contiguous; that at k is 2 ** k times as small as the first,
            rounded up.
    """

    levels: tuple[NDArray[np.uint8], ...]

    @property
    def width_px(self) -> int:
        """Of the picture."""
        return int(self.levels[0].shape[1])

    @property
    def height_px(self) -> int:
        """Of the picture."""
        return int(self.levels[0].shape[0])

    def level_for(self, zoom: float) -> int:
        """Return the smallest level that has about a pixel for each of the screen's.

        Args:
            zoom: Pixels of the screen for one of the picture.
        """
        level = 0
        while level + 1 < len(self.levels) and zoom * 2 ** (level + 1) <= 1.42:
            level += 1
        return level


def levels_of(pixels_HWC: NDArray[np.uint8]) -> PictureLevels:
    """Return a picture, uint8, (H, W, 3), with smaller copies: means of 2 x 2 pixels."""
    levels = [np.ascontiguousarray(pixels_HWC)]
    while max(levels[-1].shape[:2]) > SMALLEST_PX and min(levels[-1].shape[:2]) > 1:
        levels.append(_halved(levels[-1]))
    return PictureLevels(levels=tuple(levels))


def _halved(pixels_HWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels_HWC.shape[:2]
    half_HWC = np.empty(((height + 1) // 2, (width + 1) // 2, 3), dtype=np.uint8)
    for top in range(0, height, _BAND_ROWS):
        band = PIL.Image.fromarray(pixels_HWC[top : top + _BAND_ROWS]).reduce(2)
        half_HWC[top // 2 : (top + _BAND_ROWS) // 2] = np.asarray(band)
    return half_HWC
