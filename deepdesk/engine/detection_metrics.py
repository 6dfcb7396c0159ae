"""Mean average precision of detectors as COCO defines it, and what else the counts tell.

Letters in names: T overlaps, C classes, S steps of scores, R 101 recalls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from deepdesk.engine.box_decoding import Detections
from deepdesk.engine.box_matching import Truths
from deepdesk.engine.detection_tally import Matched, Tally
from deepdesk.engine.thresholds import HIGHEST, ClassThreshold

RECALLS = np.linspace(0.0, 1.0, 101)
# Lower than of probabilities: scores of boxes begin near 0 and rise while a network learns.
LEAST_THRESHOLD = 0.02
_CURVE_POINTS = 200
_SHOWN_CLASSES = 200  # with a curve, a matrix and counts of their own

Judge = Callable[[Any, Mapping[str, Tensor]], tuple[Detections, Truths, Matched]]


def average_precisions(
    right_TCS: NDArray[np.int64], wrong_TCS: NDArray[np.int64], truths_C: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the average precision of each overlap and class, (T, C), NaN without truths.

    The mean over 101 recalls of the best precision at that recall or beyond (Lin et al., 2014,
    arXiv:1405.0312, as their evaluation defines it).

    Args:
        right_TCS: Right boxes by step of the score, from 0 on.
        wrong_TCS: The others.
        truths_C: Boxes that are to be found.
    """
    made = np.full(right_TCS.shape[:2], math.nan)
    for at in np.ndindex(*made.shape):
        if truths_C[at[1]]:
            precisions, recalls = curve(right_TCS[at], wrong_TCS[at], int(truths_C[at[1]]))
            best = np.append(np.maximum.accumulate(precisions[::-1])[::-1], 0.0)
            made[at] = best[np.searchsorted(recalls, RECALLS, side="left")].mean()
    return made


