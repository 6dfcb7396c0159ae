"""A class for every pixel of pictures of any size: whole, or in overlapping tiles.

Letters in names: N batch, C classes, H height, W width. Scores of all classes are held for a band
of tiles at a time only; what is kept of the whole picture is one class and one certainty a pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from deepdesk.core.work import StopToken

Scores = Callable[[NDArray[np.uint8]], Tensor]
"""From a picture of the size of the network, uint8, (H, W, 3), to logits, float, (C, H, W)."""

STEP_PX = 16  # tiles begin at multiples of it, where deep maps of networks have their places
_OVERLAP = 4  # a tile shares this part of its side with the next, one in so many
_MARGIN = 16  # and this part counts for nothing: a network sees less near the edge of a tile
_ROOM = 1_000_000  # numbers at once while scores are enlarged: they stay in the processor's cache


class Enlarged:
    """Classes of a picture from scores of a smaller (or larger) one, which come row by row.

    Args:
        scored: (height, width) of the scores.
        size: (height, width) of the result.
        temperature: By which scores are divided.

    Attributes:
        classes_HW: Class of each pixel so far, int16, (H, W).
        certainty_HW: Its probability, uint8, (H, W), 255 for certain.
        done: Rows of the result that are there.
    """

    def __init__(
        self, scored: tuple[int, int], size: tuple[int, int], *, classes: int, temperature: float
    ) -> None:
        self._scored, self._size = scored, size
        self._temperature = temperature
        self.classes_HW = np.zeros(size, dtype=np.int16)
        self.certainty_HW = np.zeros(size, dtype=np.uint8)
        self.done = 0
        self._rows: Tensor | None = None
        self._first = 0  # of the rows that are held
        self._rows_at_once = max(1, _ROOM // max(1, classes * size[1]))

    def add(self, rows_CRW: Tensor) -> None:
        """Take in the next rows of scores, float, (C, R, W), and enlarge what they are enough for.

        Several calls give what one would.
        """
        held = rows_CRW if self._rows is None else torch.cat((self._rows, rows_CRW), 1)
        end = self._first + held.shape[1]
        while self.done < self._size[0]:
            rows = np.arange(self.done, min(self._size[0], self.done + self._rows_at_once))
            low, high, share = _places(rows, self._scored[0], self._size[0])
            enough = int((high < end).sum())
            if not enough:
                break
            low, high, share = low[:enough], high[:enough], share[:enough]
            down = _between(held, low - self._first, high - self._first, share)
            wide = functional.interpolate(down[None], (enough, self._size[1]), mode="bilinear")
            self._keep(wide[0])
        nearest = _places(np.array([min(self.done, self._size[0] - 1)]), *self._pair)[0][0]
        needed = max(self._first, min(int(nearest), end - 1))
        self._rows = held[:, needed - self._first :].clone()
        self._first = needed

    @property
    def _pair(self) -> tuple[int, int]:
        return self._scored[0], self._size[0]

    def _keep(self, scores_CRW: Tensor) -> None:
        best = scores_CRW.max(0)
        # The softmax of the best alone; that of all classes takes several times as long.
        others_CRW = scores_CRW.sub(best.values).div_(self._temperature).exp_()
        certainty_RW = others_CRW.sum(0).reciprocal_().mul_(255.0).round_()
        end = self.done + scores_CRW.shape[1]
        self.classes_HW[self.done : end] = best.indices.short().cpu().numpy()
        self.certainty_HW[self.done : end] = certainty_RW.byte().cpu().numpy()
        self.done = end


def tiled_scores(
    picture_HWC: NDArray[np.uint8], tile: tuple[int, int], scores: Scores, stop: StopToken
) -> Iterator[Tensor]:
    """Yield logits of a picture row by row of tiles, float, (C, R, W); all rows together are H.

    Where tiles overlap, their logits are mixed, each the more the farther it is from its edge.

    Args:
        picture_HWC: uint8, (H, W, 3), not smaller than a tile.
        tile: (height, width).
        scores: Of a tile.
        stop: Looked at before each tile.

    Raises:
        StoppedError: Somebody asked for the end.
    """
    height, width = picture_HWC.shape[:2]
    tops, lefts = starts(height, tile[0]), starts(width, tile[1])
    sums: Tensor | None = None
    for at, top in enumerate(tops):
        down = _weights(tile[0], is_first=top == 0, is_last=top + tile[0] == height)
        for left in lefts:
            stop.check()
            piece = picture_HWC[top : top + tile[0], left : left + tile[1]]
            found_CHW = scores(np.ascontiguousarray(piece)).float()
            if sums is None:
                sums = found_CHW.new_zeros((len(found_CHW) + 1, tile[0], width))
            across = _weights(tile[1], is_first=left == 0, is_last=left + tile[1] == width)
            weights_HW = (down[:, None] * across).to(sums.device)
            sums[:-1, :, left : left + tile[1]] += found_CHW * weights_HW
            sums[-1, :, left : left + tile[1]] += weights_HW
        if sums is None:
            return
        ready = (tops[at + 1] if at + 1 < len(tops) else height) - top
        yield sums[:-1, :ready] / sums[-1:, :ready]
        rest = sums[:, ready:].clone()
        sums.zero_()
        sums[:, : rest.shape[1]] = rest


def starts(length: int, tile: int) -> list[int]:
    """Return where tiles begin along an axis, so that they cover it and overlap by a quarter."""
    last = length - tile
    if last <= 0:
        return [0]
    # A whole number of steps each: what is rounded afterwards may leave less than the margins.
    stride = max(STEP_PX, (tile - tile // _OVERLAP) // STEP_PX * STEP_PX)
    return [*range(0, last, stride), last]


def _weights(tile: int, *, is_first: bool, is_last: bool) -> Tensor:
    """Return how much each place of a tile counts along an axis, float32, (tile,)."""
    margin = tile // _MARGIN
    ramp = max(1, tile // _OVERLAP - 2 * margin)
    places = torch.arange(tile, dtype=torch.float32) + 0.5
    from_start = ((places - margin) / ramp).clamp(0.0, 1.0)
    weights = torch.ones(tile)
    if not is_first:
        weights = weights * from_start
    if not is_last:
        weights = weights * from_start.flip(0)
    return weights


def _places(
    wanted: NDArray[np.int64], scored: int, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Tensor]:
    """Return the two places of scores around each wanted one, and the share of the second."""
    place = np.clip((wanted + 0.5) * (scored / size) - 0.5, 0.0, scored - 1.0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, scored - 1)
    return low, high, torch.from_numpy((place - low).astype(np.float32))


def _between(
    given_CRW: Tensor, low: NDArray[np.int64], high: NDArray[np.int64], share: Tensor
) -> Tensor:
    """Return rows that lie between two of the given ones."""
    device = given_CRW.device
    first = given_CRW.index_select(1, torch.from_numpy(low).to(device))
    second = given_CRW.index_select(1, torch.from_numpy(high).to(device))
    return first.lerp_(second, share[:, None].to(device))
