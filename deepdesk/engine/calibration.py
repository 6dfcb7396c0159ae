"""Honest probabilities: one temperature, fitted on samples that were not trained on."""

from __future__ import annotations

import torch
from torch import Tensor

_SHARPEST, _FLATTEST = 50.0, 0.02
_HALVINGS = 50


def fit_temperature(logits_NC: Tensor, labels_N: Tensor) -> float:
    """Return the temperature that makes the labels most likely, above 0, no unit.

    Temperature scaling of Guo et al. (2017, arXiv:1706.04599, section 4.2). Unlike there, one
    imagined sample without a class is counted in, as Platt (1999) does, so that a split
    without a single mistake does not ask for certainty.

    Args:
        logits_NC: float, (N, C), N at least 1.
        labels_N: int64, (N,), 0 to C-1.
    """
    logits = logits_NC.to(torch.float64)
    count, classes = logits.shape
    share = 1.0 / (count + 2)
    targets = torch.full_like(logits, share / classes)
    targets[torch.arange(count), labels_N] += 1.0 - share
    wanted = (targets * logits).sum(1).mean()
    low, high = _FLATTEST, _SHARPEST
    for _halving in range(_HALVINGS):
        middle = (low * high) ** 0.5
        # The slope of the mean negative log-likelihood over 1/T, which is convex in it.
        slope = ((logits * middle).softmax(1) * logits).sum(1).mean() - wanted
        low, high = (middle, high) if slope < 0 else (low, middle)
    return float(1.0 / (low * high) ** 0.5)
