"""The last modules of networks: classes of a sample, classes of its pixels, and numbers."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn import functional


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


class DenseHead(nn.Module):
    """Raw scores for every pixel (Long et al., 2015, arXiv:1411.4038).

    float, (N, C, H, W), and for its size alone (N, D, H', W') -> (N, classes, *size).

    Args:
        channels: Of the input.
        classes: Of the output.
        size: Height and width of the output in pixels.
        dropout: Share of channels set to zero while training.
    """

    def __init__(
        self, channels: int, classes: int, *, size: tuple[int, int], dropout: float = 0.0
    ) -> None:
        super().__init__()
        self._size = size
        self.dropout = nn.Dropout2d(dropout) if dropout else nn.Identity()
        self.scores = nn.Conv2d(channels, classes, 1)

    def forward(self, x: Tensor, *sized: Tensor) -> Tensor:  # noqa: ARG002 - its size is known
        """Return raw scores: (N, C, H, W) -> (N, classes, *size)."""
        scores: Tensor = self.scores(self.dropout(x))
        if tuple(scores.shape[2:]) == self._size:
            return scores
        return functional.interpolate(scores, self._size, mode="bilinear")


_RANGES: dict[str, Callable[[Tensor, float, float], Tensor]] = {
    "any": lambda x, _low, _high: x,
    "positive": lambda x, _low, _high: functional.softplus(x),
    "bounded": lambda x, low, high: low + (high - low) * x.sigmoid(),
}


class RegressionHead(nn.Module):
    """Numbers in a range, from a vector: float, (N, features) -> (N, outputs).

    Args:
        features: Of the input.
        outputs: Of the output.
        limits: "any", "positive" or "bounded", and the two ends of the last.
        dropout: Share of inputs set to zero while training.
        hidden: Width of a hidden layer with GELU, 0 for none.
    """

    def __init__(
        self,
        features: int,
        outputs: int,
        *,
        limits: tuple[str, float, float] = ("any", 0.0, 1.0),
        dropout: float = 0.0,
        hidden: int = 0,
    ) -> None:
        super().__init__()
        kind, self._low, self._high = limits
        self._range = _RANGES[kind]
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()
        self.hidden = (
            nn.Sequential(nn.Linear(features, hidden), nn.GELU()) if hidden else nn.Identity()
        )
        self.numbers = nn.Linear(hidden or features, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return numbers in the range: (N, features) -> (N, outputs)."""
        return self._range(self.numbers(self.hidden(self.dropout(x))), self._low, self._high)
