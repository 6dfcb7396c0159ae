"""Heads that find boxes: one row of numbers for each point or anchor of some maps.

A row is 8 + C numbers: left, top, right and bottom of the predicted box in px of the picture, the
same of the reference box that it was predicted from, and one logit per class.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from deepdesk.nn.detection_levels import Levels
from deepdesk.nn.modules.activation import activation as activation_of
from deepdesk.nn.modules.convolution import named
from deepdesk.nn.modules.normalisation import norm_2d

PRIOR = 0.01  # of any class at any place before training; Lin et al., 2017, section 3.3
_FAR = 8.0  # largest exponent of a distance: 3,000 strides
MOST_GROWTH = math.log(1000 / 16)  # of a side in one step, as in the code of Faster R-CNN


@dataclass(frozen=True, slots=True, kw_only=True)
class Tower:
    """Convolutions between a map and what is read from it.

    Attributes:
        layers: How many, each as wide as the map.
        norm: Key of `norm_2d`.
        activation: Key of `activation`.
        shared: Whether all maps go through the same.
        kernel: Of the last filters, odd.
        separable: Whether the last filters are depthwise and 1 x 1.
    """

    layers: int = 1
    norm: str = "group"
    activation: str = "relu"
    shared: bool = True
    kernel: int = 3
    separable: bool = False


class Readout(nn.Module):
    """A tower for each map, or one for all, and filters that give some numbers per cell.

    float, level by level (N, C, H, W) -> (N, H · W · boxes, numbers).

    Args:
        channels: Of each map.
        boxes: Of each cell.
        numbers: Of each box.
        tower: What stands before the last filters.
        bias: First value of the last bias.
    """

    def __init__(
        self, channels: tuple[int, ...], boxes: int, numbers: int, *, tower: Tower, bias: float
    ) -> None:
        super().__init__()
        self._numbers, self._bias = numbers, bias
        widths = channels[:1] if tower.shared else channels
        self.towers = nn.ModuleList(_tower(width, tower) for width in widths)
        self.last = nn.ModuleList(_last(width, boxes * numbers, tower) for width in widths)

    def forward(self, x: Tensor, level: int) -> Tensor:
        """Return (N, H · W · boxes, numbers) of one map (N, C, H, W)."""
        place = min(level, len(self.towers) - 1)
        x = self.last[place](self.towers[place](x))
        # Rows of a cell lie beside each other: (N, boxes · numbers, H, W), channels go last.
        return x.permute(0, 2, 3, 1).reshape(len(x), -1, self._numbers).float()

    def draw(self, generator: torch.Generator) -> None:
        """Draw the last filters small, so that training begins at the bias (Lin et al., 2017)."""
        for end in self.last:
            filters = end[-1] if isinstance(end, nn.Sequential) else end
            nn.init.normal_(filters.weight, std=0.01, generator=generator)  # type: ignore[arg-type]
            nn.init.constant_(filters.bias, self._bias)  # type: ignore[arg-type]


def _tower(channels: int, tower: Tower) -> nn.Sequential:
    steps: dict[str, nn.Module] = {}
    for place in range(tower.layers):
        has_bias = tower.norm == "none"
        steps[f"filters_{place}"] = nn.Conv2d(channels, channels, 3, padding=1, bias=has_bias)
        steps[f"norm_{place}"] = norm_2d(tower.norm, channels)
        steps[f"activation_{place}"] = activation_of(tower.activation)
    return named(steps)


def _last(channels: int, numbers: int, tower: Tower) -> nn.Module:
    if not tower.separable:
        return nn.Conv2d(channels, numbers, tower.kernel, padding=tower.kernel // 2)
    return named(
        {
            "depthwise": nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
            "norm": norm_2d("batch", channels),
            "activation": activation_of("relu6"),
            "pointwise": nn.Conv2d(channels, numbers, 1),
        }
    )


class PointHead(nn.Module):
    """One box for each cell of each map, by the distances of its sides from the cell's centre.

    float, maps (N, C, H, W) and the picture -> (N, cells, 8 + classes). The reference box is the
    cell. Distances are exp(scale · x) strides (Tian et al., 2019, arXiv:1904.01355); training
    begins with boxes of four cells. With centre-ness the probability of a class is a product of
    two, whose second is common to all classes (their section 3.3; learned from the score alone as
    in Zhu et al., 2020, arXiv:2007.03496).

    Args:
        levels: The maps among the inputs.
        classes: How many.
        tower: In front of classes and of distances, one each.
        centreness: Whether there is that second probability.
    """

    def __init__(self, levels: Levels, classes: int, *, tower: Tower, centreness: bool) -> None:
        super().__init__()
        self._levels = levels
        self.classes = Readout(
            levels.channels, 1, classes, tower=tower, bias=-math.log((1 - PRIOR) / PRIOR)
        )
        self.sides = Readout(levels.channels, 1, 4 + centreness, tower=tower, bias=math.log(2.0))
        self.scales = nn.Parameter(torch.empty(len(levels.ports)))

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return (N, cells, 8 + classes), float32; inputs (N, C, H, W)."""
        return torch.cat([self._level(inputs[p], i) for i, p in enumerate(self._levels.ports)], 1)

    def _level(self, x: Tensor, level: int) -> Tensor:
        logits = self.classes(x, level)
        found = self.sides(x, level)
        if found.shape[2] > 4:
            logits = both(logits, found[..., 4:])
        stride = self._levels.strides[level]
        cells = cells_of(x, stride)
        centres = (cells[:, :2] + cells[:, 2:]) / 2
        distances = (self.scales[level].float() * found[..., :4]).clamp(max=_FAR).exp() * stride
        boxes = torch.cat([centres - distances[..., :2], centres + distances[..., 2:]], 2)
        return torch.cat([boxes, cells.expand(len(x), -1, -1), logits], 2)

    def draw(self, generator: torch.Generator) -> None:
        """Set the scales to one."""
        del generator
        nn.init.ones_(self.scales)


