"""Errors of answers that are a class for every pixel.

Letters in names: N batch, C classes, H height, W width. Each is a mean over samples, so that the
parts of a batch add up, and pixels without a class count for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

_FOCUS = 2.0  # the paper's gamma
_SMOOTH_PX = 1.0

LOSSES: Mapping[str, tuple[str, ...]] = {
    "cross_entropy": ("cross_entropy",),
    "dice": ("dice",),
    "focal": ("focal",),
    "cross_entropy_dice": ("cross_entropy", "dice"),
    "focal_dice": ("focal", "dice"),
}


def cross_entropy(logits_NCHW: Tensor, truths_NHW: Tensor, weights_C: Tensor | None) -> Tensor:
    """Return the mean cross-entropy of known pixels, shape (), nats.

    Args:
        logits_NCHW: float, (N, C, H, W).
        truths_NHW: int64, (N, H, W), below 0 where there is none.
        weights_C: Of classes, float, (C,), or None.
    """
    losses_NHW = functional.cross_entropy(
        logits_NCHW, truths_NHW.clamp_min(0), weight=weights_C, reduction="none"
    )
    return _mean(losses_NHW, truths_NHW)


def focal(logits_NCHW: Tensor, truths_NHW: Tensor, weights_C: Tensor | None) -> Tensor:
    """Return the mean focal loss of known pixels, shape (), nats: what is nearly right counts less.

    Lin et al. (2017, arXiv:1708.02002, section 3.2), with gamma 2. Arguments as of `cross_entropy`.
    """
    truths = truths_NHW.clamp_min(0)
    plain_NHW = functional.cross_entropy(logits_NCHW, truths, reduction="none")
    losses_NHW = (1.0 - (-plain_NHW).exp()).pow(_FOCUS) * plain_NHW
    if weights_C is not None:
        losses_NHW = losses_NHW * weights_C[truths]
    return _mean(losses_NHW, truths_NHW)


def dice(logits_NCHW: Tensor, truths_NHW: Tensor, weights_C: Tensor | None) -> Tensor:
    """Return one less the mean Dice coefficient of the classes in each picture, shape (), 0 to 1.

    Milletari et al. (2016, arXiv:1606.04797, section 3), for several classes. All classes of a
    picture weigh the same, so that `weights_C` changes nothing. Arguments as of `cross_entropy`.
    """
    del weights_C
    truths_NP, is_known_NP = truths_NHW.flatten(1).clamp_min(0), truths_NHW.flatten(1) >= 0
    shares_NCP = logits_NCHW.flatten(2).softmax(1) * is_known_NP[:, None]
    known_NP = is_known_NP.to(shares_NCP.dtype)
    at_truth_NP = shares_NCP.gather(1, truths_NP[:, None])[:, 0]
    zeros_NC = shares_NCP.new_zeros(shares_NCP.shape[:2])
    both_NC = zeros_NC.scatter_add(1, truths_NP, at_truth_NP)
    truth_NC = zeros_NC.scatter_add(1, truths_NP, known_NP)
    squares_NC = shares_NCP.square().sum(2)
    like_NC = (2.0 * both_NC + _SMOOTH_PX) / (squares_NC + truth_NC + _SMOOTH_PX)
    is_there_NC = (truth_NC > 0).to(like_NC.dtype)
    unlike_N = ((1.0 - like_NC) * is_there_NC).sum(1) / is_there_NC.sum(1).clamp_min(1.0)
    return unlike_N.mean()


_Loss = Callable[[Tensor, Tensor, Tensor | None], Tensor]
_LOSSES: Mapping[str, _Loss] = {"cross_entropy": cross_entropy, "focal": focal, "dice": dice}


def losses_of(
    kind: str, logits_NCHW: Tensor, truths_NHW: Tensor, weights_C: Tensor | None
) -> dict[str, Tensor]:
    """Return the parts of a loss by name, shape () each; `kind` is a key of `LOSSES`.

    The other arguments are as of `cross_entropy`.
    """
    return {name: _LOSSES[name](logits_NCHW, truths_NHW, weights_C) for name in LOSSES[kind]}


def class_weights(shares: Sequence[float], power: float) -> Tensor:
    """Return the weight of each class, float32, (C,); a pixel has weight 1 in the mean.

    With power 1 it is the median share over its own share, with a half the root of that. Eigen and
    Fergus (2015, arXiv:1411.4734, section 4.4). A class without pixels weighs as the median does.

    Args:
        shares: Of the known pixels of training.
        power: 0 to 1.
    """
    parts = torch.tensor(shares, dtype=torch.float64)
    seen = parts > 0
    if not bool(seen.any()):
        return torch.ones(len(parts))
    middle = parts[seen].median()
    weights = torch.where(seen, middle / parts.clamp_min(1e-12), torch.ones_like(parts)) ** power
    return (weights / (weights * parts).sum() * parts.sum()).float()


def _mean(losses_NHW: Tensor, truths_NHW: Tensor) -> Tensor:
    is_known = truths_NHW >= 0
    sums_N = (losses_NHW * is_known).flatten(1).sum(1)
    return (sums_N / is_known.flatten(1).sum(1).clamp_min(1)).mean()
