"""What tasks share whose answer is a class for every pixel: loss, measures, answers, certainty.

Letters in names: N batch, C classes, H height, W width.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepdesk.core.payloads import Mask
from deepdesk.core.task import Answer, Metric
from deepdesk.engine.calibration import fit_temperature
from deepdesk.engine.mask_losses import class_weights, losses_of
from deepdesk.engine.mask_metrics import MeanIoU, PixelAccuracy, counts_of, overlaps

_FITTED_PIXELS = 2_000  # of each picture, and
_FITTED_IN_ALL = 400_000
_NAMED = 3  # classes of an answer in words
_DRAWN_PX = 160  # longer side of what is kept for lists


class Segmenting:
    """The half of a `Task` that follows from logits, float, (N, C, H, W), and "mask".

    "mask" is int64, (N, H, W), below 0 where the truth is not known.

    Args:
        classes: Names in the order of their indices.
        loss: Key of `mask_losses.LOSSES`.
        shares: Of each class of the pixels of training, () where that is not known.
        balance: Power of the weights of rare classes, 0 for none.
        right_from: IoU of a picture from which its answer counts as right.
    """

    def __init__(
        self,
        classes: tuple[str, ...],
        *,
        loss: str,
        shares: Sequence[float] = (),
        balance: float = 0.0,
        right_from: float = 0.5,
    ) -> None:
        self.classes = classes
        self._loss = loss
        self._right_from = right_from
        self._temperature: float | None = None
        is_balanced = balance > 0.0 and len(shares) == len(classes)
        self._weights_C = class_weights(shares, balance) if is_balanced else None

    def losses(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return the named parts of the loss, shape () each.

        Args:
            outputs: Logits, float, (N, C, H, W).
            batch: "mask": int64, (N, H, W), below 0 where nothing is known.
        """
        weights_C = None if self._weights_C is None else self._weights_C.to(outputs.device)
        return losses_of(self._loss, outputs, batch["mask"], weights_C)

    def extras(
        self, class_indices: NDArray[np.int64], targets: Sequence[Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return nothing: the truth is decoded with the picture, shape (N, H, W)."""
        del class_indices, targets
        return {}

    def metrics(self) -> Sequence[Metric]:
        """Return fresh metrics, the main one first."""
        return (MeanIoU(self.classes), PixelAccuracy())

    def answers(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> Sequence[Answer]:
        """Return what was said of each row of logits, float, (N, C, H, W), beside its truth."""
        scores_NHW, answers_NHW = (outputs / (self._temperature or 1.0)).softmax(1).max(1)
        return [
            self._answer(answer_HW, truth_HW, float(scores_HW.mean()))
            for answer_HW, truth_HW, scores_HW in zip(
                answers_NHW.cpu(), batch["mask"].cpu(), scores_NHW.cpu(), strict=True
            )
        ]

    def fit_answers(self, pairs: Iterable[tuple[Tensor, Mapping[str, Tensor]]]) -> dict[str, float]:
        """Return {"temperature"}, by which logits are divided, fitted on some pixels of each.

        Args:
            pairs: (logits, float, (N, C, H, W); prepared batch), of the best weights.
        """
        logits, truths, count = [], [], 0
        for outputs, batch in pairs:
            for logits_CHW, truth_HW in zip(outputs, batch["mask"], strict=True):
                known = truth_HW.flatten().ge(0).nonzero()[:, 0].cpu()
                step = max(1, len(known) // _FITTED_PIXELS)
                places = known[step // 2 :: step].to(outputs.device)
                if count >= _FITTED_IN_ALL or not len(places):
                    continue
                logits.append(logits_CHW.flatten(1)[:, places].T.float().cpu())
                truths.append(truth_HW.flatten()[places].cpu())
                count += len(places)
        if not count:
            return {}
        return {"temperature": fit_temperature(torch.cat(logits), torch.cat(truths))}

    def use_fit(self, fit: Mapping[str, float]) -> None:
        """Divide logits by the temperature in `fit` from now on."""
        self._temperature = fit.get("temperature")

    @property
    def temperature(self) -> float:
        """By which logits are divided before they become probabilities, 1 until it is fitted."""
        return self._temperature or 1.0

    def _answer(self, answer_HW: Tensor, truth_HW: Tensor, score: float) -> Answer:
        counts_CC = counts_of(answer_HW, truth_HW, len(self.classes))
        overlap = float(overlaps(counts_CC).nanmean())
        drawn, drawn_truth = self._drawn(answer_HW), self._drawn(truth_HW)
        if math.isnan(overlap):
            return Answer(
                truth="",
                answer=shares_in_words(drawn),
                score=score,
                is_right=True,
                error=0.0,
                drawn=drawn,
            )
        return Answer(
            truth=shares_in_words(drawn_truth),
            answer=f"{shares_in_words(drawn)}; IoU {overlap:.2f}",
            score=score,
            is_right=overlap >= self._right_from,
            error=1.0 - overlap,
            drawn=drawn,
            drawn_truth=drawn_truth,
        )

    def _drawn(self, indices_HW: Tensor) -> Mask:
        """Return a small mask for lists: every so many pixels of it."""
        step = -(-max(indices_HW.shape) // _DRAWN_PX)
        few_HW = indices_HW[step // 2 :: step, step // 2 :: step]
        return Mask(classes_HW=few_HW.to(torch.int16).numpy(), classes=self.classes)


def shares_in_words(mask: Mask) -> str:
    """Return "road 41 %, sky 22 %" for the largest classes of a mask."""
    largest = list(mask.shares.items())[:_NAMED]
    return ", ".join(f"{name} {100.0 * share:.0f} %" for name, share in largest) or "nothing"
