"""What tasks share whose answer is numbers: loss, measures, answers and honest margins.

Letters in names: N batch, K numbers. Networks answer in standard deviations of training from its
mean, so that every number weighs the same whatever its unit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from deepdesk.core.payloads import Number
from deepdesk.core.task import Answer, Metric
from deepdesk.data.numbers import Quantity, values_of
from deepdesk.engine.file_alone import FileAlone
from deepdesk.engine.number_metrics import measures

KEPT_WITHIN = 0.9  # share of validation that lies within the margin which is told
_MARGIN = "margin/"
_BINS = 25
_MOST_WEIGHT = 10.0


class Measuring(FileAlone):
    """The half of a `Task` that follows from outputs, float, (N, K), in standard deviations.

    Batches hold "standard": float32, (N, K), NaN where a truth is missing, and "weight": float32,
    (N,), when rare values weigh more.

    Args:
        numbers: What is answered.
        robust_from: Errors beyond so many standard deviations count linearly, 0 for none.
        balance: Whether rare values weigh as much as frequent ones.
        tolerance: Largest error that counts as right, in the unit; 0 for a tenth of a deviation.
    """

    def __init__(
        self,
        numbers: Sequence[Quantity],
        *,
        robust_from: float = 0.0,
        balance: bool = False,
        tolerance: float = 0.0,
    ) -> None:
        self.numbers = tuple(numbers)
        self._robust_from = robust_from
        self._balance = balance
        self._tolerance = tolerance
        self._margins: dict[str, float] = {}
        self._means_K = torch.tensor([number.mean for number in self.numbers])
        self._deviations_K = torch.tensor([number.deviation for number in self.numbers])

    def losses(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return {"squared_error": shape ()}, half of squared deviations, a mean over numbers.

        With an end of squares it is the loss of Huber (1964, doi:10.1214/aoms/1177703732). What
        has no truth counts nothing.
        """
        truths_NK = batch["standard"]
        is_known = ~truths_NK.isnan()
        truths_NK = torch.where(is_known, truths_NK, outputs.detach())
        if self._robust_from:
            errors_NK = functional.huber_loss(
                outputs, truths_NK, reduction="none", delta=self._robust_from
            )
        else:
            errors_NK = 0.5 * (outputs - truths_NK).square()
        if "weight" in batch:
            errors_NK = errors_NK * batch["weight"][:, None]
        return {"squared_error": errors_NK.sum() / is_known.sum().clamp_min(1)}

    def extras(
        self, class_indices: NDArray[np.int64], targets: Sequence[Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return "standard", float32, (N, K), and "weight", float32, (N,), if balanced."""
        del class_indices
        values_NK = np.zeros((len(targets), len(self.numbers)), dtype=np.float32)
        for place, target in enumerate(targets):
            values_NK[place] = values_of(target, self.numbers)
        means, deviations = self._means_K.numpy(), self._deviations_K.numpy()
        extras: dict[str, NDArray[Any]] = {"standard": (values_NK - means) / deviations}
        if self._balance and len(targets):
            extras["weight"] = rarity(extras["standard"])
        return extras

    def metrics(self) -> Sequence[Metric]:
        """Return fresh metrics, the main one first."""
        return measures(self.numbers)

    def answers(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> Sequence[Answer]:
        """Return what was said of each row of outputs, float, (N, K), beside its truth."""
        given_NK = self.in_units(outputs)
        truths_NK = self.in_units(batch["standard"])
        return [
            self._answer(given_K, truth_K)
            for given_K, truth_K in zip(given_NK, truths_NK, strict=True)
        ]

    def fit_answers(self, pairs: Iterable[tuple[Tensor, Mapping[str, Tensor]]]) -> dict[str, float]:
        """Return by the header of each number within which margin nine of ten answers lie.

        Split conformal prediction (Papadopoulos et al., 2002, doi:10.1007/3-540-36755-1_29): of
        new samples like those of validation at least that share lies within. {} for too few.

        Args:
            pairs: (outputs, float, (N, K); prepared batch), of the best weights.
        """
        errors: list[NDArray[np.float64]] = [
            np.abs(self.in_units(outputs) - self.in_units(batch["standard"]))
            for outputs, batch in pairs
        ]
        if not errors:
            return {}
        errors_NK = np.concatenate(errors)
        fit = {}
        for at, number in enumerate(self.numbers):
            known = np.sort(errors_NK[:, at][np.isfinite(errors_NK[:, at])])
            place = math.ceil((len(known) + 1) * KEPT_WITHIN)
            if 1 <= place <= len(known):
                fit[_MARGIN + number.header] = float(known[place - 1])
        return fit

    def use_fit(self, fit: Mapping[str, float]) -> None:
        """Tell the margins in `fit` with every answer from now on."""
        headers = {number.header for number in self.numbers}
        self._margins = {
            header: margin
            for key, margin in fit.items()
            if key.startswith(_MARGIN) and (header := key[len(_MARGIN) :]) in headers
        }

    def in_units(self, standard: Tensor) -> NDArray[np.float64]:
        """Return numbers in their units, float64, (N, K), for those in deviations."""
        values = standard.detach().double().cpu() * self._deviations_K + self._means_K
        return np.asarray(values.numpy(), dtype=np.float64)

    def number_of(self, output_K: Tensor) -> Number:
        """Return what outputs of one sample, float, (K,), say."""
        values_K = self.in_units(output_K[None])[0].tolist()
        pairs = list(zip(self.numbers, values_K, strict=True))
        return Number(
            values={number.name: (value, number.unit) for number, value in pairs},
            margins={
                number.name: self._margins[number.header]
                for number, _value in pairs
                if number.header in self._margins
            },
        )

    def _answer(self, given_K: NDArray[np.float64], truth_K: NDArray[np.float64]) -> Answer:
        deviations_K = self._deviations_K.numpy()
        errors_K = np.abs(given_K - truth_K)
        worst = float(np.nanmax(errors_K / deviations_K)) if np.isfinite(errors_K).any() else 0.0
        allowed_K = self._tolerance or 0.1 * deviations_K
        return Answer(
            truth=self._words(truth_K),
            answer=self._words(given_K),
            score=math.nan,
            is_right=bool((np.nan_to_num(errors_K) <= allowed_K).all()),
            error=worst,
        )

    def _words(self, values_K: NDArray[np.float64]) -> str:
        alone = len(self.numbers) == 1
        return ", ".join(
            f"{'' if alone else number.name + ' '}{rounded(value, number)} {number.unit}".strip()
            for number, value in zip(self.numbers, values_K.tolist(), strict=True)
            if math.isfinite(value)
        )


def rounded(value: float, number: Quantity) -> str:
    """Return a value as text, to about a thousandth of how the number spreads."""
    decimals = min(9, max(0, 2 - math.floor(math.log10(number.deviation))))
    # Adding zero makes no minus of what is rounded to nothing.
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def rarity(standard_NK: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much each sample weighs, float32, (N,), mean 1: more where its values are rare.

    The weight of a value is the inverse of how many share its bin, 25 between the 1st and the
    99th percentile, at most ten times that of the most frequent; of several numbers the largest
    counts. After Yang et al. (2021, arXiv:2102.09554), without their smoothing.

    Args:
        standard_NK: float32, (N, K), NaN where there is none.
    """
    weights_N = np.ones(len(standard_NK))
    for values_N in standard_NK.T:
        is_known = np.isfinite(values_N)
        if not is_known.any():
            continue
        low, high = np.percentile(values_N[is_known], [1, 99])
        if high <= low:
            continue
        share = (np.clip(values_N[is_known], low, high) - low) / (high - low)
        bins = np.minimum((share * _BINS).astype(np.int64), _BINS - 1)
        counts = np.bincount(bins, minlength=_BINS)
        rare = np.minimum(counts.max() / counts[bins], _MOST_WEIGHT)
        weights_N[is_known] = np.maximum(weights_N[is_known], rare)
    return np.asarray(weights_N / weights_N.mean(), dtype=np.float32)