class AnchorHead(nn.Module):
    """Some boxes for each cell of each map, as changes of boxes of fixed shapes.

    float, maps (N, C, H, W) and the picture -> (N, cells · shapes, 8 + classes). The reference box
    is the anchor. Changes are those of Ren et al., 2015 (arXiv:1506.01497, section 3.1.2).

    Args:
        levels: The maps among the inputs.
        classes: How many.
        anchors: Width and height of each shape in strides.
        tower: In front of classes and of changes, one each.
    """

    def __init__(
        self,
        levels: Levels,
        classes: int,
        *,
        anchors: tuple[tuple[float, float], ...],
        tower: Tower,
    ) -> None:
        super().__init__()
        self._levels, self._anchors = levels, anchors
        count = len(anchors)
        self.classes = Readout(
            levels.channels, count, classes, tower=tower, bias=-math.log((1 - PRIOR) / PRIOR)
        )
        self.changes = Readout(levels.channels, count, 4, tower=tower, bias=0.0)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return (N, cells · shapes, 8 + classes), float32; inputs (N, C, H, W)."""
        return torch.cat([self._level(inputs[p], i) for i, p in enumerate(self._levels.ports)], 1)

    def _level(self, x: Tensor, level: int) -> Tensor:
        anchors = anchors_of(x, self._levels.strides[level], self._anchors)
        boxes = changed(anchors, self.changes(x, level))
        return torch.cat([boxes, anchors.expand(len(x), -1, -1), self.classes(x, level)], 2)


def cells_of(x: Tensor, stride: int) -> Tensor:
    """Return left, top, right and bottom of each cell of a map in px, row by row.

    Args:
        x: float, (N, C, H, W); for its size and device.
        stride: Side of a cell in px.

    Returns:
        float32, (H · W, 4).
    """
    return anchors_of(x, stride, ((1.0, 1.0),))


def anchors_of(x: Tensor, stride: int, shapes: tuple[tuple[float, float], ...]) -> Tensor:
    """Return the sides in px of boxes about the centre of each cell, cell by cell.

    Args:
        x: float, (N, C, H, W); for its size and device.
        stride: Side of a cell in px.
        shapes: Width and height of each box in strides.

    Returns:
        float32, (H · W · shapes, 4): left, top, right, bottom.
    """
    rows, columns = (
        (torch.arange(size, device=x.device, dtype=torch.float32) + 0.5) * stride
        for size in x.shape[2:]
    )
    y, x_px = torch.meshgrid(rows, columns, indexing="ij")
    centres = torch.stack([x_px, y, x_px, y], 2).reshape(-1, 1, 4)
    halves = torch.tensor(shapes, device=x.device, dtype=torch.float32) * (stride / 2)
    return (centres + torch.cat([-halves, halves], 1)).reshape(-1, 4)


def changed(boxes: Tensor, changes: Tensor) -> Tensor:
    """Return boxes moved and resized (Ren et al., 2015, arXiv:1506.01497, section 3.1.2).

    Args:
        boxes: float, (..., 4), left, top, right, bottom.
        changes: float, (..., 4): shifts of the centre in widths and heights, and logarithms of how
            many times wider and higher, at most 62.5 times.

    Returns:
        float, (..., 4), as `boxes`.
    """
    sizes = boxes[..., 2:] - boxes[..., :2]
    centres = (boxes[..., 2:] + boxes[..., :2]) / 2 + changes[..., :2] * sizes
    halves = sizes * changes[..., 2:].clamp(max=MOST_GROWTH).exp() / 2
    return torch.cat([centres - halves, centres + halves], -1)


def both(first: Tensor, second: Tensor) -> Tensor:
    """Return the logit of σ(first) · σ(second), float, (N, P, C) and (N, P, 1) or alike."""  # noqa: RUF002
    first, second = torch.broadcast_tensors(first, second)
    return -torch.logsumexp(torch.stack([-first, -second, -first - second]), 0)
