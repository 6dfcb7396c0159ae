"""Running metrics for classification that never wait for the device while they gather.

Definitions follow Sokolova and Lapalme (2009, doi:10.1016/j.ipm.2009.03.002).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor


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
        self._counts = torch.zeros(len(self._classes) ** 2, dtype=torch.int64)

    def update(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> None:
        """Take in logits, float, (N, C), and `batch["label"]`, int64, (N,)."""
        cells = batch["label"] * len(self._classes) + outputs.argmax(1)
        counts = torch.bincount(cells, minlength=len(self._classes) ** 2)
        self._counts = self._counts.to(counts.device) + counts

    def compute(self) -> float:
        """Return the mean F1 over classes that occur as truth or answer, NaN over none."""
        counts = self._matrix().to(torch.float64)
        right = counts.diagonal()
        seen = counts.sum(0) + counts.sum(1)
        return float((2 * right / seen)[seen > 0].mean())

    def details(self) -> Mapping[str, Any]:
        """Return {"confusion": {"classes": [...], "counts": rows of truth}}."""
        return {"confusion": {"classes": list(self._classes), "counts": self._matrix().tolist()}}

    def state(self) -> Mapping[str, Tensor]:
        """Return the counts, int64, shape (C²,)."""
        return {"counts": self._counts.cpu()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from the counts, int64, shape (C²,)."""
        self._counts = state["counts"].clone()

    def _matrix(self) -> Tensor:
        return self._counts.cpu().view(len(self._classes), len(self._classes))
