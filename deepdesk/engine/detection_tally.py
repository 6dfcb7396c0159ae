"""How many boxes are right at which score: all measures of detectors follow from these counts.

Letters in names: N batch, D answered boxes, M truths, T overlaps that are asked for, C classes,
S steps of scores. Counts add up over parts of the data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from deepdesk.engine.box_decoding import Detections
from deepdesk.engine.box_geometry import overlaps, shares_inside
from deepdesk.engine.box_matching import Truths

OVERLAPS = tuple(0.5 + 0.05 * step for step in range(10))
STEPS = 1000
_MOST_CELLS = 100_000  # classes times steps: more classes have coarser scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What became of each answered box.

    Attributes:
        is_right_NDT: bool: found a truth that was still free, of its class.
        is_ignored_NDT: bool: lies in a crowd, or has no label; counts neither way.
        truth_ND: int64, the truth that was found at the lowest overlap, -1 for none.
        mistaken_ND: int64, for boxes that found none: a truth of another class that was still to
            be found, at the lowest overlap; -1 for none.
    """

    is_right_NDT: Tensor
    is_ignored_NDT: Tensor
    truth_ND: Tensor
    mistaken_ND: Tensor


@torch.no_grad()
def matched(answers: Detections, truths: Truths) -> Matched:
    """Return what became of each answered box, as COCO counts it.

    In the order of scores each box takes the free truth of its class that it overlaps most, if
    that is enough; else it may lie in a crowd, by the share of the box that is inside.

    Args:
        answers: The surest first.
        truths: Of the same samples.
    """
    boxes_ND4, device = answers.boxes_ND4, answers.boxes_ND4.device
    least_T = torch.tensor(OVERLAPS, dtype=torch.float64, device=device).float()
    is_same_NDM = answers.labels_ND[..., None] == truths.labels_NM[:, None]
    is_same_NDM = is_same_NDM & (truths.labels_NM >= 0)[:, None]
    is_real_NM = truths.is_real_NM
    overlap_NDM = overlaps(boxes_ND4[:, :, None], truths.boxes_NM4[:, None])
    inside_NDM = shares_inside(boxes_ND4[:, :, None], truths.boxes_NM4[:, None])
    own_NDM = torch.where(is_same_NDM & is_real_NM[:, None], overlap_NDM, -1.0)
    is_other_NDM = ~is_same_NDM & is_real_NM[:, None] & (answers.labels_ND >= 0)[..., None]
    other_NDM = torch.where(is_other_NDM, overlap_NDM, -1.0)
    crowd_ND = torch.where(is_same_NDM & truths.crowd_NM[:, None], inside_NDM, -1.0).amax(2)
    number = own_NDM.shape[1]
    is_free_NTM = is_real_NM[:, None].expand(-1, len(OVERLAPS), -1)
    is_unseen_NM = is_real_NM
    right, found, mistaken = [], [], []
    numbers_M = torch.arange(own_NDM.shape[2], device=device)
    for rank in range(number):
        best_NT, place_NT = torch.where(is_free_NTM, own_NDM[:, rank, None], -1.0).max(2)
        is_right_NT = best_NT >= least_T
        is_taken_NTM = (place_NT[..., None] == numbers_M) & is_right_NT[..., None]
        is_free_NTM = is_free_NTM & ~is_taken_NTM
        wrong_N, at_N = torch.where(is_unseen_NM & is_free_NTM[:, 0], other_NDM[:, rank], -1.0).max(
            1
        )
        is_in_crowd_N = crowd_ND[:, rank] >= least_T[0]
        is_mistaken_N = (wrong_N >= least_T[0]) & ~is_right_NT[:, 0] & ~is_in_crowd_N
        is_unseen_NM = is_unseen_NM & ~((at_N[:, None] == numbers_M) & is_mistaken_N[:, None])
        right.append(is_right_NT)
        found.append(torch.where(is_right_NT[:, 0], place_NT[:, 0], -1))
        mistaken.append(torch.where(is_mistaken_N, at_N, -1))
    is_right_NDT = torch.stack(right, 1)
    is_none_ND1 = (answers.labels_ND < 0)[..., None]
    is_crowded_NDT = (crowd_ND[..., None] >= least_T) & ~is_right_NDT
    return Matched(
        is_right_NDT=is_right_NDT,
        is_ignored_NDT=is_crowded_NDT | is_none_ND1,
        truth_ND=torch.stack(found, 1),
        mistaken_ND=torch.stack(mistaken, 1),
    )


