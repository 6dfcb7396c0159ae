"""From what a detector gives to the boxes that it answers: scores, the best, each thing once.

Letters in names: N batch, P predictions, C classes, D boxes that are answered.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision import ops

from deepdesk.engine.box_geometry import overlaps
from deepdesk.nn.detection_levels import ROW

MOST_ANSWERS = 100  # as COCO counts
LEAST_SCORE = 0.005
SAME_FROM = 0.5
_MOST_TRIED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections:
    """Boxes that are answered, the surest first, padded to the same number for each sample.

    Attributes:
        boxes_ND4: float32, px of the network's input.
        scores_ND: float32, 0 to 1; 0 where there is none.
        labels_ND: int64, class index; -1 where there is none.
    """

    boxes_ND4: Tensor
    scores_ND: Tensor
    labels_ND: Tensor


@torch.no_grad()
def decoded(rows_NPX: Tensor, *, same_from: float = SAME_FROM) -> Detections:
    """Return the boxes that a detector answers, at most 100 a sample.

    Each prediction speaks for its likeliest class. Of those of one class that overlap more than
    `same_from` the surest stays (non-maximum suppression).

    Args:
        rows_NPX: float, (N, P, 8 + C): boxes and references, px, and logits of classes.
        same_from: Intersection over union above which two boxes are the same thing.
    """
    rows = rows_NPX.detach().float()
    scores_NP, labels_NP = rows[..., ROW:].sigmoid().max(2)
    # A box of no size is none, whatever its score.
    is_box_NP = (rows[..., 2:4] > rows[..., :2]).all(2) & (scores_NP >= LEAST_SCORE)
    scores_NP = torch.where(is_box_NP, scores_NP, 0.0)
    tried = min(_MOST_TRIED, scores_NP.shape[1])
    scores_NK, places_NK = scores_NP.topk(tried, dim=1)
    labels_NK = labels_NP.gather(1, places_NK)
    boxes_NK4 = rows[..., :4].gather(1, places_NK[..., None].expand(-1, -1, 4))
    choose = _chosen_in_turn if rows.device.type == "cpu" else _chosen_at_once
    is_kept_NK = choose(boxes_NK4, scores_NK, labels_NK, same_from) & (scores_NK > 0)
    # Stable, so that the surest stay first.
    order_NK = torch.argsort((~is_kept_NK).to(torch.uint8), dim=1, stable=True)
    order_ND = order_NK[:, : _most(is_kept_NK)]
    is_kept_ND = is_kept_NK.gather(1, order_ND)
    return Detections(
        boxes_ND4=boxes_NK4.gather(1, order_ND[..., None].expand(-1, -1, 4)),
        scores_ND=torch.where(is_kept_ND, scores_NK.gather(1, order_ND), 0.0),
        labels_ND=torch.where(is_kept_ND, labels_NK.gather(1, order_ND), -1),
    )


def _most(is_kept_NK: Tensor) -> int:
    """Return how many boxes the fullest sample has, as far as that is known without waiting."""
    if is_kept_NK.device.type != "cpu":
        return MOST_ANSWERS
    return max(1, min(MOST_ANSWERS, int(is_kept_NK.sum(1).max())))


def _chosen_in_turn(
    boxes_NK4: Tensor, scores_NK: Tensor, labels_NK: Tensor, same_from: float
) -> Tensor:
    """Return which boxes stay, bool, (N, K), sample by sample."""
    is_kept_NK = torch.zeros_like(labels_NK, dtype=torch.bool)
    counts = (scores_NK > 0).sum(1).tolist()
    for place, count in enumerate(counts):
        # In double, because classes are told apart by moving their boxes far away.
        boxes = boxes_NK4[place, :count].double()
        labels, scores = labels_NK[place, :count], scores_NK[place, :count].double()
        is_kept_NK[place, ops.batched_nms(boxes, scores, labels, same_from)] = True
    return is_kept_NK


def _chosen_at_once(
    boxes_NK4: Tensor, scores_NK: Tensor, labels_NK: Tensor, same_from: float
) -> Tensor:
    """Return which boxes stay, bool, (N, K), for all samples at once and without waiting."""
    is_kept_NK = scores_NK > 0
    for rank in range(boxes_NK4.shape[1]):
        overlap_NK = overlaps(boxes_NK4[:, rank, None], boxes_NK4)
        is_same_NK = (overlap_NK > same_from) & (labels_NK[:, rank, None] == labels_NK)
        is_same_NK[:, : rank + 1] = False
        is_kept_NK = is_kept_NK & ~(is_same_NK & is_kept_NK[:, rank, None])
    return is_kept_NK
