"""Normalisations of maps and sequences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from torch import Tensor, nn

from deepdesk.nn.modules.sequence import OnSequence

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


class MapRMSNorm(nn.RMSNorm):
    """Root mean square norm over the channels of each position: float, (N, C, H, W), shape kept."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the scaled map: (N, C, H, W) -> (N, C, H, W)."""
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def rms_norm(shape: tuple[int, ...], *, epsilon: float = 1e-6) -> nn.Module:
    """Return the root mean square norm over the channels of a map, a sequence or a vector."""
    if len(shape) == 3:
        return MapRMSNorm(shape[0], eps=epsilon)
    return nn.RMSNorm(shape[-1], eps=epsilon)


def batch_norm(shape: tuple[int, ...], *, momentum: float = 0.1) -> nn.Module:
    """Return the batch norm of a map, a sequence or a vector; one scale per channel."""
    if len(shape) == 3:
        return nn.BatchNorm2d(shape[0], momentum=momentum)
    norm = nn.BatchNorm1d(shape[-1], momentum=momentum)
    return OnSequence(norm) if len(shape) == 2 else norm


def group_norm(shape: tuple[int, ...], *, groups: int) -> nn.Module:
    """Return the group norm of a map, a sequence or a vector; `groups` divides the channels."""
    if len(shape) == 2:
        return OnSequence(nn.GroupNorm(groups, shape[1]))
    return nn.GroupNorm(groups, shape[0])


def instance_norm(shape: tuple[int, ...], *, scales: bool) -> nn.Module:
    """Return the instance norm of a map or a sequence, with a learned scale if asked for."""
    if len(shape) == 2:
        return OnSequence(nn.InstanceNorm1d(shape[1], affine=scales))
    return nn.InstanceNorm2d(shape[0], affine=scales)


class Normalise(nn.Module):
    """Takes off a fixed mean and divides by a fixed deviation; nothing is learned or saved.

    float, (N, C, H, W), (N, T, C) or (N, C), shape kept. The numbers are settings of the network
    and no state, so weights that are carried over from another one leave them alone.

    Args:
        means: One per channel, or one for all.
        deviations: As many, above zero.
        rank: Of one sample.
    """

    def __init__(self, means: Sequence[float], deviations: Sequence[float], *, rank: int) -> None:
        super().__init__()
        self._means, self._deviations = list(means), list(deviations)
        self._spread = (-1, 1, 1) if rank == 3 else (-1,)

    def forward(self, x: Tensor) -> Tensor:
        """Return (x - mean) / deviation: (N, C, H, W), (N, T, C) or (N, C), shape kept."""
        means = x.new_tensor(self._means).view(self._spread)
        return (x - means) / x.new_tensor(self._deviations).view(self._spread)


_NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm2d,
    "group": lambda channels: nn.GroupNorm(math.gcd(GROUPS, channels), channels),
    "layer": lambda channels: MapLayerNorm(channels, eps=1e-6),
    "none": lambda _channels: nn.Identity(),
}


def norm_2d(name: str, channels: int) -> nn.Module:
    """Return the norm called `name` for maps: (N, channels, H, W), shape kept."""
    return _NORMS[name](channels)
