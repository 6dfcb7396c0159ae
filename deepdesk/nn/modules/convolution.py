"""The step of convolutional networks: filters, pooling, norm, activation."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from deepdesk.nn.modules.activation import activation as activation_of
from deepdesk.nn.modules.normalisation import norm_2d

_POOLS: dict[str, Callable[[], nn.Module]] = {
    "none": nn.Identity,
    "maximum": lambda: nn.MaxPool2d(2),
    "average": lambda: nn.AvgPool2d(2),
}


def convolution(in_channels: int, channels: int, *, kernel: int = 3, stride: int = 1) -> nn.Conv2d:
    """Return a convolution with "same" padding and no bias.

    (N, in_channels, H, W) -> (N, channels, ceil(H / stride), ceil(W / stride)); `kernel` is odd.
    """
    return nn.Conv2d(in_channels, channels, kernel, stride=stride, padding=kernel // 2, bias=False)


def convolution_block(
    in_channels: int,
    channels: int,
    *,
    size: tuple[int, int] = (3, 1),
    norm: str = "batch",
    activation: str = "relu",
    pool: str = "none",
) -> nn.Sequential:
    """Return convolution, pooling by 2, norm and activation in this order.

    Pooling comes before the norm, which then works on a quarter of the numbers.
    (N, in_channels, H, W) -> (N, channels, H', W') with H' = ceil(H / stride), halved by a pool.

    Args:
        in_channels: Of the input.
        channels: Of the output.
        size: Kernel (odd) and stride.
        norm: Key of `norm_2d`; without a norm the convolution has a bias.
        activation: Key of `activation`.
        pool: "none", "maximum" or "average".
    """
    kernel, stride = size
    filters = convolution(in_channels, channels, kernel=kernel, stride=stride)
    if norm == "none":
        filters = nn.Conv2d(in_channels, channels, kernel, stride=stride, padding=kernel // 2)
    return named(
        {
            "filters": filters,
            "pool": _POOLS[pool](),
            "norm": norm_2d(norm, channels),
            "activation": activation_of(activation),
        }
    )


def depthwise(channels: int, *, kernel: int, stride: int = 1) -> nn.Conv2d:
    """Return one filter per channel with "same" padding and no bias; `kernel` is odd.

    (N, channels, H, W) -> (N, channels, ceil(H / stride), ceil(W / stride)).
    """
    return nn.Conv2d(
        channels,
        channels,
        kernel,
        stride=stride,
        padding=kernel // 2,
        groups=channels,
        bias=False,
    )


def separable_convolution(
    in_channels: int, channels: int, *, size: tuple[int, int], norm: str, activation: str
) -> nn.Sequential:
    """Return a depthwise and a 1 x 1 convolution (Howard et al., 2017, arXiv:1704.04861, 3.1).

    (N, in_channels, H, W) -> (N, channels, ceil(H / stride), ceil(W / stride)).

    Args:
        in_channels: Of the input.
        channels: Of the output.
        size: Kernel (odd) and stride.
        norm: Key of `norm_2d`, after each half.
        activation: Key of `activation`, after each norm.
    """
    kernel, stride = size
    return named(
        {
            "depthwise": depthwise(in_channels, kernel=kernel, stride=stride),
            "norm_1": norm_2d(norm, in_channels),
            "activation_1": activation_of(activation),
            "pointwise": convolution(in_channels, channels, kernel=1),
            "norm_2": norm_2d(norm, channels),
            "activation_2": activation_of(activation),
        }
    )


def named(steps: dict[str, nn.Module]) -> nn.Sequential:
    """Return steps in order under their names; those that do nothing are left out."""
    sequence = nn.Sequential()
    for name, step in steps.items():
        if not isinstance(step, nn.Identity):
            sequence.add_module(name, step)
    return sequence
