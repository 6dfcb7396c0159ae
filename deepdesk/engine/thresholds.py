"""From which probability on a class counts as heard or seen, fitted on samples not trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import ProjectError, StorageError
from deepdesk.project.safe_write import read_json

_FIT_BYTES = 1 << 20
FIT_FILE = "answers.json"  # in the folder of a run
# Where validation is without a mistake it says little of what else the world holds.
LOWEST, HIGHEST = 0.1, 0.95
KNOWN_FROM = "known_from"
_UNSURE_SHARE = 0.05
_THRESHOLD, _PRECISION, _RECALL = "threshold:", "precision:", "recall:"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassThreshold:
    """A threshold and what it does on validation.

    Attributes:
        threshold: Probability from which on the class counts, 0.1 to 0.95.
        precision: Share of what counts that is right, 0 where nothing counts.
        recall: Share of the class that counts.
    """

    threshold: float
    precision: float
    recall: float


def fit_threshold(scores_N: NDArray[np.float64], is_class_N: NDArray[np.bool_]) -> ClassThreshold:
    """Return the threshold with the best F1 of one class against the rest.

    It lies halfway between the last score that counts and the next one below; of several that are
    as good the highest is taken.

    Args:
        scores_N: Probabilities of the class, (N,).
        is_class_N: Whether a sample is of it, (N,), at least one.
    """
    order = np.argsort(-scores_N, kind="stable")
    scores, hits = scores_N[order], np.cumsum(is_class_N[order])
    counts = np.arange(1, len(scores) + 1)
    f1 = 2.0 * hits / (counts + int(is_class_N.sum()))
    # Samples of equal score count together or not at all.
    is_edge = np.append(scores[:-1] > scores[1:], True)
    best = int(np.argmax(np.where(is_edge, f1, -1.0)))
    below = scores[best + 1] if best + 1 < len(scores) else 0.0
    threshold = float(np.clip((scores[best] + below) / 2.0, LOWEST, HIGHEST))
    return _measured(scores_N, is_class_N, threshold)


def _measured(
    scores_N: NDArray[np.float64], is_class_N: NDArray[np.bool_], threshold: float
) -> ClassThreshold:
    counts_N = scores_N >= threshold
    hits = int((counts_N & is_class_N).sum())
    return ClassThreshold(
        threshold=threshold,
        precision=hits / max(1, int(counts_N.sum())),
        recall=hits / max(1, int(is_class_N.sum())),
    )


def fit_thresholds(
    probabilities_NC: NDArray[np.float64], labels_N: NDArray[np.int64], classes: Sequence[str]
) -> dict[str, float]:
    """Return named numbers for `Task.use_fit`, three of each class that has a sample.

    Args:
        probabilities_NC: Calibrated, (N, C).
        labels_N: Class indices, (N,).
        classes: Their names.
    """
    fit: dict[str, float] = {}
    for at, name in enumerate(classes):
        is_class_N = labels_N == at
        if is_class_N.any():
            fit |= numbers_of(name, fit_threshold(probabilities_NC[:, at], is_class_N))
    return fit


def numbers_of(name: str, found: ClassThreshold) -> dict[str, float]:
    """Return a threshold of the class `name` as named numbers for `Task.use_fit`."""
    return {
        _THRESHOLD + name: found.threshold,
        _PRECISION + name: found.precision,
        _RECALL + name: found.recall,
    }


def fit_known(best_N: NDArray[np.float64]) -> float:
    """Return the probability that 95 of 100 samples like these reach, 0 for too few to tell.

    The likeliest class is less likely for what is of no class (Hendrycks and Gimpel, 2017,
    arXiv:1610.02136). The limit counts one sample more than there are, as in split conformal
    prediction (Papadopoulos et al., 2002, doi:10.1007/3-540-36755-1_29), so that the share
    holds for samples to come.

    Args:
        best_N: Probability of the likeliest class of each sample, (N,).
    """
    rank = int(_UNSURE_SHARE * (len(best_N) + 1))
    return float(np.sort(best_N)[rank - 1]) if rank else 0.0


def thresholds_in(fit: Mapping[str, object]) -> dict[str, ClassThreshold]:
    """Return the thresholds among named numbers, by class; what is no share is left out."""
    found = {}
    for key, value in fit.items():
        name = key.removeprefix(_THRESHOLD)
        if name != key and isinstance(value, float) and 0.0 < value <= 1.0:
            found[name] = ClassThreshold(
                threshold=value,
                precision=_share(fit.get(_PRECISION + name)),
                recall=_share(fit.get(_RECALL + name)),
            )
    return found


def kept_thresholds(folder: Path) -> dict[str, ClassThreshold]:
    """Return the thresholds in a run's folder by class, {} where there are none to be read."""
    path = folder / FIT_FILE
    if not path.exists():
        return {}
    try:
        fit = read_json(path, limit_bytes=_FIT_BYTES)
    except (ProjectError, StorageError):
        # Asking the run says that the file is damaged; here it only goes unshown.
        return {}
    return thresholds_in(fit) if isinstance(fit, Mapping) else {}


def _share(value: object) -> float:
    return min(1.0, max(0.0, value)) if isinstance(value, float) else 0.0