class Tally:
    """Counts of answered boxes by score, and of truths.

    Args:
        classes: How many there are.

    Attributes:
        right_TCS: int64: right boxes by overlap asked for, class and step of the score.
        wrong_TCS: int64: the others, without ignored ones.
        truths_C: int64.
        mistaken_KS: int64, (C² , S): boxes by class of the truth, own class and score, at the
            lowest overlap; (0, S) where there are too many classes for a matrix.
        found_KS: int64, likewise: those of them whose truth a less sure box of its class found
            after all, by the score of that one. Where both count, the first is a false alarm.
        found_KBB: int64, (C², B, B): the same by both scores, the surer first, in B coarser steps.
    """

    def __init__(self, classes: int) -> None:
        self.classes = classes
        self.steps = min(STEPS, max(100, _MOST_CELLS // max(1, classes))) + 1
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        shape = (len(OVERLAPS), self.classes, self.steps)
        has_matrix = self.classes**2 * self.steps <= 10 * _MOST_CELLS
        self.right_TCS = torch.zeros(shape, dtype=torch.int64)
        self.wrong_TCS = torch.zeros(shape, dtype=torch.int64)
        self.truths_C = torch.zeros(self.classes, dtype=torch.int64)
        pairs = self.classes**2 if has_matrix else 0
        self.mistaken_KS = torch.zeros((pairs, self.steps), dtype=torch.int64)
        self.found_KS = torch.zeros_like(self.mistaken_KS)
        bins = min(self.steps, math.isqrt(_MOST_CELLS // max(1, pairs)))
        self.found_KBB = torch.zeros((pairs, bins, bins), dtype=torch.int64)

    @torch.no_grad()
    def add(self, answers: Detections, truths: Truths, found: Matched) -> None:
        """Take in a batch: answers, (N, D), truths, (N, M), and what became of the answers."""
        device = answers.scores_ND.device
        self._to(device)
        steps_ND = self._steps_of(answers.scores_ND)
        labels_ND = answers.labels_ND.clamp_min(0)
        cells_ND1 = (labels_ND * self.steps + steps_ND)[..., None]
        size = self.classes * self.steps
        overlaps_T = torch.arange(len(OVERLAPS), device=device) * size
        cells = (cells_ND1 + overlaps_T).flatten()
        is_wrong_NDT = ~found.is_right_NDT & ~found.is_ignored_NDT
        self.right_TCS.view(-1).index_add_(0, cells, found.is_right_NDT.flatten().long())
        self.wrong_TCS.view(-1).index_add_(0, cells, is_wrong_NDT.flatten().long())
        labels_NM = truths.labels_NM.clamp_min(0)
        self.truths_C.index_add_(0, labels_NM.flatten(), truths.is_real_NM.flatten().long())
        if len(self.mistaken_KS):
            of_ND = labels_NM.gather(1, found.mistaken_ND.clamp_min(0))
            pairs_ND = (of_ND * self.classes + labels_ND) * self.steps
            is_mistaken_ND = (found.mistaken_ND >= 0) & is_wrong_NDT[..., 0]
            _count(self.mistaken_KS, pairs_ND + steps_ND, is_mistaken_ND)
            later_ND = _scores_of_finders(answers.scores_ND, found)
            is_found_ND = is_mistaken_ND & (later_ND > 0)
            later_ND = self._steps_of(later_ND)
            _count(self.found_KS, pairs_ND + later_ND, is_found_ND)
            bins = self.found_KBB.shape[1]
            rows_ND = pairs_ND // self.steps * bins + self.bin_of(steps_ND)
            _count(self.found_KBB, rows_ND * bins + self.bin_of(later_ND), is_found_ND)

    def bin_of(self, steps: Any) -> Any:
        """Return in which of the B coarser steps a step is, int64, (...)."""
        return steps * self.found_KBB.shape[1] // self.steps

    def _steps_of(self, scores_ND: Tensor) -> Tensor:
        return (scores_ND * (self.steps - 1)).round().long()

    def state(self) -> Mapping[str, Tensor]:
        """Return all counts, int64, shapes as of the attributes."""
        return {
            "right": self.right_TCS.cpu(),
            "wrong": self.wrong_TCS.cpu(),
            "truths": self.truths_C.cpu(),
            "mistaken": self.mistaken_KS.cpu(),
            "found": self.found_KS.cpu(),
            "found_both": self.found_KBB.cpu(),
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` returned, int64, shapes as of the attributes.

        Raises:
            ValueError: They are of other classes.
        """
        own = self.state()
        if any(state[name].shape != own[name].shape for name in own):
            raise ValueError("counts of other classes")
        self.right_TCS, self.wrong_TCS = state["right"].clone(), state["wrong"].clone()
        self.truths_C, self.mistaken_KS = state["truths"].clone(), state["mistaken"].clone()
        self.found_KS, self.found_KBB = state["found"].clone(), state["found_both"].clone()

    def _to(self, device: torch.device) -> None:
        self.right_TCS, self.wrong_TCS = self.right_TCS.to(device), self.wrong_TCS.to(device)
        self.truths_C, self.mistaken_KS = self.truths_C.to(device), self.mistaken_KS.to(device)
        self.found_KS, self.found_KBB = self.found_KS.to(device), self.found_KBB.to(device)


def _count(cells: Tensor, places_ND: Tensor, is_one_ND: Tensor) -> None:
    cells.view(-1).index_add_(0, places_ND.flatten(), is_one_ND.flatten().long())


def _scores_of_finders(scores_ND: Tensor, found: Matched) -> Tensor:
    """Return for mistaken boxes the score of the one that found their truth, (N, D), 0 for none."""
    is_finder_NDD = found.mistaken_ND[..., None] == found.truth_ND[:, None]
    is_finder_NDD = is_finder_NDD & (found.mistaken_ND >= 0)[..., None]
    return torch.where(is_finder_NDD, scores_ND[:, None], 0.0).amax(2)
