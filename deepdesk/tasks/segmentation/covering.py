"""How a picture of any size is answered: whole, and again in tiles where it is large."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.payloads import Mask
from deepdesk.core.work import StopToken
from deepdesk.data.pixels import stretched
from deepdesk.engine.tiling import STEP_PX, Enlarged, Scores, tiled_scores

_LARGE_FROM = 4.0  # times the pixels of a picture of training
_TELL_EVERY_S = 1.0
_TOLD_PX = 10_000_000  # so many pixels more, and it is told as much less often


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What says how pictures are covered; sizes are (width, height) in pixels.

    Attributes:
        network: What the network reads at once.
        typical: Of the pictures of training.
        large: "auto", "whole" or "tiles".
        classes: Names.
    """

    network: tuple[int, int]
    typical: tuple[int, int]
    large: str
    classes: tuple[str, ...]

    def tiled_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size at which a picture shows things as large as those of training were.

        Both sides are multiples of 16, and not smaller than what the network reads.
        """
        wide, high = (
            max(tile, STEP_PX * round(side * tile / usual / STEP_PX))
            for side, tile, usual in zip(size, self.network, self.typical, strict=True)
        )
        return wide, high

    def wants_tiles(self, size: tuple[int, int]) -> bool:
        """Return whether a picture of this size is answered in tiles."""
        if self.large == "whole":
            return False
        usual = self.typical[0] * self.typical[1]
        is_large = size[0] * size[1] > _LARGE_FROM * usual
        return (is_large or self.large == "tiles") and self.tiled_size(size) != self.network


def covered(
    pixels_HWC: NDArray[np.uint8], cover: Cover, scores: Scores, temperature: float, stop: StopToken
) -> Iterator[Mask]:
    """Yield better and better masks of the size of a picture.

    Args:
        pixels_HWC: uint8, (H, W, 3).
        cover: How.
        scores: Of a picture of the size of the network.
        temperature: By which scores are divided.
        stop: Looked at before each tile.

    Raises:
        StoppedError: Somebody asked for the end.
    """
    stop.check()
    height, width = pixels_HWC.shape[:2]
    whole = _enlarged(cover.network, (width, height), cover, temperature)
    whole.add(scores(stretched(pixels_HWC, cover.network)))
    yield Mask(classes_HW=whole.classes_HW, classes=cover.classes, certainty_HW=whole.certainty_HW)
    if not cover.wants_tiles((width, height)):
        return
    size = cover.tiled_size((width, height))
    picture_HWC = stretched(pixels_HWC, size)
    fine = _enlarged(size, (width, height), cover, temperature)
    told_s, pause_s = time.monotonic(), _TELL_EVERY_S * (1.0 + height * width / _TOLD_PX)
    tile = (cover.network[1], cover.network[0])
    for rows_CRW in tiled_scores(picture_HWC, tile, scores, stop):
        fine.add(rows_CRW)
        if fine.done < height and time.monotonic() - told_s > pause_s:
            yield _mixed(fine, whole, cover.classes)
            told_s = time.monotonic()
    yield Mask(classes_HW=fine.classes_HW, classes=cover.classes, certainty_HW=fine.certainty_HW)


def _enlarged(
    scored: tuple[int, int], size: tuple[int, int], cover: Cover, temperature: float
) -> Enlarged:
    return Enlarged(scored[::-1], size[::-1], classes=len(cover.classes), temperature=temperature)


def _mixed(fine: Enlarged, whole: Enlarged, classes: tuple[str, ...]) -> Mask:
    """Return the mask so far: the rows that are done, and below them what was said of the whole."""
    done = fine.done
    return Mask(
        classes_HW=np.concatenate((fine.classes_HW[:done], whole.classes_HW[done:])),
        classes=classes,
        certainty_HW=np.concatenate((fine.certainty_HW[:done], whole.certainty_HW[done:])),
    )
