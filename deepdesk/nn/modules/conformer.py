"""Attention for what is far apart and filters for what is near, layer after layer.

Legend: N batch, T places, C width, K kernel.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from deepdesk.nn.modules.attention import Attention


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformerPlan:
    """What every layer has in common.

    Attributes:
        width: Of a place.
        heads: Divides `width`, with an even quotient.
        kernel: Places that a filter sees.
        hidden: Width inside the two-layer networks.
        dropout: On every branch while training.
        is_causal: Whether each place sees itself and earlier ones alone.
    """

    width: int
    heads: int
    kernel: int
    hidden: int
    dropout: float = 0.0
    is_causal: bool = False


class HalfStep(nn.Module):
    """Half of what a two-layer network says about the normed signal: float, (N, T, C), kept."""

    def __init__(self, plan: ConformerPlan) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(plan.width)
        self.widen = nn.Linear(plan.width, plan.hidden)
        self.narrow = nn.Linear(plan.hidden, plan.width)
        self.dropout = nn.Dropout(plan.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is to be added: (N, T, C) -> (N, T, C)."""
        inner = self.dropout(functional.silu(self.widen(self.norm(x))))
        out: Tensor = 0.5 * self.dropout(self.narrow(inner))
        return out

    @torch.no_grad()
    def draw(self, generator: torch.Generator) -> None:
        """Draw both layers as Glorot and Bengio, 2010; biases begin at zero."""
        for layer in (self.widen, self.narrow):
            nn.init.xavier_uniform_(layer.weight, generator=generator)
            nn.init.zeros_(layer.bias)


class FilterStep(nn.Module):
    """Gated filters along the places, one per channel: float, (N, T, C), shape kept.

    Norm, twice the channels of which one half gates the other (GLU, Dauphin et al., 2017,
    arXiv:1612.08083), a filter of K places per channel, batch norm, SiLU, and channels mixed.
    """

    def __init__(self, plan: ConformerPlan) -> None:
        super().__init__()
        width, kernel = plan.width, plan.kernel
        self._before = kernel - 1 if plan.is_causal else (kernel - 1) // 2
        self._after = kernel - 1 - self._before
        self.norm = nn.LayerNorm(width)
        self.gate = nn.Linear(width, 2 * width)
        self.filters = nn.Conv1d(width, width, kernel, groups=width, bias=False)
        self.filter_norm = nn.BatchNorm1d(width)
        self.mix = nn.Linear(width, width)
        self.dropout = nn.Dropout(plan.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is to be added: (N, T, C) -> (N, T, C)."""
        gated = functional.glu(self.gate(self.norm(x)), -1).transpose(1, 2)
        near = self.filters(functional.pad(gated, (self._before, self._after)))
        near = functional.silu(self.filter_norm(near)).transpose(1, 2)
        out: Tensor = self.dropout(self.mix(near))
        return out


class ConformerLayer(nn.Module):
    """Half a network, attention, filters, half a network (Gulati et al., 2020, arXiv:2005.08100).

    float, (N, T, C) -> (N, T, C). Places are told by rotation (Su et al., 2021,
    arXiv:2104.09864), where the paper adds learned distances to the attention.
    """

    def __init__(self, plan: ConformerPlan) -> None:
        super().__init__()
        self.first = HalfStep(plan)
        self.attention_norm = nn.LayerNorm(plan.width)
        self.attention = Attention(
            plan.width, heads=plan.heads, is_causal=plan.is_causal, is_rotary=True
        )
        self.dropout = nn.Dropout(plan.dropout)
        self.filters = FilterStep(plan)
        self.second = HalfStep(plan)
        self.norm = nn.LayerNorm(plan.width)

    def forward(self, x: Tensor) -> Tensor:
        """Return places that know of each other: (N, T, C) -> (N, T, C)."""
        x = x + self.first(x)
        x = x + self.dropout(self.attention(self.attention_norm(x)))
        x = x + self.filters(x)
        out: Tensor = self.norm(x + self.second(x))
        return out


def conformer(plan: ConformerPlan, layers: int) -> nn.Sequential:
    """Return a stack of layers: (N, T, C) -> (N, T, C)."""
    stack = nn.Sequential()
    for number in range(1, layers + 1):
        stack.add_module(f"layer_{number}", ConformerLayer(plan))
    return stack
