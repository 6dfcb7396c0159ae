"""Residual blocks in three orders, and stages of them.

Legend: N batch, C channels, H height, W width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from deepdesk.nn.modules.activation import activation
from deepdesk.nn.modules.convolution import convolution, named
from deepdesk.nn.modules.normalisation import norm_2d

_SQUEEZE = 8  # channels per hidden feature; Hu et al. use 16, too few for narrow networks


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchOptions:
    """What all blocks of a stage share; the settings of the block of the same name."""

    style: str = "post"
    norm: str = "batch"
    activation: str = "relu"
    squeeze: bool = False
    identity_start: bool = False


class Squeeze(nn.Module):
    """Weighs channels by the whole map (Hu et al., 2017, arXiv:1709.01507).

    float, (N, C, H, W) -> (N, C, H, W), or (N, T, C) -> (N, T, C); weights are in (0, 1).

    Args:
        channels: C.
        hidden: Width between, 0 for an eighth of the channels, 8 at least.
    """

    def __init__(self, channels: int, *, hidden: int = 0) -> None:
        super().__init__()
        hidden = hidden or max(8, channels // _SQUEEZE)
        self.weights = nn.Sequential(
            nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the weighed map or sequence: (N, C, H, W) or (N, T, C), shape kept."""
        is_map = x.dim() == 4
        weights: Tensor = self.weights(x.mean((2, 3) if is_map else 1))
        return x * (weights[:, :, None, None] if is_map else weights[:, None])


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut.

    float, (N, in_channels, H, W) -> (N, channels, ceil(H / stride), ceil(W / stride)).
    "post" follows He et al., 2015 (arXiv:1512.03385, option B), "pre" He et al., 2016
    (arXiv:1603.05027); "inside" has the last activation within the branch, so that the
    sum stays linear.

    Args:
        in_channels: Of the input.
        channels: Of the output.
        stride: Of the first convolution and of the shortcut.
        options: Order, norm, activation and extras.
    """

    def __init__(
        self, in_channels: int, channels: int, *, stride: int, options: BranchOptions
    ) -> None:
        super().__init__()
        self.branch = _branch(in_channels, channels, stride, options)
        self.shortcut = _shortcut(in_channels, channels, stride, options)
        is_post = options.style == "post"
        self.activation = activation(options.activation) if is_post else nn.Identity()
        scales_last = options.style != "pre" and options.norm != "none"
        last = "norm_2" if scales_last else "filters_2"
        self._zeroed = last if options.identity_start else ""

    def forward(self, x: Tensor) -> Tensor:
        """Return shortcut and branch together: (N, in_channels, H, W) -> (N, channels, H', W')."""
        out: Tensor = self.activation(self.shortcut(x) + self.branch(x))
        return out

    @torch.no_grad()
    def draw(self, generator: torch.Generator) -> None:  # noqa: ARG002 - nothing is random here
        """Let the branch begin at zero if asked for (Goyal et al., 2017, arXiv:1706.02677, 5.1)."""
        if self._zeroed:
            nn.init.zeros_(self.branch.get_parameter(f"{self._zeroed}.weight"))


def _branch(in_channels: int, channels: int, stride: int, options: BranchOptions) -> nn.Sequential:
    first = convolution(in_channels, channels, stride=stride)
    second = convolution(channels, channels)
    orders = {
        "post": ("filters_1", "norm_1", "activation_1", "filters_2", "norm_2"),
        "inside": ("filters_1", "norm_1", "activation_1", "filters_2", "norm_2", "activation_2"),
        "pre": ("norm_1", "activation_1", "filters_1", "norm_2", "activation_2", "filters_2"),
    }
    before = in_channels if options.style == "pre" else channels
    steps: dict[str, nn.Module] = {
        "filters_1": first,
        "filters_2": second,
        "norm_1": norm_2d(options.norm, before),
        "norm_2": norm_2d(options.norm, channels),
        "activation_1": activation(options.activation),
        "activation_2": activation(options.activation),
    }
    branch = named({name: steps[name] for name in orders[options.style]})
    if options.squeeze:
        branch.add_module("squeeze", Squeeze(channels))
    return branch


def _shortcut(in_channels: int, channels: int, stride: int, options: BranchOptions) -> nn.Module:
    if stride == 1 and in_channels == channels:
        return nn.Identity()
    filters = convolution(in_channels, channels, kernel=1, stride=stride)
    norm = nn.Identity() if options.style == "pre" else norm_2d(options.norm, channels)
    return named({"filters": filters, "norm": norm})


def residual_stage(
    in_channels: int,
    channels: int,
    *,
    blocks: int,
    stride: int,
    entry: str,
    options: BranchOptions,
) -> nn.Sequential:
    """Return an entry and residual blocks of one width.

    float, (N, in_channels, H, W) -> (N, channels, H', W') with H' = ceil(H / stride) for the
    entry "block" and floor(H / stride) for "pool". A stage in the order "pre" closes with a norm
    and an activation, unlike the paper, which has them once at the end of the network.

    Args:
        in_channels: Of the input.
        channels: Of the output.
        blocks: Residual blocks, at least 1 for the entry "block".
        stride: Shrinks height and width once.
        entry: "block" or "pool" (3 x 3 convolution, max pool, norm, activation first).
        options: Shared by the blocks.
    """
    stage = nn.Sequential()
    if entry == "pool":
        stage.add_module("entry", _pooling_entry(in_channels, channels, stride, options))
        in_channels, stride = channels, 1
    for number in range(1, blocks + 1):
        block = ResidualBlock(in_channels, channels, stride=stride, options=options)
        stage.add_module(f"block_{number}", block)
        in_channels, stride = channels, 1
    if options.style == "pre" and blocks:
        closing = {"norm": norm_2d(options.norm, channels), "f": activation(options.activation)}
        stage.add_module("closing", named(closing))
    return stage


def _pooling_entry(
    in_channels: int, channels: int, stride: int, options: BranchOptions
) -> nn.Sequential:
    return named(
        {
            "filters": convolution(in_channels, channels),
            "pool": nn.MaxPool2d(stride) if stride > 1 else nn.Identity(),
            "norm": norm_2d(options.norm, channels),
            "activation": activation(options.activation),
        }
    )
