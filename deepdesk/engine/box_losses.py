"""What detectors minimise, whatever heads they have: places and classes of their predictions.

Letters in names: N batch, P predictions, C classes.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from deepdesk.engine.box_geometry import complete_overlaps
from deepdesk.engine.box_matching import Assigned, Truths, assigned
from deepdesk.nn.detection_levels import ROW

BOX_WEIGHT = 2.0


def detection_losses(
    rows_NPX: Tensor, truths: Truths, *, name: str = "", focus: float = 0.0
) -> Mapping[str, Tensor]:
    """Return {"classes": shape (), "boxes": shape ()}, means over what is to be found.

    Scores learn how good each prediction is (binary cross-entropy with the quality of the
    assignment as its truth; Feng et al., 2021, arXiv:2108.07755), boxes learn complete IoU,
    weighed by that quality.

    Args:
        rows_NPX: float, (N, P, 8 + C): boxes and references, px, and logits of classes.
        truths: Of the same samples.
        name: Put before the names.
        focus: Above 0, what is already sure weighs less by this power of the error (quality focal
            loss; Li et al., 2020, arXiv:2006.04388).
    """
    rows = rows_NPX.float()
    boxes_NP4, references_NP4, logits_NPC = rows.split([4, 4, rows.shape[2] - ROW], dim=2)
    given = assigned(boxes_NP4.detach(), references_NP4, logits_NPC.detach().sigmoid(), truths)
    total = given.quality_NP.sum().clamp_min(1.0)
    return {
        f"{name}classes": _class_loss(logits_NPC, given, focus) / total,
        f"{name}boxes": BOX_WEIGHT * _box_loss(boxes_NP4, given) / total,
    }


def one_class(truths: Truths) -> Truths:
    """Return truths that are all of one class, as the first stage of two sees them, (N, M)."""
    labels_NM = torch.where(truths.labels_NM >= 0, 0, -1)
    return Truths(boxes_NM4=truths.boxes_NM4, labels_NM=labels_NM, crowd_NM=truths.crowd_NM)


def _class_loss(logits_NPC: Tensor, given: Assigned, focus: float) -> Tensor:
    wanted_NPC = torch.zeros_like(logits_NPC)
    wanted_NPC.scatter_(2, given.label_NP[..., None], given.quality_NP[..., None])
    losses_NPC = functional.binary_cross_entropy_with_logits(
        logits_NPC, wanted_NPC, reduction="none"
    )
    if focus:
        off_NPC = (logits_NPC.detach().sigmoid() - wanted_NPC).abs()
        losses_NPC = losses_NPC * off_NPC.pow(focus)
    losses_NP = losses_NPC.sum(2)
    return torch.where(given.is_ignored_NP, 0.0, losses_NP).sum()


def _box_loss(boxes_NP4: Tensor, given: Assigned) -> Tensor:
    losses_NP = 1.0 - complete_overlaps(boxes_NP4, given.box_NP4)
    # Where nothing is assigned the quality is 0, and any box will do.
    return torch.where(given.quality_NP > 0, losses_NP * given.quality_NP, 0.0).sum()
