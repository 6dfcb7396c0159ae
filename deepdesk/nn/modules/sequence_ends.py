"""From a sequence to one vector, and a head for each place.

Legend: N batch, T places, C numbers per place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn


class FixedPool(nn.Module):
    """One vector for a sequence by a fixed rule: float, (N, T, C) -> (N, C)."""

    def __init__(self, rule: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self._rule = rule

    def forward(self, x: Tensor) -> Tensor:
        """Return one vector: (N, T, C) -> (N, C)."""
        return self._rule(x)


class AttentionPool(nn.Module):
    """The mean over places, weighted by how well each answers a learned question.

    float, (N, T, width) -> (N, width). After Lin et al., 2017, arXiv:1703.03130, with one question
    and no layer before it. It begins as the plain mean.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.question = nn.Parameter(torch.empty(width))

    def forward(self, x: Tensor) -> Tensor:
        """Return one vector: (N, T, width) -> (N, width)."""
        shares = (x * self.question.to(x.dtype)).sum(-1, keepdim=True).softmax(1)
        return (shares * x).sum(1)

    @torch.no_grad()
    def draw(self, _generator: torch.Generator) -> None:
        """Begin with no question: all places count the same."""
        self.question.zero_()


def _last(x: Tensor) -> Tensor:
    return x[:, -1]


def _mean(x: Tensor) -> Tensor:
    return x.mean(1)


def _largest(x: Tensor) -> Tensor:
    return x.amax(1)


SEQUENCE_POOLS: Mapping[str, Callable[[int], nn.Module]] = MappingProxyType(
    {
        "last": lambda _width: FixedPool(_last),
        "average": lambda _width: FixedPool(_mean),
        "maximum": lambda _width: FixedPool(_largest),
        "attention": AttentionPool,
    }
)


class TokenHead(nn.Module):
    """Raw scores of each place: float, (N, T, C) -> (N, T, classes), no unit, any range.

    Args:
        features: C.
        classes: Of the output.
        has_norm: Whether each place is normed first.
        dropout: Share of inputs set to zero while training.
    """

    def __init__(self, features: int, classes: int, *, has_norm: bool, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(features, eps=1e-6) if has_norm else nn.Identity()
        self.dropout = nn.Dropout(dropout)
        self.scores = nn.Linear(features, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return raw scores: (N, T, C) -> (N, T, classes)."""
        scores: Tensor = self.scores(self.dropout(self.norm(x)))
        return scores
