"""Inverted residual blocks: wide inside, narrow at both ends.

Legend: N batch, C channels, H height, W width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from deepdesk.nn.modules.activation import activation
from deepdesk.nn.modules.convolution import convolution, depthwise, named
from deepdesk.nn.modules.normalisation import norm_2d
from deepdesk.nn.modules.residual import Squeeze

_SQUEEZE = 4  # inner channels per hidden feature: Howard et al., 2019, 5.3


@dataclass(frozen=True, slots=True, kw_only=True)
class InvertedOptions:
    """What all blocks of a stage share; the settings of the block of the same name."""

    kernel: int = 3
    expansion: float = 6.0
    norm: str = "batch"
    activation: str = "relu6"
    squeeze: bool = False
    identity_start: bool = False


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow without an activation, and add the input where it fits.

    float, (N, in_channels, H, W) -> (N, channels, ceil(H / stride), ceil(W / stride)).
    Sandler et al., 2018 (arXiv:1801.04381); with squeeze Howard et al., 2019 (arXiv:1905.02244).

    Args:
        in_channels: Of the input.
        channels: Of the output.
        stride: Of the depthwise convolution.
        options: Expansion, kernel, norm, activation and extras.
    """

    def __init__(
        self, in_channels: int, channels: int, *, stride: int, options: InvertedOptions
    ) -> None:
        super().__init__()
        inner = inner_channels(in_channels, options.expansion)
        steps: dict[str, nn.Module] = {}
        if options.expansion != 1.0:
            steps |= {
                "widen": convolution(in_channels, inner, kernel=1),
                "norm_1": norm_2d(options.norm, inner),
                "activation_1": activation(options.activation),
            }
        steps |= {
            "depthwise": depthwise(inner, kernel=options.kernel, stride=stride),
            "norm_2": norm_2d(options.norm, inner),
            "activation_2": activation(options.activation),
        }
        if options.squeeze:
            steps["squeeze"] = Squeeze(inner, hidden=max(8, inner // _SQUEEZE))
        steps |= {
            "narrow": convolution(inner, channels, kernel=1),
            "norm_3": norm_2d(options.norm, channels),
        }
        self.branch = named(steps)
        self._adds = stride == 1 and in_channels == channels
        last = "narrow" if options.norm == "none" else "norm_3"
        self._zeroed = last if options.identity_start and self._adds else ""

    def forward(self, x: Tensor) -> Tensor:
        """Return the branch, with the input added where shapes agree: (N, channels, H', W')."""
        out: Tensor = self.branch(x)
        return x + out if self._adds else out

    @torch.no_grad()
    def draw(self, generator: torch.Generator) -> None:  # noqa: ARG002 - nothing is random here
        """Let the branch begin at zero if asked for (Goyal et al., 2017, arXiv:1706.02677, 5.1)."""
        if self._zeroed:
            nn.init.zeros_(self.branch.get_parameter(f"{self._zeroed}.weight"))


def inner_channels(in_channels: int, expansion: float) -> int:
    """Return the channels inside a block, 1 at least."""
    return max(1, round(in_channels * expansion))


def inverted_residual_stage(
    in_channels: int, channels: int, *, blocks: int, stride: int, options: InvertedOptions
) -> nn.Sequential:
    """Return blocks of one width, the first with the stride.

    float, (N, in_channels, H, W) -> (N, channels, ceil(H / stride), ceil(W / stride)).
    """
    stage = nn.Sequential()
    for number in range(1, blocks + 1):
        block = InvertedResidual(in_channels, channels, stride=stride, options=options)
        stage.add_module(f"block_{number}", block)
        in_channels, stride = channels, 1
    return stage
