"""How far answered numbers are from the truth: running measures that wait for no device.

Letters in names: N batch, K numbers. Truths are NaN where there is none. Sums are of numbers in
standard deviations of training, so that they stay small; the results are in the numbers' units.
"""

from __future__ import annotations

import abc
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from deepdesk.data.numbers import Quantity

# Count, errors², |errors|, truths, truths².
_COUNT, _SQUARES, _SIZES, _TRUTHS, _TRUTHS_SQUARED = range(5)


class RunningMeasure(abc.ABC):
    """What all measures of some numbers follow from, shape (5, K)."""

    higher_is_better = False

    def __init__(self, name: str, label: str, unit: str, numbers: Sequence[Quantity]) -> None:
        self.name = name
        self.label = label
        self.unit = unit
        self._numbers = tuple(numbers)
        self._sums = torch.zeros(5, len(self._numbers), dtype=torch.float64)

    def reset(self) -> None:
        """Forget everything."""
        self._sums = torch.zeros(5, len(self._numbers), dtype=torch.float64)

    def update(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> None:
        """Take in answers and `batch["standard"]`, float, (N, K), in standard deviations."""
        truths = batch["standard"].double()
        is_known = ~truths.isnan()
        truths = torch.where(is_known, truths, 0.0)
        errors = torch.where(is_known, outputs.double() - truths, 0.0)
        parts = (is_known.double(), errors.square(), errors.abs(), truths, truths.square())
        self._sums = self._sums.to(outputs.device) + torch.stack([part.sum(0) for part in parts])

    @abc.abstractmethod
    def compute(self) -> float:
        """Return the value over everything since `reset`, NaN over nothing."""

    def details(self) -> Mapping[str, Any]:
        """Return nothing more."""
        return {}

    def state(self) -> Mapping[str, Tensor]:
        """Return the sums, float64, (5, K)."""
        return {"sums": self._sums.cpu()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from the sums, float64, (5, K).

        Raises:
            ValueError: They are of other numbers.
        """
        if state["sums"].shape != self._sums.shape:
            raise ValueError("sums of other numbers")
        self._sums = state["sums"].double().clone()

    def _of(self, at: int) -> list[float]:
        return [float(value) for value in self._sums.cpu()[:, at]]


class RootMeanSquare(RunningMeasure):
    """Root of the mean squared error of one number (RMSE), in its unit."""

    def __init__(self, numbers: Sequence[Quantity], at: int) -> None:
        super().__init__(*_named("rmse", "RMSE", numbers, at), numbers[at].unit, numbers)
        self._at = at

    def compute(self) -> float:
        """Return the error, NaN over nothing."""
        count, squares, *_rest = self._of(self._at)
        return math.sqrt(squares / count) * self._numbers[self._at].deviation if count else math.nan


class MeanAbsolute(RunningMeasure):
    """Mean absolute error of one number (MAE), in its unit."""

    def __init__(self, numbers: Sequence[Quantity], at: int) -> None:
        super().__init__(*_named("mae", "MAE", numbers, at), numbers[at].unit, numbers)
        self._at = at

    def compute(self) -> float:
        """Return the error, NaN over nothing."""
        count, _squares, sizes, *_rest = self._of(self._at)
        return sizes / count * self._numbers[self._at].deviation if count else math.nan


class Explained(RunningMeasure):
    """Share of the variance that the answers explain (R²), a mean over the numbers.

    1 is perfect, 0 is what always saying the mean of these samples comes to, and it can be below.
    """

    higher_is_better = True

    def __init__(self, numbers: Sequence[Quantity]) -> None:
        super().__init__("r2", "R²", "", numbers)

    def compute(self) -> float:
        """Return it, NaN where no truth differs from another."""
        shares = []
        for at in range(len(self._numbers)):
            count, squares, _sizes, truths, truths_squared = self._of(at)
            spread = truths_squared - truths * truths / count if count else 0.0
            if spread > 1e-9 * max(1.0, truths_squared):
                shares.append(1.0 - squares / spread)
        return sum(shares) / len(shares) if shares else math.nan


def measures(numbers: Sequence[Quantity]) -> Sequence[RunningMeasure]:
    """Return fresh measures, the main one first: RMSE of one number, R² of several."""
    makers: tuple[Callable[[Sequence[Quantity], int], RunningMeasure], ...] = (
        RootMeanSquare,
        MeanAbsolute,
    )
    errors: list[RunningMeasure] = [
        maker(numbers, at) for maker in makers for at in range(len(numbers))
    ]
    explained = Explained(numbers)
    return [*errors, explained] if len(numbers) == 1 else [explained, *errors]


def _named(key: str, label: str, numbers: Sequence[Quantity], at: int) -> tuple[str, str]:
    """Return the name of a metric and its label: of one number, or of one among several."""
    if len(numbers) == 1:
        return key, label
    word = "".join(c if c.isalnum() else "_" for c in numbers[at].name.casefold()).strip("_")
    return f"{key}_{word or at + 1}", f"{label} of {numbers[at].name}"
