"""Layers that torch lets read channels first, on sequences that have them last."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class OnSequence(nn.Module):
    """Runs a layer for (N, C, T) on (N, T, C): float, (N, T, C) -> (N, T', C').

    Args:
        layer: Takes and gives (N, C, T).
        before: Zeros put before the first place, so that no place sees a later one.
    """

    def __init__(self, layer: nn.Module, *, before: int = 0) -> None:
        super().__init__()
        self.layer = layer
        self._before = before

    def forward(self, x: Tensor) -> Tensor:
        """Return the layer's answer with channels last: (N, T, C) -> (N, T', C')."""
        x = x.transpose(1, 2)
        if self._before:
            x = functional.pad(x, (self._before, 0))
        out: Tensor = self.layer(x).transpose(1, 2)
        return out
