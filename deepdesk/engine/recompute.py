"""Activation checkpointing: forget what happens inside blocks, compute it again on the way back.

Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016, arXiv:1604.06174. Of each
block of a network only its inputs are kept. Dropout falls the same way twice, and batch norm
counts its running statistics once, so the gradients are those of an ordinary step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint


def recompute_blocks(network: nn.Module) -> nn.Module:
    """Let every child of `network` keep only its inputs while it trains; return the network.

    Weights keep their names, and copies of the network compute the same way.
    """
    for block in network.children():
        block.forward = _Recomputed(block)
    return network


class _Recomputed:
    """The forward pass of a block; a copy of the block gets a copy of its own."""

    def __init__(self, block: nn.Module) -> None:
        self._block = block
        self._plain = type(block).forward

    def __call__(self, *inputs: Any) -> Any:
        if not (self._block.training and torch.is_grad_enabled()):
            return self._plain(self._block, *inputs)
        return checkpoint(
            self._plain, self._block, *inputs, use_reentrant=False, context_fn=self._contexts
        )

    def _contexts(self) -> tuple[AbstractContextManager[Any], AbstractContextManager[Any]]:
        return nullcontext(), _statistics_stay(self._block)


@contextmanager
def _statistics_stay(block: nn.Module) -> Iterator[None]:
    """Leave the running statistics of batch norms as they are."""
    norms = [module for module in block.modules() if isinstance(module, _BatchNorm)]
    kept: list[Callable[[], None]] = [_restorer(norm) for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for restore in kept:
            restore()


def _restorer(norm: _BatchNorm) -> Callable[[], None]:
    momentum, tracked = norm.momentum, norm.num_batches_tracked
    count = None if tracked is None else tracked.clone()

    def restore() -> None:
        norm.momentum = momentum
        if tracked is not None and count is not None:
            tracked.copy_(count)

    return restore
