"""The level of a U-Net, and whole U-Nets (Ronneberger et al., 2015, arXiv:1505.04597).

Legend: N batch, C channels, H height, W width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from deepdesk.nn.modules.convolution import convolution_block


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelOptions:
    """What all levels share.

    Attributes:
        norm: Key of `norm_2d`.
        activation: Key of `activation`.
        mode: Mode of `torch.nn.functional.interpolate`.
    """

    norm: str = "batch"
    activation: str = "relu"
    mode: str = "bilinear"


def two_convolutions(in_channels: int, channels: int, *, options: LevelOptions) -> nn.Sequential:
    """Return two 3 x 3 convolutions with norm and activation.

    float, (N, in_channels, H, W) -> (N, channels, H, W).
    """
    pair = nn.Sequential()
    for number in (1, 2):
        step = convolution_block(
            in_channels, channels, norm=options.norm, activation=options.activation
        )
        pair.add_module(f"step_{number}", step)
        in_channels = channels
    return pair


class UnetLevel(nn.Module):
    """One step up: enlarge the deep map, put the skipped one beside it, filter twice.

    float, (N, deep_channels, H, W) and (N, skip_channels, H', W') -> (N, channels, H', W').
    Unlike in the paper the edges are padded, and the deep map takes the size of the skipped one.

    Args:
        deep_channels: Of the first input.
        skip_channels: Of the second input.
        channels: Of the output.
        options: Norm, activation and how pixels in between are made.
    """

    def __init__(
        self, deep_channels: int, skip_channels: int, channels: int, *, options: LevelOptions
    ) -> None:
        super().__init__()
        self._mode = options.mode
        self.filters = two_convolutions(deep_channels + skip_channels, channels, options=options)

    def forward(self, deep: Tensor, skip: Tensor) -> Tensor:
        """Return the map of this level: (N, channels, H', W')."""
        grown = functional.interpolate(deep, skip.shape[2:], mode=self._mode)
        out: Tensor = self.filters(torch.cat((skip, grown), 1))
        return out


class Unet(nn.Module):
    """Down by halves and up again, each level up looking back at its equal on the way down.

    float, (N, in_channels, H, W) -> (N, channels, H, W), H and W at least 2 to the `levels`.

    Args:
        in_channels: Of the input.
        channels: Of the first level and the output; each level down has twice as many.
        levels: Halvings.
        options: Shared by the levels.
    """

    def __init__(
        self, in_channels: int, channels: int, *, levels: int, options: LevelOptions
    ) -> None:
        super().__init__()
        widths = [channels << level for level in range(levels + 1)]
        befores = [in_channels, *widths]
        self.down = nn.ModuleList(
            two_convolutions(before, width, options=options)
            for before, width in zip(befores, widths, strict=False)
        )
        self.up = nn.ModuleList(
            UnetLevel(widths[level + 1], widths[level], widths[level], options=options)
            for level in reversed(range(levels))
        )
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        """Return the map of the first level: (N, in_channels, H, W) -> (N, channels, H, W)."""
        skips: list[Tensor] = []
        for filters in self.down:
            if skips:
                x = self.pool(x)
            x = filters(x)
            skips.append(x)
        skips.pop()
        for level in self.up:
            x = level(x, skips.pop())
        return x
