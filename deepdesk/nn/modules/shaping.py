"""Modules that change a shape and learn nothing."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from deepdesk.nn.modules.sequence import OnSequence

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


def dropout(share: float, *, what: str, rank: int) -> nn.Module:
    """Return what sets a share to zero while training: float, (N, ...), shape kept.

    Args:
        share: 0 to 1.
        what: "channels" or "numbers"; a vector has one number per channel.
        rank: Of one sample.
    """
    if what == "numbers" or rank == 1:
        return nn.Dropout(share)
    return nn.Dropout2d(share) if rank == 3 else OnSequence(nn.Dropout1d(share))


class Multiply(nn.Module):
    """Product of float tensors of one shape, or of vectors (N, C) with them, channel by channel.

    Args:
        ranks: Of one sample of every input.
    """

    def __init__(self, ranks: tuple[int, ...]) -> None:
        super().__init__()
        rank = max(ranks)
        after = {1: (), 2: (1,), 3: (1, 1)}[rank]
        # A vector becomes (N, C, 1, 1) beside maps and (N, 1, C) beside sequences.
        self._spread = (*after, -1) if rank == 2 else (-1, *after)
        self._are_vectors = tuple(own < rank for own in ranks)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the product of the inputs, in the shape of the largest."""
        total: Tensor | None = None
        for x, is_vector in zip(inputs, self._are_vectors, strict=True):
            factor = x.unflatten(1, self._spread) if is_vector else x
            total = factor if total is None else total * factor
        return inputs[0] if total is None else total


class MapToSequence(nn.Module):
    """The pixels of a map, row by row: float, (N, C, H, W) -> (N, H * W, C)."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the pixels as a sequence: (N, C, H, W) -> (N, H * W, C)."""
        return x.flatten(2).transpose(1, 2)


class SequenceToMap(nn.Module):
    """The places of a sequence as pixels, row by row: float, (N, T, C) -> (N, C, H, W).

    Args:
        size: Height and width, T = H * W.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self._size = size

    def forward(self, x: Tensor) -> Tensor:
        """Return the places as a map: (N, T, C) -> (N, C, H, W)."""
        pixels: Tensor = x.transpose(1, 2).unflatten(2, self._size)
        return pixels


class Reshape(nn.Module):
    """The same numbers in another shape: float, (N, ...) -> (N, *shape).

    Args:
        shape: Of one sample.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self._shape = shape

    def forward(self, x: Tensor) -> Tensor:
        """Return the numbers in order: (N, ...) -> (N, *shape)."""
        return x.reshape(len(x), *self._shape)


class SwapAxes(nn.Module):
    """Places become channels and channels places: float, (N, T, C) -> (N, C, T)."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the sequence turned: (N, T, C) -> (N, C, T)."""
        return x.transpose(1, 2)