def curve(
    right_S: NDArray[np.int64], wrong_S: NDArray[np.int64], truths: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return precision and recall when all boxes from a score on count, float64, (S,) each.

    The highest score comes first; where nothing counts yet the precision is 0.
    """
    hits = np.cumsum(right_S[::-1]).astype(np.float64)
    counts = hits + np.cumsum(wrong_S[::-1])
    precisions = hits / np.maximum(counts, 1)
    return precisions, hits / max(1, truths)


def best_threshold(
    right_S: NDArray[np.int64], wrong_S: NDArray[np.int64], truths: int
) -> ClassThreshold:
    """Return the score from which on boxes count with the best F1, for counts by score, (S,)."""
    hits = np.cumsum(right_S[::-1])[::-1]
    counts = hits + np.cumsum(wrong_S[::-1])[::-1]
    f1 = 2.0 * hits / np.maximum(1, counts + truths)
    steps = len(right_S) - 1
    low, high = math.ceil(LEAST_THRESHOLD * steps), math.floor(HIGHEST * steps)
    # Of scores that are as good the middle: what was just above and just below is as far away.
    best = np.flatnonzero(f1[low : high + 1] == f1[low : high + 1].max()) + low
    run = best[: np.argmax(np.append(np.diff(best), 2) > 1) + 1]
    at = int(run[len(run) // 2])
    return ClassThreshold(
        threshold=at / steps,
        precision=float(hits[at] / max(1, counts[at])),
        recall=float(hits[at] / max(1, truths)),
    )


class AveragePrecision:
    """Mean average precision over the classes that occur, from 0 to 1.

    Args:
        name: "map_50_95" or "map_50".
        classes: Names in the order of their indices.
        judge: Decodes outputs and compares them with a batch.
        overlaps: How many of the overlaps 0.5, 0.55, ... to 0.95 are averaged, from the lowest.
        detailed: Whether `details` says more.
    """

    unit = "%"
    higher_is_better = True

    def __init__(
        self,
        name: str,
        label: str,
        classes: Sequence[str],
        judge: Judge,
        *,
        overlaps: int,
        detailed: bool = False,
    ) -> None:
        self.name, self.label = name, label
        self._classes = tuple(classes)
        self._judge = judge
        self._overlaps = overlaps
        self._is_detailed = detailed
        self._tally = Tally(len(classes))

    def reset(self) -> None:
        """Forget everything."""
        self._tally.reset()

    def update(self, outputs: Any, batch: Mapping[str, Tensor]) -> None:
        """Take in what a network gave, (N, P, 8 + C), and the boxes of the batch, (N, M, 4)."""
        self._tally.add(*self._judge(outputs, batch))

    def compute(self) -> float:
        """Return the mean, NaN where nothing was to be found."""
        right, wrong, truths = self._counts()
        values = average_precisions(right[: self._overlaps], wrong[: self._overlaps], truths)
        is_known = np.isfinite(values)
        return float(values[is_known].mean()) if is_known.any() else math.nan

    def details(self) -> Mapping[str, Any]:
        """Return what `detection_details` makes of the counts, {} where that is another's part."""
        return detection_details(self._tally, self._classes) if self._is_detailed else {}

    def state(self) -> Mapping[str, Tensor]:
        """Return the counts, int64, (T, C, S) and others."""
        return self._tally.state()

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from the counts, int64, (T, C, S) and others.

        Raises:
            ValueError: They are of other classes.
        """
        self._tally.restore(state)

    def _counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        tally = self._tally
        return (
            tally.right_TCS.cpu().numpy(),
            tally.wrong_TCS.cpu().numpy(),
            tally.truths_C.cpu().numpy(),
        )


def detection_details(tally: Tally, classes: Sequence[str]) -> dict[str, Any]:
    """Return JSON-ready details of a tally.

    Returns:
        "detection": {
            "classes": names;
            "average_precision": of each class over all overlaps, None where it does not occur;
            "average_precision_50": likewise at an overlap of one half;
            "thresholds": of each class the score with the best F1 on these samples;
            "counts": of each class {"truths", "right", "missed", "mistaken", "false_alarms"} of
                boxes whose score reaches the threshold, at an overlap of one half;
            "curves": of each class {"score", "precision", "recall"}: lists, the highest score
                first, at most 200 points, at an overlap of one half;
        };
        "confusion": {"classes": names and "Nothing", "counts": rows of truths, columns of answers}
        for up to 200 classes: in the last row false alarms, in the last column what was missed.
        {} where nothing was to be found and nothing was answered.
    """
    right, wrong = tally.right_TCS.cpu().numpy(), tally.wrong_TCS.cpu().numpy()
    truths = tally.truths_C.cpu().numpy()
    if not (truths.any() or wrong.any()):
        return {}
    values = average_precisions(right, wrong, truths)
    shown = range(min(len(classes), _SHOWN_CLASSES))
    best = [best_threshold(right[0, at], wrong[0, at], int(truths[at])) for at in shown]
    matrix = _matrix(tally, [round(one.threshold * (tally.steps - 1)) for one in best])
    detection = {
        "classes": list(classes[: len(best)]),
        "average_precision": [_plain(value) for value in values.mean(0)[: len(best)]],
        "average_precision_50": [_plain(value) for value in values[0][: len(best)]],
        "thresholds": [round(one.threshold, 4) for one in best],
        "counts": [_counts_of(matrix, int(truths[at]), at) for at in shown],
        "curves": [_curve_of(right[0, at], wrong[0, at], int(truths[at])) for at in shown],
    }
    details: dict[str, Any] = {"detection": detection}
    if len(best) == len(classes):
        names = [*classes, "Nothing"]
        details["confusion"] = {"classes": names, "counts": matrix.tolist()}
    return details


def _matrix(tally: Tally, from_C: Sequence[int]) -> NDArray[np.int64]:
    """Return counts of truths by answers, int64, (C + 1, C + 1), with nothing as the last class.

    A box over a thing of another class that no other box has found is a mistake; where there are
    too many classes for that it is a false alarm.

    Args:
        tally: Counts.
        from_C: Of each class the step of scores from which on its boxes count.
    """
    count = len(from_C)
    matrix = np.zeros((count + 1, count + 1), dtype=np.int64)
    right, wrong = tally.right_TCS[0].cpu().numpy(), tally.wrong_TCS[0].cpu().numpy()
    truths = tally.truths_C.cpu().numpy()
    mistaken = _by_pair(tally.mistaken_KS, tally.classes)
    for at, step in enumerate(from_C):
        matrix[at, at] = right[at, step:].sum()
        matrix[count, at] = wrong[at, step:].sum()
        for truth in range(count if len(mistaken) else 0):
            number = mistaken[truth, at, step:].sum()
            number -= _outdone(tally, truth * tally.classes + at, step, from_C[truth])
            number = max(number, 0)
            matrix[truth, at] += number
            matrix[count, at] -= number
    _let_each_thing_stand_once(matrix, truths[:count])
    matrix[:count, count] = truths[:count] - matrix[:count, :count].sum(1)
    return matrix


def _outdone(tally: Tally, pair: int, step: int, truth_step: int) -> int:
    """Return how many mistaken boxes of a pair of classes count though their truth was found.

    Args:
        tally: Counts.
        pair: Of classes.
        step: From which score on the mistaken boxes count.
        truth_step: From which score on boxes of the class of the truths count.
    """
    if step <= truth_step:  # then all that are surer than a box that counts count too
        return int(tally.found_KS[pair, truth_step:].sum())
    first, then = tally.bin_of(step), tally.bin_of(truth_step)
    return int(tally.found_KBB[pair, first:, then:].sum())


def _let_each_thing_stand_once(matrix: NDArray[np.int64], truths_C: NDArray[np.int64]) -> None:
    """Move what the coarser steps of scores have counted twice to the false alarms, in place."""
    count = len(truths_C)
    for truth, at in np.argwhere(matrix[:count, :count]):
        if truth != at:
            over = max(0, int(matrix[truth, :count].sum() - truths_C[truth]))
            moved = min(over, int(matrix[truth, at]))
            matrix[truth, at] -= moved
            matrix[count, at] += moved


def _by_pair(cells_KS: Tensor, classes: int) -> NDArray[np.int64]:
    """Return counts by truth, answer and score, (C, C, S), (0, 0, S) where there are none."""
    side = classes if len(cells_KS) else 0
    counts: NDArray[np.int64] = cells_KS.cpu().numpy().reshape(side, side, cells_KS.shape[1])
    return counts


def _counts_of(matrix: NDArray[np.int64], truths: int, at: int) -> dict[str, int]:
    right = int(matrix[at, at])
    mistaken = int(matrix[at, :-1].sum()) - right
    return {
        "truths": truths,
        "right": right,
        "missed": int(matrix[at, -1]),
        "mistaken": mistaken,
        "false_alarms": int(matrix[-1, at]),
    }


def _curve_of(
    right_S: NDArray[np.int64], wrong_S: NDArray[np.int64], truths: int
) -> dict[str, list[float]]:
    precisions, recalls = curve(right_S, wrong_S, truths)
    # Only scores that some box has are points of the curve.
    at = np.flatnonzero((right_S + wrong_S)[::-1])
    if len(at) > _CURVE_POINTS:
        at = at[np.linspace(0, len(at) - 1, _CURVE_POINTS).round().astype(np.int64)]
    steps = len(right_S) - 1
    return {
        "score": [round(1.0 - place / steps, 4) for place in at.tolist()],
        "precision": [round(value, 4) for value in precisions[at].tolist()],
        "recall": [round(value, 4) for value in recalls[at].tolist()],
    }


def _plain(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None
