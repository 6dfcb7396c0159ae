"""The last module of a classifier."""

from __future__ import annotations

from torch import Tensor, nn


class ClassifierHead(nn.Module):
    """Raw scores from a vector: float, (N, features) -> (N, classes), no unit, any range.

    Args:
        features: Of the input.
        classes: Of the output.
        scale: Factor on the scores.
        dropout: Share of inputs set to zero while training.
        hidden: Width of a hidden layer with GELU, 0 for none.
    """

    def __init__(
        self,
        features: int,
        classes: int,
        *,
        scale: float = 1.0,
        dropout: float = 0.0,
        hidden: int = 0,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()
        self.hidden = (
            nn.Sequential(nn.Linear(features, hidden), nn.GELU()) if hidden else nn.Identity()
        )
        self.scores = nn.Linear(hidden or features, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return raw scores: (N, features) -> (N, classes)."""
        scores: Tensor = self.scores(self.hidden(self.dropout(x)))
        return scores if self.scale == 1.0 else scores * self.scale
