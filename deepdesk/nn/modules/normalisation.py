"""Normalisations of maps and sequences."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor, nn

GROUPS = 8  # of the "group" norm; fewer where the channels are not divisible


class MapLayerNorm(nn.LayerNorm):
    """Layer norm over the channels of each position (Liu et al., 2022, arXiv:2201.03545).

    float, (N, C, H, W) -> (N, C, H, W).
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return the normed map: (N, C, H, W) -> (N, C, H, W)."""
        # A channels-last tensor is only seen from another side here, not copied.
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def layer_norm(shape: tuple[int, ...], *, epsilon: float = 1e-6) -> nn.Module:
    """Return the layer norm over the channels of a map, a sequence or a vector."""
    if len(shape) == 3:
        return MapLayerNorm(shape[0], eps=epsilon)
    return nn.LayerNorm(shape[-1], eps=epsilon)


_NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm2d,
    "group": lambda channels: nn.GroupNorm(math.gcd(GROUPS, channels), channels),
    "layer": lambda channels: MapLayerNorm(channels, eps=1e-6),
    "none": lambda _channels: nn.Identity(),
}


def norm_2d(name: str, channels: int) -> nn.Module:
    """Return the norm called `name` for maps: (N, channels, H, W), shape kept."""
    return _NORMS[name](channels)
