"""Vectors of tokens and marks of places.

Legend: N batch, T places, C width.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn import functional

_DEVIATION = 0.02  # of learned marks, as in Dosovitskiy et al., 2020
_BASE = 10_000.0  # Vaswani et al., 2017, 3.5


class Embedding(nn.Module):
    """A learned vector for each token (Bengio et al., 2003).

    float or int, (N, T) -> float, (N, T, width). Whatever is no whole number from 0 to
    `vocabulary` - 1 once its fraction is cut off is read as token 0.

    Args:
        vocabulary: Number of tokens.
        width: Of a vector.
    """

    def __init__(self, vocabulary: int, width: int) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self.weight = nn.Parameter(torch.empty(vocabulary, width))

    def forward(self, x: Tensor) -> Tensor:
        """Return vectors of token numbers: (N, T) -> (N, T, width)."""
        is_known = (x >= 0) & (x < self._vocabulary)  # false for NaN; asked before the cast
        numbers = torch.where(is_known, x, torch.zeros_like(x)).long()
        return functional.embedding(numbers, self.weight)

    @torch.no_grad()
    def draw(self, generator: torch.Generator) -> None:
        """Draw vectors from the normal distribution, as `nn.Embedding` does."""
        self.weight.normal_(0.0, 1.0, generator=generator)


class WavePositions(nn.Module):
    """Adds fixed waves, one pair of numbers per frequency (Vaswani et al., 2017, 3.5).

    float, (N, places, width) -> (N, places, width). The marks are kept with the weights.

    Args:
        places: T.
        width: C.
        dropout: Share of numbers set to zero while training.
    """

    marks: Tensor

    def __init__(self, places: int, width: int, *, dropout: float) -> None:
        super().__init__()
        self.register_buffer("marks", torch.empty(places, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return marked places: (N, T, C) -> (N, T, C)."""
        out: Tensor = self.dropout(x + self.marks.to(x.dtype))
        return out

    @torch.no_grad()
    def draw(self, _generator: torch.Generator) -> None:
        """Fill in the waves; nothing is drawn."""
        places, width = self.marks.shape
        pairs = torch.arange(0, width, 2, dtype=torch.float64)
        angles = torch.arange(places, dtype=torch.float64)[:, None] * _BASE ** (-pairs / width)
        self.marks[:, 0::2] = angles.sin().float()
        self.marks[:, 1::2] = angles[:, : width // 2].cos().float()


class LearnedPositions(nn.Module):
    """Adds learned marks (Gehring et al., 2017, arXiv:1705.03122).

    float, (N, places, width) -> (N, places, width).

    Args:
        places: T.
        width: C.
        dropout: Share of numbers set to zero while training.
    """

    def __init__(self, places: int, width: int, *, dropout: float) -> None:
        super().__init__()
        self.marks = nn.Parameter(torch.empty(places, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return marked places: (N, T, C) -> (N, T, C)."""
        out: Tensor = self.dropout(x + self.marks.to(x.dtype))
        return out

    @torch.no_grad()
    def draw(self, generator: torch.Generator) -> None:
        """Draw small marks from a normal distribution."""
        self.marks.normal_(0.0, _DEVIATION, generator=generator)


POSITIONS: Mapping[str, type[WavePositions | LearnedPositions]] = MappingProxyType(
    {"sinusoidal": WavePositions, "learned": LearnedPositions}
)
