"""Multi-head attention: of one sequence to itself, or of queries to a memory.

Legend: N batch, T places of the queries, S places of the memory, C width, D width of a head.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_ROTARY_BASE = 10_000.0  # Su et al., 2021, 3.2.2


def attend(queries: Tensor, keys: Tensor, values: Tensor, *, is_causal: bool = False) -> Tensor:
    """Return softmax(Q K^T / sqrt D) V: float, (N, heads, T, D) and twice (N, heads, S, D).

    Args:
        queries: float, (N, heads, T, D).
        keys: float, (N, heads, S, D).
        values: float, (N, heads, S, D).
        is_causal: Whether place t sees no place after t; then S = T.
    """
    # A mask changes neither shapes nor costs, which is all that the meta device is asked for.
    if is_causal and not queries.is_meta:
        return functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
    return functional.scaled_dot_product_attention(queries, keys, values)


def rotated(x: Tensor) -> Tensor:
    """Return queries or keys turned by their place (Su et al., 2021, arXiv:2104.09864).

    float, (N, heads, T, D) -> (N, heads, T, D), D even. Numbers i and i + D / 2 of place t are
    one point of the plane, turned by t / 10000^(2i / D); so products depend on distances alone.
    """
    places, half = x.shape[-2], x.shape[-1] // 2
    powers = torch.arange(half, device=x.device, dtype=torch.float32) / half
    at = torch.arange(places, device=x.device, dtype=torch.float32)
    angles = at[:, None] * _ROTARY_BASE**-powers
    cosines, sines = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    first, second = x[..., :half], x[..., half:]
    turned = (first * cosines - second * sines, second * cosines + first * sines)
    return torch.cat(turned, -1)


class Attention(nn.Module):
    """Multi-head self-attention (Vaswani et al., 2017, arXiv:1706.03762, 3.2).

    float, (N, T, width) -> (N, T, width).

    Args:
        width: Of a token.
        heads: Divides `width`.
        is_causal: Whether each place sees itself and earlier ones alone.
        is_rotary: Whether places are told by rotation; then width / heads is even.
        is_silent: Whether the output begins at zero.
    """

    def __init__(
        self,
        width: int,
        *,
        heads: int,
        is_causal: bool = False,
        is_rotary: bool = False,
        is_silent: bool = False,
    ) -> None:
        super().__init__()
        self._heads = heads
        self._is_causal = is_causal
        self._is_rotary = is_rotary
        self._is_silent = is_silent
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return mixed tokens: (N, T, width) -> (N, T, width)."""
        parts = self.queries_keys_values(x).unflatten(-1, (3, self._heads, -1))
        queries, keys, values = parts.permute(2, 0, 3, 1, 4).unbind(0)
        if self._is_rotary:
            queries, keys = rotated(queries), rotated(keys)
        mixed = attend(queries, keys, values, is_causal=self._is_causal)
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
        if self._is_silent:
            nn.init.zeros_(self.output.weight)


class CrossAttention(nn.Module):
    """Multi-head attention to another sequence (Vaswani et al., 2017, arXiv:1706.03762, 3.2.3).

    float, (N, T, width) and (N, S, memory_width) -> (N, T, width).

    Args:
        width: Of a token of the queries.
        memory_width: Of a token of the memory.
        heads: Divides `width`.
        is_silent: Whether the output begins at zero.
    """

    def __init__(
        self, width: int, memory_width: int, *, heads: int, is_silent: bool = False
    ) -> None:
        super().__init__()
        self._heads = heads
        self._is_silent = is_silent
        self.queries = nn.Linear(width, width)
        self.keys_values = nn.Linear(memory_width, 2 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        """Return mixed tokens: (N, T, width), (N, S, memory_width) -> (N, T, width)."""
        queries = self.queries(x).unflatten(-1, (self._heads, -1)).transpose(1, 2)
        parts = self.keys_values(memory).unflatten(-1, (2, self._heads, -1))
        keys, values = parts.permute(2, 0, 3, 1, 4).unbind(0)
        out: Tensor = self.output(attend(queries, keys, values).transpose(1, 2).flatten(2))
        return out

    @torch.no_grad()
    def draw(self, generator: torch.Generator) -> None:
        """Draw all weights as Glorot and Bengio, 2010; biases begin at zero."""
        for weight in (self.queries.weight, *self.keys_values.weight.chunk(2), self.output.weight):
            nn.init.xavier_uniform_(weight, generator=generator)
        for layer in (self.queries, self.keys_values, self.output):
            nn.init.zeros_(layer.bias)
        if self._is_silent:
            nn.init.zeros_(self.output.weight)


class AttentionBlock(nn.Module):
    """Attention alone, or on the normed signal and added to it; maps are read as sequences.

    float, (N, T, C) or (N, C, H, W), and a memory of either kind or none -> the shape of the first.
    With a shortcut and a silent start it begins as the identity, as the non-local block of
    Wang et al., 2018, arXiv:1711.07971.

    Args:
        width: C of the first input.
        memory_width: C of the memory, 0 for attention to itself.
        heads: Divides `width`.
        is_causal: Whether each place sees itself and earlier ones alone, without a memory.
        is_rotary: Whether places are told by rotation, without a memory.
        has_shortcut: Whether the input is normed before and added after.
    """

    def __init__(
        self,
        width: int,
        memory_width: int = 0,
        *,
        heads: int,
        is_causal: bool,
        is_rotary: bool,
        has_shortcut: bool,
    ) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=1e-6) if has_shortcut else nn.Identity()
        self.attention = (
            CrossAttention(width, memory_width, heads=heads, is_silent=has_shortcut)
            if memory_width
            else Attention(
                width,
                heads=heads,
                is_causal=is_causal,
                is_rotary=is_rotary,
                is_silent=has_shortcut,
            )
        )
        self._has_shortcut = has_shortcut

    def forward(self, x: Tensor, *memory: Tensor) -> Tensor:
        """Return mixed places, in the shape of `x`: (N, T, C) or (N, C, H, W)."""
        tokens = as_tokens(x)
        mixed: Tensor = self.attention(self.norm(tokens), *(as_tokens(m) for m in memory))
        out = tokens + mixed if self._has_shortcut else mixed
        return out if x.dim() == 3 else out.transpose(1, 2).unflatten(2, x.shape[2:])


def as_tokens(x: Tensor) -> Tensor:
    """Return a batch as sequences: (N, T, C) as it is, (N, C, H, W) -> (N, H * W, C)."""
    return x if x.dim() == 3 else x.flatten(2).transpose(1, 2)
