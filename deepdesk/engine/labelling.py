"""What tasks share whose answer is one class: loss, measures, answers and honest scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from deepdesk.core.payloads import LabelScores
from deepdesk.core.task import Answer, Metric
from deepdesk.engine.calibration import fit_temperature
from deepdesk.engine.file_alone import FileAlone
from deepdesk.engine.metrics import Accuracy, Confusion
from deepdesk.engine.thresholds import KNOWN_FROM, fit_known, fit_thresholds, thresholds_in

_SHOWN_CLASSES = 50


class Labelling(FileAlone):
    """The half of a `Task` that follows from logits, float, (N, C), and "label", int64, (N,).

    Args:
        classes: Names in the order of their indices.
        label_smoothing: As in the settings, 0 to 0.9.
        balance: Whether rare classes weigh as much as frequent ones.

    Attributes:
        thresholds: Class name to the probability from which on it counts, as far as fitted.
    """

    def __init__(self, classes: tuple[str, ...], *, label_smoothing: float, balance: bool) -> None:
        self.classes = classes
        self._label_smoothing = label_smoothing
        self._balance = balance
        self._temperature: float | None = None
        self._known_from = 0.0
        self.thresholds: dict[str, float] = {}

    def losses(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return {"cross_entropy": shape (), nats}, smoothed as set.

        Label smoothing is of Szegedy et al. (2016, arXiv:1512.00567, section 7).

        Args:
            outputs: Logits, float32, (N, C).
            batch: "label": int64, (N,); "class_weight": float32, (N,), when classes are balanced.
        """
        losses_N = functional.cross_entropy(
            outputs, batch["label"], label_smoothing=self._label_smoothing, reduction="none"
        )
        if "class_weight" in batch:
            losses_N = losses_N * batch["class_weight"]
        return {"cross_entropy": losses_N.mean()}

    def extras(
        self, class_indices: NDArray[np.int64], targets: Sequence[Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return what `losses` needs of each sample: labels, int64, (N,), and weights if set."""
        del targets
        extras: dict[str, NDArray[Any]] = {"label": class_indices}
        if self._balance and len(class_indices):
            counts = np.bincount(class_indices, minlength=len(self.classes))
            weights = len(class_indices) / (np.count_nonzero(counts) * np.maximum(counts, 1))
            extras["class_weight"] = weights[class_indices].astype(np.float32)
        return extras

    def metrics(self) -> Sequence[Metric]:
        """Return fresh metrics, the main one first."""
        return (Accuracy(), Confusion(self.classes))

    def answers(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> Sequence[Answer]:
        """Return the most likely class of each row of logits, float, (N, C)."""
        scores_N, answers_N = outputs.softmax(1).max(1)
        rows = zip(batch["label"].tolist(), answers_N.tolist(), scores_N.tolist(), strict=True)
        return [
            Answer(
                truth=self.classes[truth],
                answer=self.classes[answer],
                score=score,
                is_right=truth == answer,
            )
            for truth, answer, score in rows
        ]

    def fit_answers(self, pairs: Iterable[tuple[Tensor, Mapping[str, Tensor]]]) -> dict[str, float]:
        """Return what makes logits, float, (N, C), honest; {} for no samples.

        Returns:
            "temperature", by which logits are divided, and of each class, by its name, the
            threshold with the best F1 and what it reaches; "known_from" as in `LabelScores`.
        """
        kept = [(outputs.cpu(), batch["label"].cpu()) for outputs, batch in pairs]
        if not kept:
            return {}
        logits_NC = torch.cat([outputs for outputs, _labels in kept]).double()
        labels_N = torch.cat([labels for _outputs, labels in kept])
        temperature = fit_temperature(logits_NC, labels_N)
        probabilities_NC = (logits_NC / temperature).softmax(1).numpy()
        thresholds = fit_thresholds(probabilities_NC, labels_N.numpy(), self.classes)
        known_from = fit_known(probabilities_NC.max(1))
        return {"temperature": temperature, KNOWN_FROM: known_from, **thresholds}

    def use_fit(self, fit: Mapping[str, float]) -> None:
        """Divide logits by the temperature in `fit` and tell its limits from now on."""
        self._temperature = fit.get("temperature")
        self._known_from = fit.get(KNOWN_FROM, 0.0)
        known = thresholds_in(fit)
        self.thresholds = {name: known[name].threshold for name in self.classes if name in known}

    def probabilities_of(self, logits_NC: Tensor) -> NDArray[np.float32]:
        """Return the probability of each class, calibrated if fitted, float32, (N, C)."""
        probabilities_NC = (logits_NC / (self._temperature or 1.0)).softmax(1)
        return np.asarray(probabilities_NC.cpu().numpy(), dtype=np.float32)

    def scores_of(self, logits_C: Tensor) -> LabelScores:
        """Return the most likely classes for the logits of one sample, float, (C,)."""
        probabilities_C = (logits_C / (self._temperature or 1.0)).softmax(0).cpu()
        shown = min(_SHOWN_CLASSES, len(self.classes))
        values, indices = probabilities_C.topk(shown)
        pairs = zip(indices.tolist(), values.tolist(), strict=True)
        scores = tuple((self.classes[i], value) for i, value in pairs)
        return LabelScores(
            scores=scores,
            is_calibrated=self._temperature is not None,
            known_from=self._known_from,
        )
