"""Where a value lies on an axis of the parallel coordinates, as a share of its length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deepdesk.ui.metric_words import metric_text, metric_words
from deepdesk.ui.tabs.training.request_words import value_text

_MOST_CHOICE_TICKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One upright line: a setting, or what was reached.

    Attributes:
        name: The key of its values.
        label: On screen.
        low: Value at the bottom, for numbers.
        high: Value at the top, for numbers.
        is_log: Whether orders of magnitude are equally far apart.
        choices: Values from the bottom to the top, empty for numbers.
        words: What the choices are called.
        metric: Name of the metric whose unit the numbers have, "" for none.
    """

    name: str
    label: str
    low: float = 0.0
    high: float = 1.0
    is_log: bool = False
    choices: tuple[Any, ...] = ()
    words: tuple[str, ...] = ()
    metric: str = ""

    def share(self, value: Any) -> float:
        """Return where a value lies, 0 at the bottom to 1 at the top; NaN for none."""
        if self.choices:
            return self._choice_share(value)
        if not isinstance(value, int | float) or not math.isfinite(value):
            return math.nan
        if self.high <= self.low:
            return 0.5
        if not self.is_log:
            return (value - self.low) / (self.high - self.low)
        return (
            math.log(value / self.low) / math.log(self.high / self.low) if value > 0 else math.nan
        )

    def _choice_share(self, value: Any) -> float:
        places = [n for n, choice in enumerate(self.choices) if choice == value]
        if not places:
            return math.nan
        return places[0] / (len(self.choices) - 1) if len(self.choices) > 1 else 0.5

    def ticks(self) -> list[tuple[float, str]]:
        """Return (share, words) of what is written beside the axis."""
        if self.choices:
            every = max(1, -(-len(self.choices) // _MOST_CHOICE_TICKS))
            words = self.words or tuple(value_text(choice) for choice in self.choices)
            return [(self.share(c), words[n]) for n, c in enumerate(self.choices)][::every]
        values = [self.low, self._middle(), self.high]
        return [(self.share(value), self._text(float(f"{value:.3g}"))) for value in values]

    def _text(self, value: float) -> str:
        return metric_text(self.metric, value) if self.metric else value_text(value)

    def _middle(self) -> float:
        if self.is_log:
            return math.sqrt(self.low * self.high)
        return (self.low + self.high) / 2


def reached_axis(name: str, metric: str, values: Sequence[float | None]) -> Axis:
    """Return the axis of what was reached, from the lowest to the highest value."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    return Axis(name=name, label=metric_words(metric).label, low=low, high=high, metric=metric)
