"""The second stage of a two-stage network: the best proposals, looked at one by one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchvision.ops import batched_nms, roi_align

from deepdesk.nn.detection_levels import ROW, Levels
from deepdesk.nn.modules.detection import PRIOR, changed

_CONSIDERED = 1000  # proposals of a picture that are compared with each other
_CELLS = 14  # of a region on the map it is read from, at least; 224 px at stride 16 in the paper
_BEHIND = 1e4  # taken off the logits of proposals that another one covers


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """Which proposals are looked at, and how closely.

    Attributes:
        kept: How many of a picture.
        overlap: Intersection over union above which the better one goes first.
        side: Cells of a region's side.
    """

    kept: int = 64
    overlap: float = 0.7
    side: int = 7


class RegionHead(nn.Module):
    """Classes and better sides for the best proposals (Ren et al., 2015, arXiv:1506.01497).

    float, maps (N, C, H, W), proposals (N, P, 9) and the picture -> (N, regions, 8 + classes). The
    reference box is the proposal, through which no gradient flows. Each region is read from one
    map of the pyramid by its size (Lin et al., 2017, arXiv:1612.03144, equation 1), and all
    classes share one change of the sides.

    Args:
        levels: The maps among the inputs, the proposals not counted.
        classes: How many.
        proposals: Which input they are.
        regions: Which of them are looked at.
        hidden: Features of the two layers; 0 for none.
    """

    def __init__(
        self, levels: Levels, classes: int, proposals: int, *, regions: Regions, hidden: int
    ) -> None:
        super().__init__()
        self._levels, self._proposals, self._regions = levels, proposals, regions
        size = levels.channels[0] * regions.side**2
        self.features = nn.Sequential(nn.Flatten())
        for _layer in range(2 * (hidden > 0)):
            self.features.append(nn.Linear(size, hidden))
            self.features.append(nn.ReLU())
            size = hidden
        self.classes = nn.Linear(size, classes)
        self.changes = nn.Linear(size, 4)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return (N, regions, 8 + classes), float32; inputs (N, C, H, W) and (N, P, 9)."""
        rest = inputs[: self._proposals] + inputs[self._proposals + 1 :]
        maps = [rest[port].float() for port in self._levels.ports]
        (picture,) = (x for port, x in enumerate(rest) if port not in self._levels.ports)
        boxes = self.best(inputs[self._proposals], (picture.shape[2], picture.shape[3]))
        read = self.features(self._read(maps, boxes))
        changes = self.changes(read).float().unflatten(0, boxes.shape[:2])
        classes = self.classes(read).float().unflatten(0, boxes.shape[:2])
        return torch.cat([changed(boxes, changes), boxes, classes], 2)

    @torch.no_grad()
    def best(self, proposals: Tensor, size: tuple[int, int]) -> Tensor:
        """Return the sides of the best proposals, within the picture: (N, P, 9) -> (N, K, 4).

        Those that a better one covers come after all others, so that there are always as many.
        None is narrower or lower than one pixel.

        Args:
            proposals: float, (N, P, 9).
            size: Height and width of the picture in px, which may be smaller than the network was
                made for.
        """
        height, width = size
        considered = min(_CONSIDERED, proposals.shape[1])
        scores, places = proposals[..., ROW].float().topk(considered)
        sides = proposals[..., :4].float().gather(1, places[..., None].expand(-1, -1, 4))
        # Reading a region that is no number would end the process, not raise an error.
        sides = sides.nan_to_num(0.0)
        start = sides[..., :2].clamp(min=0).minimum(sides.new_tensor([width - 1, height - 1]))
        end = sides[..., 2:].minimum(sides.new_tensor([width, height])).maximum(start + 1)
        sides = torch.cat([start, end], 2)
        if not scores.is_meta:
            owner = torch.arange(len(scores), device=scores.device).repeat_interleave(considered)
            free = batched_nms(sides.flatten(0, 1), scores.flatten(), owner, self._regions.overlap)
            covered = torch.ones_like(scores).flatten()
            covered[free] = 0
            scores = scores - _BEHIND * covered.view_as(scores)
        chosen = scores.topk(min(self._regions.kept, considered)).indices
        return sides.gather(1, chosen[..., None].expand(-1, -1, 4))

    def _read(self, maps: list[Tensor], boxes: Tensor) -> Tensor:
        """Return the regions as squares: maps, (N, K, 4) -> (N · K, C, side, side)."""
        owner = torch.arange(len(boxes), device=boxes.device).repeat_interleave(boxes.shape[1])
        rows = torch.cat([owner[:, None], boxes.flatten(0, 1)], 1)
        if rows.is_meta:
            return self._square(maps, 0, rows)
        side = (boxes[..., 2:] - boxes[..., :2]).prod(-1).sqrt().flatten()
        least = side.new_tensor([_CELLS * stride for stride in self._levels.strides[1:]])
        level = (side[:, None] >= least).sum(1)
        cells = self._regions.side
        squares = maps[0].new_zeros(len(rows), maps[0].shape[1], cells, cells)
        for place in range(len(maps)):
            own = (level == place).nonzero()[:, 0]
            squares = squares.index_copy(0, own, self._square(maps, place, rows[own]))
        return squares

    def _square(self, maps: list[Tensor], level: int, rows: Tensor) -> Tensor:
        stride = self._levels.strides[level]
        squares: Tensor = roi_align(
            maps[level],
            rows,
            self._regions.side,
            spatial_scale=1 / stride,
            sampling_ratio=2,
            aligned=True,
        )
        return squares

    def draw(self, generator: torch.Generator) -> None:
        """Draw the last layers small, so that training begins at the proposals."""
        nn.init.normal_(self.classes.weight, std=0.01, generator=generator)
        nn.init.constant_(self.classes.bias, -math.log((1 - PRIOR) / PRIOR))
        nn.init.normal_(self.changes.weight, std=0.001, generator=generator)
        nn.init.zeros_(self.changes.bias)
