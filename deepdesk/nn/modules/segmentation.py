"""What networks for every pixel have between backbone and answer.

Legend: N batch, C channels, H height, W width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from deepdesk.nn.modules.activation import activation as activation_of
from deepdesk.nn.modules.convolution import convolution_block, named
from deepdesk.nn.modules.normalisation import norm_2d


def _dilated(in_channels: int, channels: int, *, rate: int, norm: str, act: str) -> nn.Sequential:
    return named(
        {
            "filters": nn.Conv2d(
                in_channels, channels, 3, padding=rate, dilation=rate, bias=norm == "none"
            ),
            "norm": norm_2d(norm, channels),
            "activation": activation_of(act),
        }
    )


class WholePicture(nn.Module):
    """What the whole map shows, at each of its places: float, (N, in_channels, H, W) -> channels.

    Without a norm: a mean over the picture is one number a channel, too few for statistics.

    Args:
        in_channels: Of the input.
        channels: Of the output.
        activation: Key of `activation`.
    """

    def __init__(self, in_channels: int, channels: int, *, activation: str) -> None:
        super().__init__()
        self.filters = nn.Conv2d(in_channels, channels, 1)
        self.activation = activation_of(activation)

    def forward(self, x: Tensor) -> Tensor:
        """Return the same vector at each place: (N, in_channels, H, W) -> (N, channels, H, W)."""
        seen: Tensor = self.activation(self.filters(x.mean((2, 3), keepdim=True)))
        return seen.expand(-1, -1, *x.shape[2:])


class AtrousPyramid(nn.Module):
    """Filters that look at several distances, side by side (Chen et al., 2017, arXiv:1706.05587).

    float, (N, in_channels, H, W) -> (N, channels, H, W).

    Args:
        in_channels: Of the input.
        channels: Of every branch and of the output.
        rates: Distances of the points of a filter, in places of the map.
        norm: Key of `norm_2d`.
        activation: Key of `activation`.
        dropout: Share of channels of the output set to zero while training.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        *,
        rates: tuple[int, ...],
        norm: str,
        activation: str,
        dropout: float,
    ) -> None:
        super().__init__()
        self.near = convolution_block(
            in_channels, channels, size=(1, 1), norm=norm, activation=activation
        )
        self.far = nn.ModuleList(
            _dilated(in_channels, channels, rate=rate, norm=norm, act=activation) for rate in rates
        )
        self.whole = WholePicture(in_channels, channels, activation=activation)
        self.joined = convolution_block(
            channels * (len(rates) + 2), channels, size=(1, 1), norm=norm, activation=activation
        )
        self.dropout = nn.Dropout2d(dropout) if dropout else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Return the joined branches: (N, in_channels, H, W) -> (N, channels, H, W)."""
        branches = [self.near(x), *(branch(x) for branch in self.far), self.whole(x)]
        out: Tensor = self.dropout(self.joined(torch.cat(branches, 1)))
        return out


class LiteHead(nn.Module):
    """Scores from a deep and an earlier map (Howard et al., 2019, arXiv:1905.02244, section 6.4).

    float, (N, deep_channels, H, W) and (N, skip_channels, H', W') -> (N, classes, *size). The deep
    map is weighed by what the whole picture shows. Unlike in the paper, whose pictures are larger,
    the mean is over all of the map.

    Args:
        deep_channels: Of the first input.
        skip_channels: Of the second input.
        classes: Of the output.
        channels: Inside.
        size: Height and width of the output in pixels.
    """

    def __init__(
        self,
        deep_channels: int,
        skip_channels: int,
        classes: int,
        *,
        channels: int,
        size: tuple[int, int],
    ) -> None:
        super().__init__()
        self._size = size
        self.deep = convolution_block(deep_channels, channels, size=(1, 1))
        self.gate = nn.Conv2d(deep_channels, channels, 1, bias=False)
        self.deep_scores = nn.Conv2d(channels, classes, 1)
        self.skip_scores = nn.Conv2d(skip_channels, classes, 1)

    def forward(self, deep: Tensor, skip: Tensor, *sized: Tensor) -> Tensor:  # noqa: ARG002
        """Return raw scores: (N, classes, *size)."""
        weighed = self.deep(deep) * self.gate(deep.mean((2, 3), keepdim=True)).sigmoid()
        grown = functional.interpolate(weighed, skip.shape[2:], mode="bilinear")
        scores: Tensor = self.deep_scores(grown) + self.skip_scores(skip)
        return functional.interpolate(scores, self._size, mode="bilinear")
