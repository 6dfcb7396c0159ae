"""Patch embedding, and pre-norm transformer encoder and decoder.

Legend: N batch, T tokens, S tokens of a memory, C width, H height, W width of a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from deepdesk.nn.modules.attention import Attention, CrossAttention

_POSITION_DEVIATION = 0.02  # Dosovitskiy et al., 2020, as in their code


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlan:
    """What every layer of a transformer has in common.

    Attributes:
        width: Of a token.
        heads: Divides `width`.
        hidden: Width inside the two-layer network.
        dropout: On every branch while training.
        memory_width: Of a token of the memory, 0 for a layer that has none.
        is_causal: Whether each place sees itself and earlier ones alone.
        is_rotary: Whether places are told by rotation; then width / heads is even.
        is_silent: Whether each layer begins as the identity, its branches ending in zeros.
    """

    width: int
    heads: int
    hidden: int
    dropout: float = 0.0
    memory_width: int = 0
    is_causal: bool = False
    is_rotary: bool = False
    is_silent: bool = False


class PatchEmbedding(nn.Module):
    """Tokens from patches, with learned positions (Dosovitskiy et al., 2020, arXiv:2010.11929).

    float, (N, channels, H, W) -> (N, T, width), T = ceil(H / patch) * ceil(W / patch), one more
    with a class token, which is the first. Edges are padded with zeros to whole patches.

    Args:
        shape: Of one picture, (channels, H, W).
        patch: Side in pixels.
        width: Of a token.
        class_token: Whether a learned token comes first.
        dropout: Share of numbers set to zero while training.
    """

    def __init__(
        self, shape: tuple[int, ...], *, patch: int, width: int, class_token: bool, dropout: float
    ) -> None:
        super().__init__()
        channels, height, width_px = shape
        self._padding = (0, -width_px % patch, 0, -height % patch)
        tokens = math.ceil(height / patch) * math.ceil(width_px / patch) + int(class_token)
        self.patches = nn.Conv2d(channels, width, patch, stride=patch)
        self.class_token = nn.Parameter(torch.empty(1, 1, width)) if class_token else None
        self.positions = nn.Parameter(torch.empty(1, tokens, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return tokens: (N, channels, H, W) -> (N, T, width)."""
        if any(self._padding):
            x = functional.pad(x, self._padding)
        tokens: Tensor = self.patches(x).flatten(2).transpose(1, 2)
        if self.class_token is not None:
            first = self.class_token.to(tokens.dtype).expand(len(tokens), -1, -1)
            tokens = torch.cat((first, tokens), 1)
        out: Tensor = self.dropout(tokens + self.positions.to(tokens.dtype))
        return out

    @torch.no_grad()
    def draw(self, generator: torch.Generator) -> None:
        """Draw positions from a normal distribution; the class token begins at zero."""
        self.positions.normal_(0.0, _POSITION_DEVIATION, generator=generator)
        if self.class_token is not None:
            self.class_token.zero_()


class TransformerLayer(nn.Module):
    """Attention and a two-layer network, each on the normed signal and added to it.

    float, (N, T, width), and with a memory (N, S, memory_width) -> (N, T, width). Norm first,
    unlike the paper, as in Dosovitskiy et al., 2020: it needs no slow start.
    """

    def __init__(self, plan: LayerPlan) -> None:
        super().__init__()
        width, hidden = plan.width, plan.hidden
        self._is_silent = plan.is_silent
        self.attention_norm = nn.LayerNorm(width, eps=1e-6)
        self.attention = Attention(
            width,
            heads=plan.heads,
            is_causal=plan.is_causal,
            is_rotary=plan.is_rotary,
            is_silent=plan.is_silent,
        )
        if plan.memory_width:
            self.memory_norm = nn.LayerNorm(width, eps=1e-6)
            self.memory_attention = CrossAttention(
                width, plan.memory_width, heads=plan.heads, is_silent=plan.is_silent
            )
        self.network_norm = nn.LayerNorm(width, eps=1e-6)
        self.network = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))
        self.dropout = nn.Dropout(plan.dropout) if plan.dropout else nn.Identity()

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
        """Return tokens after attention and network: (N, T, width) -> (N, T, width)."""
        x = x + self.dropout(self.attention(self.attention_norm(x)))
        if memory is not None:
            x = x + self.dropout(self.memory_attention(self.memory_norm(x), memory))
        out: Tensor = x + self.dropout(self.network(self.network_norm(x)))
        return out

    @torch.no_grad()
    def draw(self, generator: torch.Generator) -> None:
        """Draw the two-layer network as Glorot and Bengio, 2010; biases begin at zero."""
        for layer in self.network:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight, generator=generator)
                nn.init.zeros_(layer.bias)
        if self._is_silent:
            last: Any = self.network[-1]
            nn.init.zeros_(last.weight)


class TransformerDecoder(nn.Sequential):
    """Layers that look at their own sequence and at a memory (Vaswani et al., 2017, 3.1).

    float, (N, T, width) and (N, S, memory_width) -> (N, T, width); every layer reads the memory.
    """

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:  # type: ignore[override]
        """Return tokens: (N, T, width), (N, S, memory_width) -> (N, T, width)."""
        for layer in self:
            x = layer(x, memory)
        return x


def transformer(plan: LayerPlan, layers: int) -> nn.Sequential:
    """Return a stack: (N, T, width), with a memory (N, S, width of it) -> (N, T, width)."""
    stack = TransformerDecoder() if plan.memory_width else nn.Sequential()
    for number in range(1, layers + 1):
        stack.add_module(f"layer_{number}", TransformerLayer(plan))
    return stack
