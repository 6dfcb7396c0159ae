"""Which predictions learn which truths: task-aligned assignment, for whole batches at once.

Letters in names: N batch, P predictions, M truths, C classes, K predictions a truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deepdesk.engine.box_geometry import are_inside, overlaps, shares_inside

PER_TRUTH = 10
SCORE_POWER, OVERLAP_POWER = 0.5, 6.0
_CROWDED = 0.5
_MOST_PAIRS = 8_000_000  # of truths and predictions that are compared at once: 32 MB an array


@dataclass(frozen=True, slots=True, kw_only=True)
class Truths:
    """What is really there, padded to the same number for each sample.

    Attributes:
        boxes_NM4: float32, px of the network's input.
        labels_NM: int64, -1 where there is none.
        crowd_NM: bool: counts neither way.
    """

    boxes_NM4: Tensor
    labels_NM: Tensor
    crowd_NM: Tensor

    @property
    def is_real_NM(self) -> Tensor:
        """Which of them are to be found, bool, (N, M)."""
        return (self.labels_NM >= 0) & ~self.crowd_NM


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What each prediction learns.

    Attributes:
        quality_NP: float32, 0 to 1: how good the prediction is to be; 0 for background.
        label_NP: int64, class of its truth; 0 where it has none.
        box_NP4: float32, its truth, px; any box where it has none.
        is_ignored_NP: bool: lies in a crowd, so it learns nothing of classes.
    """

    quality_NP: Tensor
    label_NP: Tensor
    box_NP4: Tensor
    is_ignored_NP: Tensor


@torch.no_grad()
def assigned(
    boxes_NP4: Tensor,
    references_NP4: Tensor,
    scores_NPC: Tensor,
    truths: Truths,
    *,
    per_truth: int = PER_TRUTH,
) -> Assigned:
    """Return what each prediction learns, one value for each in arrays of shape (N, P).

    Each truth takes those predictions whose place is inside it and whose score and overlap
    together are best; of several truths a prediction takes the one that it overlaps most. How
    good they are to be follows from their order, up to the best overlap (Feng et al., 2021,
    arXiv:2108.07755, with the square root of scores). A truth that is so small that no place is
    inside takes the nearest ones.

    Args:
        boxes_NP4: Predicted, float32, px.
        references_NP4: Anchors, cells of points or proposals, float32, px.
        scores_NPC: float32, 0 to 1.
        truths: With at least one place, M >= 1.
        per_truth: Most predictions that learn one truth.
    """
    count, predictions = boxes_NP4.shape[:2]
    at_once = max(1, _MOST_PAIRS // (predictions * truths.labels_NM.shape[1]))
    parts = []
    for first in range(0, count, at_once):
        rows = slice(first, first + at_once)
        own = Truths(
            boxes_NM4=truths.boxes_NM4[rows],
            labels_NM=truths.labels_NM[rows],
            crowd_NM=truths.crowd_NM[rows],
        )
        given = (boxes_NP4[rows], references_NP4[rows], scores_NPC[rows])
        parts.append(_assigned(*given, own, per_truth))
    if len(parts) == 1:
        return parts[0]
    return Assigned(
        quality_NP=torch.cat([part.quality_NP for part in parts]),
        label_NP=torch.cat([part.label_NP for part in parts]),
        box_NP4=torch.cat([part.box_NP4 for part in parts]),
        is_ignored_NP=torch.cat([part.is_ignored_NP for part in parts]),
    )


def _assigned(
    boxes_NP4: Tensor, references_NP4: Tensor, scores_NPC: Tensor, truths: Truths, per_truth: int
) -> Assigned:
    is_real_NM1 = truths.is_real_NM[..., None]
    middles_NP2 = (references_NP4[..., :2] + references_NP4[..., 2:]) / 2
    around_NMP = _are_candidates(middles_NP2, references_NP4, truths.boxes_NM4) & is_real_NM1
    overlap_NMP = overlaps(boxes_NP4[:, None], truths.boxes_NM4[:, :, None])
    labels_NM = truths.labels_NM.clamp_min(0)
    indices_NPM = labels_NM[:, None].expand(-1, boxes_NP4.shape[1], -1)
    score_NMP = scores_NPC.gather(2, indices_NPM).transpose(1, 2)
    aligned_NMP = score_NMP.pow(SCORE_POWER) * overlap_NMP.pow(OVERLAP_POWER)
    # At the beginning nothing overlaps: then what is nearest counts.
    order_NMP = torch.where(around_NMP, aligned_NMP - _distances(middles_NP2, truths) * 1e-6, -1.0)
    count = min(per_truth, boxes_NP4.shape[1])
    best_NMK = order_NMP.topk(count, dim=2).indices
    is_best_NMP = torch.zeros_like(around_NMP).scatter_(2, best_NMK, True) & around_NMP
    # One truth a prediction: the one with the largest overlap among those that took it.
    taken_NP = torch.where(is_best_NMP, overlap_NMP, -1.0).argmax(1)
    is_own_NMP = torch.zeros_like(is_best_NMP).scatter_(1, taken_NP[:, None], True) & is_best_NMP
    aligned_NMP = torch.where(is_own_NMP, aligned_NMP, 0.0)
    most_NM1 = aligned_NMP.amax(2, keepdim=True)
    overlap_NM1 = torch.where(is_own_NMP, overlap_NMP, 0.0).amax(2, keepdim=True)
    quality_NMP = aligned_NMP / most_NM1.clamp_min(1e-9) * overlap_NM1
    places_NP4 = taken_NP[..., None].expand(-1, -1, 4)
    return Assigned(
        quality_NP=quality_NMP.amax(1),
        label_NP=labels_NM.gather(1, taken_NP),
        box_NP4=truths.boxes_NM4.gather(1, places_NP4),
        is_ignored_NP=_are_crowded(boxes_NP4, truths) & ~is_own_NMP.any(1),
    )


def _are_candidates(middles_NP2: Tensor, references_NP4: Tensor, truths_NM4: Tensor) -> Tensor:
    """Return which places a truth may take, bool, (N, M, P): inside, or in reach of tiny ones."""
    inside_NMP = are_inside(middles_NP2[:, None], truths_NM4[:, :, None])
    middles_NM2 = (truths_NM4[..., :2] + truths_NM4[..., 2:]) / 2
    # The cells or anchors over the middle of a truth that no place is inside of.
    above_NMP = are_inside(middles_NM2[:, :, None], references_NP4[:, None])
    return inside_NMP | (above_NMP & ~inside_NMP.any(2, keepdim=True))


def _distances(middles_NP2: Tensor, truths: Truths) -> Tensor:
    """Return how far places are from the middles of truths, in sides of these, 0 to 1 (N, M, P)."""
    boxes_NM4 = truths.boxes_NM4
    middles_NM2 = (boxes_NM4[..., :2] + boxes_NM4[..., 2:]) / 2
    sides_NM2 = (boxes_NM4[..., 2:] - boxes_NM4[..., :2]).clamp_min(1.0)
    apart = (middles_NP2[:, None] - middles_NM2[:, :, None]) / sides_NM2[:, :, None]
    return apart.abs().amax(-1).clamp_max(1.0)


def _are_crowded(boxes_NP4: Tensor, truths: Truths) -> Tensor:
    """Return which predictions lie mostly in a crowd, bool, (N, P)."""
    is_crowd_NM1 = ((truths.labels_NM >= 0) & truths.crowd_NM)[..., None]
    inside_NMP = shares_inside(boxes_NP4[:, None], truths.boxes_NM4[:, :, None])
    return ((inside_NMP > _CROWDED) & is_crowd_NM1).any(1)
