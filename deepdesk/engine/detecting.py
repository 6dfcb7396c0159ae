"""What tasks share whose answer is boxes: loss, measures, answers and honest thresholds.

Letters in names: N batch, P predictions, M truths, C classes, D boxes that are answered.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepdesk.core.answer_filter import counts_in_words
from deepdesk.core.payloads import Boxes
from deepdesk.core.task import Answer, Metric
from deepdesk.data.box_targets import box_arrays, unframed
from deepdesk.engine.box_decoding import SAME_FROM, Detections, decoded
from deepdesk.engine.box_losses import detection_losses, one_class
from deepdesk.engine.box_matching import Truths
from deepdesk.engine.detection_metrics import AveragePrecision, best_threshold
from deepdesk.engine.detection_tally import OVERLAPS, Matched, Tally, matched
from deepdesk.engine.file_alone import FileAlone
from deepdesk.engine.stages import Stages
from deepdesk.engine.thresholds import numbers_of, thresholds_in

USUAL_THRESHOLD = 0.3
_Sides = tuple[float, float, float, float]


class Detecting(FileAlone):
    """The half of a `Task` that follows from rows of a detector, float, (N, P, 8 + C).

    Batches hold "boxes": float32, (N, M, 4), px of the network's input, "labels": int64, (N, M),
    -1 for none, "crowd": bool, (N, M), and "picture": float32, (N, 2), width and height, px.

    Args:
        classes: Names in the order of their indices.
        size: (width, height) of the network's input in full, px.
        threshold: Score from which on a box is shown; 0 for the best of each class on validation.
        same_from: Overlap above which two boxes of a class are the same thing.

    Attributes:
        thresholds: Class name to the score from which on its boxes are shown, as far as fitted.
    """

    def __init__(
        self,
        classes: tuple[str, ...],
        size: tuple[int, int],
        *,
        threshold: float = 0.0,
        same_from: float = SAME_FROM,
    ) -> None:
        # Before there are classes, networks have one, so that they can be looked at.
        self.classes = classes or ("thing",)
        self.size = size
        self._threshold = threshold
        self._same_from = same_from
        self._judged: tuple[Any, tuple[Detections, Truths, Matched]] | None = None
        self.thresholds: dict[str, float] = {}

    def losses(self, outputs: Tensor | Stages, batch: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return {"classes": shape (), "boxes": shape ()}, and those of a first stage if any.

        Args:
            outputs: float, (N, P, 8 + C), or both stages.
            batch: As above, in px of inputs as large as the network saw.
        """
        truths = truths_of(batch)
        if not isinstance(outputs, Stages):
            return detection_losses(outputs, truths)
        first = detection_losses(outputs.proposals, one_class(truths), name="proposal_")
        return {**first, **detection_losses(outputs.detections, truths)}

    def extras(
        self, class_indices: NDArray[np.int64], targets: Sequence[Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return the boxes of the targets as `data.box_targets.box_arrays` does, (N, M, 4)."""
        del class_indices
        return box_arrays(targets, self.classes, self.size)

    def metrics(self) -> Sequence[Metric]:
        """Return fresh metrics, the main one first."""
        many, one = len(OVERLAPS), 1
        return (
            AveragePrecision(
                "map_50_95", "mAP 50 to 95", self.classes, self.judged, overlaps=many, detailed=True
            ),
            AveragePrecision("map_50", "mAP 50", self.classes, self.judged, overlaps=one),
        )

    def judged(
        self, outputs: Tensor | Stages, batch: Mapping[str, Tensor]
    ) -> tuple[Detections, Truths, Matched]:
        """Return what outputs, (N, P, 8 + C), answer, what is there, and how these agree."""
        # Several measures ask about the same outputs, one after the other.
        if self._judged is None or self._judged[0] is not outputs:
            answers = decoded(rows_of(outputs), same_from=self._same_from)
            truths = truths_of(batch)
            self._judged = (outputs, (answers, truths, matched(answers, truths)))
        return self._judged[1]

    def answers(self, outputs: Tensor | Stages, batch: Mapping[str, Tensor]) -> Sequence[Answer]:
        """Return what was found, missed, mistaken or made up, for rows (N, P, 8 + C)."""
        answers, truths, _found = self.judged(outputs, batch)
        shown = self.shown(answers)
        found = matched(shown, truths)
        return [
            self._answer(place, shown, truths, found, batch)
            for place in range(len(truths.labels_NM))
        ]

    def fit_answers(self, pairs: Iterable[tuple[Any, Mapping[str, Tensor]]]) -> dict[str, float]:
        """Return the threshold with the best F1 of each class, for rows (N, P, 8 + C).

        Scores are how good a box is thought to be, not how probable: they are not calibrated.
        """
        tally = Tally(len(self.classes))
        for outputs, batch in pairs:
            tally.add(*self.judged(outputs, batch))
        right, wrong = tally.right_TCS[0].cpu().numpy(), tally.wrong_TCS[0].cpu().numpy()
        fit: dict[str, float] = {}
        for at, (name, truths) in enumerate(
            zip(self.classes, tally.truths_C.tolist(), strict=True)
        ):
            found = best_threshold(right[at], wrong[at], truths)
            # Of a class that was never found there is nothing to tell.
            if found.recall:
                fit |= numbers_of(name, found)
        return fit

    def use_fit(self, fit: Mapping[str, float]) -> None:
        """Show boxes from the thresholds in `fit` on from now on."""
        known = thresholds_in(fit)
        self.thresholds = {name: known[name].threshold for name in self.classes if name in known}

    @property
    def least_scores(self) -> tuple[float, ...]:
        """The score of each class from which on its boxes are shown."""
        usual = self._threshold or USUAL_THRESHOLD
        known = {} if self._threshold else self.thresholds
        return tuple(known.get(name, usual) for name in self.classes)

    def shown(self, answers: Detections) -> Detections:
        """Return the answers, (N, D), that reach the threshold of their class."""
        device = answers.scores_ND.device
        least_C = torch.tensor(self.least_scores, device=device)
        is_shown_ND = (answers.labels_ND >= 0) & (
            answers.scores_ND >= least_C[answers.labels_ND.clamp_min(0)]
        )
        return Detections(
            boxes_ND4=answers.boxes_ND4,
            scores_ND=torch.where(is_shown_ND, answers.scores_ND, 0.0),
            labels_ND=torch.where(is_shown_ND, answers.labels_ND, -1),
        )

    def boxes_of(self, outputs: Tensor | Stages, picture: tuple[int, int]) -> Boxes:
        """Return the boxes on the one picture of outputs, (1, P, 8 + C), in px of the picture.

        Those below the thresholds that it tells too, so that a person can lower them.
        """
        answers = decoded(rows_of(outputs), same_from=self._same_from)
        return self._drawn(answers, 0, picture)

    def _drawn(self, shown: Detections, place: int, picture: tuple[int, int]) -> Boxes:
        labels, scores = shown.labels_ND[place].tolist(), shown.scores_ND[place].tolist()
        sides = self._in_picture(shown.boxes_ND4[place], picture)
        rows = zip(sides, labels, scores, strict=True)
        return Boxes(
            boxes=tuple((box, self.classes[at], score) for box, at, score in rows if at >= 0),
            classes=self.classes,
            thresholds=dict(zip(self.classes, self.least_scores, strict=True)),
            size=picture,
        )

    def _in_picture(self, boxes_M4: Tensor, picture: tuple[int, int]) -> list[_Sides]:
        boxes = unframed(boxes_M4.detach().cpu().double().numpy(), picture, self.size)
        return [(left, top, right, bottom) for left, top, right, bottom in boxes.tolist()]

    def _answer(
        self,
        place: int,
        shown: Detections,
        truths: Truths,
        found: Matched,
        batch: Mapping[str, Tensor],
    ) -> Answer:
        width, height = (max(1, int(side)) for side in batch["picture"][place].tolist())
        drawn = self._drawn(shown, place, (width, height))
        labels = truths.labels_NM[place].tolist()
        is_real = truths.is_real_NM[place].tolist()
        sides = self._in_picture(truths.boxes_NM4[place], (width, height))
        real = [at for at, known in enumerate(is_real) if known]
        scores = [score for _sides, _name, score in drawn.boxes]
        told = _Told(labels, real, shown.labels_ND[place].tolist(), found, place)
        return Answer(
            truth=_counted(self.classes[labels[at]] for at in real),
            answer=_counted(name for _sides, name, _score in drawn.boxes)
            + told.words(self.classes),
            # How sure of all that is shown, taken together.
            score=statistics.fmean(scores) if scores else math.nan,
            is_right=told.mistakes == 0,
            error=told.mistakes / max(1, len(real) + told.false_alarms),
            drawn=drawn,
            drawn_truth=Boxes(
                boxes=tuple((sides[at], self.classes[labels[at]], 1.0) for at in real),
                classes=self.classes,
                size=(width, height),
            ),
        )


class _Told:
    """What was missed, mistaken or made up on one picture.

    Args:
        labels: Of the truths, -1 for none.
        real: Truths that are to be found.
        answered: Classes of the boxes that are shown, -1 for none.
        found: What became of these.
        place: Of the picture in the batch.
    """

    def __init__(
        self,
        labels: Sequence[int],
        real: Sequence[int],
        answered: Sequence[int],
        found: Matched,
        place: int,
    ) -> None:
        right = set(found.truth_ND[place].tolist())
        mistaken = found.mistaken_ND[place].tolist()
        is_right = found.is_right_NDT[place, :, 0].tolist()
        is_ignored = found.is_ignored_NDT[place, :, 0].tolist()
        self.confused = [
            (labels[truth], answered[at])
            for at, truth in enumerate(mistaken)
            if truth >= 0 and truth not in right
        ]
        wrong = sum(not (r or i) for r, i in zip(is_right, is_ignored, strict=True))
        self.false_alarms = wrong - len(self.confused)
        taken = right | {truth for truth in mistaken if truth >= 0}
        self.missed = [labels[at] for at in real if at not in taken]

    @property
    def mistakes(self) -> int:
        """Of all kinds."""
        return len(self.missed) + len(self.confused) + self.false_alarms

    def words(self, classes: Sequence[str]) -> str:
        """Return what went wrong in words, after a semicolon; "" for nothing."""
        parts = []
        if self.missed:
            parts.append("missed " + _counted(classes[at] for at in self.missed))
        for (truth, answer), count in Counter(self.confused).items():
            parts.append(f"{count} {classes[truth]} taken for {classes[answer]}")
        if self.false_alarms:
            parts.append(f"{self.false_alarms} false alarm{'s' * (self.false_alarms > 1)}")
        return "".join(f"; {part}" for part in parts)


def rows_of(outputs: Tensor | Stages) -> Tensor:
    """Return the rows that are the answer, float, (N, P, 8 + C)."""
    return outputs.detections if isinstance(outputs, Stages) else outputs


def truths_of(batch: Mapping[str, Tensor]) -> Truths:
    """Return the boxes of a batch, (N, M, 4), px of the network's input."""
    return Truths(boxes_NM4=batch["boxes"], labels_NM=batch["labels"], crowd_NM=batch["crowd"])


def _counted(names: Iterable[str]) -> str:
    """Return how many there are of each, the most frequent first: "7 RBC, 1 WBC"."""
    return counts_in_words(dict(Counter(names).most_common())) or "nothing"
