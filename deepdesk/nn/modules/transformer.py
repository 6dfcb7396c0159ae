"""Patch embedding and pre-norm transformer encoder.

Legend: N batch, T tokens, C width, H height, W width of a picture.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

_POSITION_DEVIATION = 0.02  # Dosovitskiy et al., 2020, as in their code


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


class Attention(nn.Module):
    """Multi-head self-attention (Vaswani et al., 2017, arXiv:1706.03762, 3.2).

    float, (N, T, width) -> (N, T, width); `heads` divides `width`.
    """

    def __init__(self, width: int, *, heads: int) -> None:
        super().__init__()
        self._heads = heads
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return mixed tokens: (N, T, width) -> (N, T, width)."""
        parts = self.queries_keys_values(x).unflatten(-1, (3, self._heads, -1))
        queries, keys, values = parts.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = functional.scaled_dot_product_attention(queries, keys, values)
        out: Tensor = self.output(mixed.transpose(1, 2).flatten(2))
        return out

    @torch.no_grad()
    def draw(self, generator: torch.Generator) -> None:
        """Draw all weights as Glorot and Bengio, 2010; biases begin at zero."""
        # The three parts are drawn as what they are, three square matrices.
        for weight in (*self.queries_keys_values.weight.chunk(3), self.output.weight):
            nn.init.xavier_uniform_(weight, generator=generator)
        nn.init.zeros_(self.queries_keys_values.bias)
        nn.init.zeros_(self.output.bias)


class TransformerLayer(nn.Module):
    """Attention and a two-layer network, each on the normed signal and added to it.

    float, (N, T, width) -> (N, T, width). Norm first, unlike the paper, as in
    Dosovitskiy et al., 2020: it needs no slow start.

    Args:
        width: Of a token.
        heads: Divides `width`.
        hidden: Width inside the two-layer network.
        dropout: On both branches while training.
    """

    def __init__(self, width: int, *, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width, eps=1e-6)
        self.attention = Attention(width, heads=heads)
        self.network_norm = nn.LayerNorm(width, eps=1e-6)
        self.network = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Return tokens after attention and network: (N, T, width) -> (N, T, width)."""
        x = x + self.dropout(self.attention(self.attention_norm(x)))
        out: Tensor = x + self.dropout(self.network(self.network_norm(x)))
        return out

    @torch.no_grad()
    def draw(self, generator: torch.Generator) -> None:
        """Draw the two-layer network as Glorot and Bengio, 2010; biases begin at zero."""
        for layer in self.network:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight, generator=generator)
                nn.init.zeros_(layer.bias)


def transformer_encoder(
    width: int, *, layers: int, heads: int, hidden: int, dropout: float
) -> nn.Sequential:
    """Return `layers` transformer layers: float, (N, T, width) -> (N, T, width)."""
    encoder = nn.Sequential()
    for number in range(1, layers + 1):
        layer = TransformerLayer(width, heads=heads, hidden=hidden, dropout=dropout)
        encoder.add_module(f"layer_{number}", layer)
    return encoder
