"""Modules that change a shape and learn nothing."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

_POOLS: dict[str, Callable[[Tensor, tuple[int, ...]], Tensor]] = {
    "average": lambda x, axes: x.mean(axes),
    "maximum": lambda x, axes: x.amax(axes),
    "first": lambda x, _axes: x[:, 0],
}


class GlobalPool(nn.Module):
    """One number per channel.

    float, (N, C, H, W) -> (N, C) for rank 3, (N, T, C) -> (N, C) for rank 2.

    Args:
        how: "average", "maximum" or "first".
        rank: Of one sample.
    """

    def __init__(self, how: str, *, rank: int) -> None:
        super().__init__()
        self._pool = _POOLS[how]
        self._axes = (2, 3) if rank == 3 else (1,)

    def forward(self, x: Tensor) -> Tensor:
        """Return one number per channel: (N, C, H, W) or (N, T, C) -> (N, C)."""
        return self._pool(x, self._axes)


class Add(nn.Module):
    """Sum of float tensors of one shape, (N, ...)."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the sum of inputs of one shape, (N, ...)."""
        total = inputs[0]
        for x in inputs[1:]:
            total = total + x
        return total


class Concatenate(nn.Module):
    """Joins along one axis, float; the other axes agree.

    Args:
        axis: With the batch axis counted.
    """

    def __init__(self, axis: int) -> None:
        super().__init__()
        self._axis = axis

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the inputs beside each other, (N, ...)."""
        return torch.cat(inputs, self._axis)


class Resize(nn.Module):
    """Interpolates maps to a fixed size: float, (N, C, H, W) -> (N, C, *size).

    Args:
        size: Height and width in pixels.
        mode: Mode of `torch.nn.functional.interpolate`.
    """

    def __init__(self, size: tuple[int, int], *, mode: str) -> None:
        super().__init__()
        self._size = size
        self._mode = mode

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of the fixed size: (N, C, H, W) -> (N, C, *size)."""
        return functional.interpolate(x, self._size, mode=self._mode)
