"""Batch norms whose statistics are over the batches of all processes, not over each one's part.

torch has such a norm for GPUs; the one here is for the processor. Ioffe and Szegedy (2015,
arXiv:1502.03167) for the norm, Chan, Golub and LeVeque (1983, doi:10.2307/2683386) for how the
parts' variances become one.
"""

from __future__ import annotations

from typing import Any, cast

import torch
import torch.distributed
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class SharedBatchNorm(_BatchNorm):
    """A batch norm over all processes' parts: float, (N, C, ...), shape kept.

    In evaluation, and alone, it is a plain batch norm with the same weights by the same names.
    """

    def _check_input_dim(self, _input: Tensor) -> None:
        """Take any rank: the norm that this one stands for has checked it."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the normed batch: (N, C, ...) -> (N, C, ...)."""
        if not self.training or not torch.distributed.is_initialized():
            return super().forward(x)
        axes = [axis for axis in range(x.ndim) if axis != 1]
        spread = (1, -1, *[1] * (x.ndim - 2))
        # Statistics of half precision are too coarse.
        wide = x if x.dtype == torch.float64 else x.float()
        mean, variance, count = _shared_moments(wide, axes)
        self._remember(mean.detach(), variance.detach(), count)
        scale = torch.rsqrt(variance + self.eps)
        shift = -mean * scale
        if self.affine:
            scale, shift = scale * self.weight, shift * self.weight + self.bias
        return (wide * scale.view(spread) + shift.view(spread)).to(x.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, count: float) -> None:
        if not self.track_running_stats or self.running_mean is None or self.running_var is None:
            return
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
        momentum = self.momentum
        if momentum is None:
            momentum = 1.0 / float(self.num_batches_tracked or 1)
        unbiased = variance * (count / max(count - 1.0, 1.0))
        self.running_mean.lerp_(mean.to(self.running_mean.dtype), momentum)
        self.running_var.lerp_(unbiased.to(self.running_var.dtype), momentum)


class _Sum(torch.autograd.Function):
    """The sum over all processes, whose gradient is the sum of all their gradients."""

    @staticmethod
    def forward(_context: Any, table: Tensor) -> Tensor:
        total = table.clone()
        torch.distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(_context: Any, *gradients: Tensor) -> Tensor:
        total = gradients[0].contiguous().clone()
        torch.distributed.all_reduce(total)
        return total


def _shared_moments(x: Tensor, axes: list[int]) -> tuple[Tensor, Tensor, float]:
    """Return mean and variance per channel over all processes, (C,) each, and how many values.

    Each process fills its own row of one table, so that a single exchange is enough and no
    variance is the difference of two large numbers.
    """
    rank, size = torch.distributed.get_rank(), torch.distributed.get_world_size()
    mean = x.mean(axes)
    spread = x.var(axes, unbiased=False)
    count = x.new_full((1,), x.numel() / x.shape[1])
    row = torch.cat([mean, spread, count])
    table = torch.stack([row if i == rank else torch.zeros_like(row) for i in range(size)])
    table = cast(Tensor, _Sum.apply(table))
    channels = x.shape[1]
    means, spreads = table[:, :channels], table[:, channels:-1]
    counts = table[:, -1:].detach()
    total = counts.sum()
    whole = (means * counts).sum(0) / total
    variance = ((spreads + (means - whole).square()) * counts).sum(0) / total
    return whole, variance, float(total)


def share_statistics(model: nn.Module) -> nn.Module:
    """Return `model` with every batch norm shared between processes; weights stay the same."""
    device = next(iter(model.parameters()), torch.empty(0)).device
    if device.type != "cpu":
        shared: nn.Module = nn.SyncBatchNorm.convert_sync_batchnorm(model)
        return shared
    return _converted(model)


def _converted(module: nn.Module) -> nn.Module:
    if isinstance(module, _BatchNorm):
        return _shared(module)
    for name, child in module.named_children():
        converted = _converted(child)
        if converted is not child:
            module.add_module(name, converted)
    return module


def _shared(norm: _BatchNorm) -> SharedBatchNorm:
    shared = SharedBatchNorm(
        norm.num_features,
        eps=norm.eps,
        momentum=norm.momentum,
        affine=norm.affine,
        track_running_stats=norm.track_running_stats,
    )
    own: dict[str, Any] = {**norm._parameters, **norm._buffers}
    for name, tensor in own.items():
        setattr(shared, name, tensor)
    shared.train(norm.training)
    return shared
