"""Running measures of answers that are a class for every pixel.

Letters in names: N batch, C classes, H height, W width. Pixels of truth below 0 count for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

NO_CLASS = -1  # of a pixel of truth that counts for nothing


def counts_of(answers_NHW: Tensor, truths_NHW: Tensor, classes: int) -> Tensor:
    """Return how many pixels of each truth (rows) got each answer, int64, (C, C).

    Args:
        answers_NHW: Class indices, int64, (N, H, W).
        truths_NHW: Likewise, `NO_CLASS` where nothing is known.
        classes: C.
    """
    cells = torch.zeros(classes * classes + 1, dtype=torch.int64, device=answers_NHW.device)
    # What is not known goes into one cell more, as picking it out would wait for the device.
    places = torch.where(truths_NHW >= 0, truths_NHW * classes + answers_NHW, classes * classes)
    flat = places.flatten()
    cells.index_add_(0, flat, torch.ones_like(flat))
    return cells[:-1].view(classes, classes)


def overlaps(counts_CC: Tensor) -> Tensor:
    """Return intersection over union of each class, float64, (C,), NaN for one that never occurs.

    Everingham et al. (2010, doi:10.1007/s11263-009-0275-4, section 4.1.3).

    Args:
        counts_CC: As of `counts_of`.
    """
    counts = counts_CC.to(torch.float64)
    right = counts.diagonal()
    union = counts.sum(0) + counts.sum(1) - right
    return torch.where(union > 0, right / union, torch.full_like(right, math.nan))


class MeanIoU:
    """Mean over classes of the share of pixels on which truth and answer agree.

    A class that occurs neither in the truth nor in an answer is left out of the mean.

    Args:
        classes: Names in the order of their indices.
    """

    name = "mean_iou"
    label = "Mean IoU"
    unit = "%"
    higher_is_better = True

    def __init__(self, classes: tuple[str, ...]) -> None:
        self._classes = classes
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._counts = torch.zeros(len(self._classes), len(self._classes), dtype=torch.int64)

    def update(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> None:
        """Take in logits, float, (N, C, H, W), and `batch["mask"]`, int64, (N, H, W)."""
        more = counts_of(outputs.argmax(1), batch["mask"], len(self._classes))
        self._counts = self._counts.to(more.device) + more

    def compute(self) -> float:
        """Return the mean over the classes that occur, NaN over none."""
        return float(overlaps(self._counts.cpu()).nanmean())

    def details(self) -> Mapping[str, Any]:
        """Return the IoU of each class, None where it never occurs, and pixels by truth and answer.

        Returns:
            {"class_iou": {"classes": [...], "values": [...], "pixels": of truth},
            "confusion": {"classes": [...], "counts": rows of truth, "of": "pixels"}}.
        """
        counts = self._counts.cpu()
        values = [None if math.isnan(v) else round(v, 6) for v in overlaps(counts).tolist()]
        names = list(self._classes)
        return {
            "class_iou": {"classes": names, "values": values, "pixels": counts.sum(1).tolist()},
            "confusion": {"classes": names, "counts": counts.tolist(), "of": "pixels"},
        }

    def state(self) -> Mapping[str, Tensor]:
        """Return the counts, int64, (C, C)."""
        return {"counts": self._counts.cpu()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from the counts, int64, (C, C).

        Raises:
            ValueError: They are of other classes.
        """
        if state["counts"].shape != self._counts.shape:
            raise ValueError("counts of other classes")
        self._counts = state["counts"].clone()


class PixelAccuracy:
    """Share of pixels with the right class, 0 to 1; large classes decide about it."""

    name = "pixel_accuracy"
    label = "Pixel accuracy"
    unit = "%"
    higher_is_better = True

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._counts = torch.zeros(2, dtype=torch.int64)

    def update(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> None:
        """Take in logits, float, (N, C, H, W), and `batch["mask"]`, int64, (N, H, W)."""
        truths = batch["mask"]
        right = (outputs.argmax(1) == truths).sum()
        self._counts = self._counts.to(truths.device) + torch.stack([right, (truths >= 0).sum()])

    def compute(self) -> float:
        """Return the share, NaN over no pixels."""
        right, known = self._counts.tolist()
        return right / known if known else math.nan

    def details(self) -> Mapping[str, Any]:
        """Return nothing more."""
        return {}

    def state(self) -> Mapping[str, Tensor]:
        """Return pixels that are right and pixels that are known, int64, (2,)."""
        return {"counts": self._counts.cpu()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from the counts, int64, (2,)."""
        self._counts = state["counts"].clone()
