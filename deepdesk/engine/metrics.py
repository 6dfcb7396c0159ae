"""Running metrics for classification that never wait for the device while they gather.

Definitions follow Sokolova and Lapalme (2009, doi:10.1016/j.ipm.2009.03.002).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

_MATRIX_CLASSES = 1_000


class Accuracy:
    """Share of samples whose highest score is the right class, 0 to 1."""

    name = "accuracy"
    label = "Accuracy"
    unit = "%"
    higher_is_better = True

    def __init__(self) -> None:
        self._right: Tensor | None = None
        self._count = 0

    def reset(self) -> None:
        """Forget everything."""
        self._right = None
        self._count = 0

    def update(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> None:
        """Take in logits, float, (N, C), and `batch["label"]`, int64, (N,)."""
        right = (outputs.argmax(1) == batch["label"]).sum()
        self._right = right if self._right is None else self._right + right
        self._count += len(outputs)

    def compute(self) -> float:
        """Return the accuracy, NaN over no samples."""
        return math.nan if self._right is None else int(self._right) / self._count

    def details(self) -> Mapping[str, Any]:
        """Return nothing more."""
        return {}

    def state(self) -> Mapping[str, Tensor]:
        """Return the counts, int64, (2,)."""
        right = 0 if self._right is None else int(self._right)
        return {"counts": torch.tensor([right, self._count])}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from the counts, int64, (2,)."""
        right, self._count = (int(value) for value in state["counts"])
        self._right = torch.tensor(right) if self._count else None


class Confusion:
    """Macro F1 over the classes that occur, with the confusion matrix as its detail.

    Beyond 1,000 classes the matrix is left out: nobody can look at it, and it would take
    gigabytes. F1 needs only the counts of right answers, answers and truths per class.

    Args:
        classes: Names in the order of their indices.
    """

    name = "macro_f1"
    label = "Macro F1"
    unit = "%"
    higher_is_better = True

    def __init__(self, classes: tuple[str, ...]) -> None:
        self._classes = classes
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        classes = len(self._classes)
        cells = classes * classes if classes <= _MATRIX_CLASSES else 0
        self._cells = torch.zeros(cells, dtype=torch.int64)
        # Rows: right answers, answers, truths.
        self._counts = torch.zeros(3, classes, dtype=torch.int64)

    def update(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> None:
        """Take in logits, float, (N, C), and `batch["label"]`, int64, (N,)."""
        truths, answers = batch["label"], outputs.argmax(1)
        self._counts = self._counts.to(answers.device)
        self._cells = self._cells.to(answers.device)
        ones = torch.ones_like(answers)
        # Adding in place costs the batch alone, and unlike bincount waits for no device.
        self._counts[0].index_add_(0, truths, (truths == answers).long())
        self._counts[1].index_add_(0, answers, ones)
        self._counts[2].index_add_(0, truths, ones)
        if len(self._cells):
            self._cells.index_add_(0, truths * len(self._classes) + answers, ones)

    def compute(self) -> float:
        """Return the mean F1 over classes that occur as truth or answer, NaN over none."""
        right, answers, truths = self._counts.cpu().to(torch.float64)
        seen = answers + truths
        return float((2 * right / seen)[seen > 0].mean())

    def details(self) -> Mapping[str, Any]:
        """Return {"confusion": {"classes": [...], "counts": rows of truth}}, {} for too many."""
        if not len(self._cells):
            return {}
        side = len(self._classes)
        counts = self._cells.cpu().view(side, side).tolist()
        return {"confusion": {"classes": list(self._classes), "counts": counts}}

    def state(self) -> Mapping[str, Tensor]:
        """Return the counts, int64: "cells" (C²,) or (0,), and "counts" (3, C)."""
        return {"cells": self._cells.cpu(), "counts": self._counts.cpu()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from the counts, int64, "cells" (C²,) or (0,), and "counts" (3, C).

        Raises:
            ValueError: It is of other classes.
        """
        cells, counts = state["cells"], state["counts"]
        if cells.shape != self._cells.shape or counts.shape != self._counts.shape:
            raise ValueError("counts of other classes")
        self._cells, self._counts = cells.clone(), counts.clone()
