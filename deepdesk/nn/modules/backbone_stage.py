"""One stage of a network of torchvision, under torchvision's own parameter names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import torch
import torchvision
from torch import Tensor, nn

from deepdesk.nn.modules.backbone import draw_backbone, let_statistics_follow


class BackboneStage(nn.Module):
    """The layers of a network from one map to the next.

    float, (N, C, H, W) -> (N, C', H', W'); the first stage reads pictures as torchvision's
    transforms make them: 0 to 1, less the ImageNet mean, over its deviation.

    Args:
        name: Of the network.
        layers: Of this stage, by their names in the network and in order.
        dilation: Above 1, the stage keeps the size of the map, and its filters reach as much
            further (Chen et al., 2018, arXiv:1606.00915).
        frozen: Whether it does not learn and stays in evaluation mode.
    """

    def __init__(
        self, name: str, layers: tuple[str, ...], *, dilation: int = 1, frozen: bool = False
    ) -> None:
        super().__init__()
        model = torchvision.models.get_model(name, weights=None)
        self.trunk = nn.Sequential()
        for layer in layers:
            _add(self.trunk, layer, model.get_submodule(layer))
        let_statistics_follow(self.trunk)
        self._frozen = frozen
        if dilation > 1:
            dilate(self.trunk, dilation)
        self.trunk.requires_grad_(not frozen)

    def forward(self, x: Tensor) -> Tensor:
        """Return the map of this stage: (N, C, H, W) -> (N, C', H', W')."""
        return self.trunk(x)  # type: ignore[no-any-return]

    def train(self, mode: bool = True) -> Self:
        """Switch the mode; a frozen stage keeps its running statistics."""
        return super().train(mode and not self._frozen)

    @torch.no_grad()
    def draw_all(self, generator: torch.Generator) -> None:
        """Draw every parameter, much as torchvision does for networks of each kind."""
        draw_backbone(self, generator)

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Take in weights of the whole network under torchvision's names.

        Raises:
            RuntimeError: A parameter is missing or has another shape.
        """
        own = {name: weights[name] for name in self.trunk.state_dict() if name in weights}
        self.trunk.load_state_dict(own, strict=True)


def _add(part: nn.Module, name: str, layer: nn.Module) -> None:
    home, _dot, own = name.rpartition(".")
    if home and home not in part._modules:
        part.add_module(home, nn.Sequential())
    part.get_submodule(home).add_module(own, layer)


def dilate(part: nn.Module, dilation: int) -> None:
    """Let a stage keep the size of its map, in place, its filters seeing what they saw before.

    The filter that made the map smaller, and all before it, stand as far apart as in the stage
    before; those after it twice as far.

    Args:
        part: With filters of stride 1 or 2.
        dilation: 2 or more, in px of the map.
    """
    step = dilation // 2
    for layer in part.modules():
        if not isinstance(layer, nn.Conv2d):
            continue
        if layer.kernel_size[0] > 1:
            layer.dilation = (step, step)
            layer.padding = tuple(step * (side // 2) for side in layer.kernel_size)
        if max(layer.stride) > 1:
            layer.stride = (1, 1)
            step = dilation
