"""Boxes as tensors: how much they overlap, and how far one is from another.

Letters in names: N batch, P predictions, M truths; boxes are (left, top, right, bottom), px.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

_TINY = 1e-7


def areas(boxes: Tensor) -> Tensor:
    """Return the area of each box, shape (...), for boxes (..., 4); 0 for those turned over."""
    sides = (boxes[..., 2:] - boxes[..., :2]).clamp_min(0)
    return sides[..., 0] * sides[..., 1]


def shared_areas(first: Tensor, second: Tensor) -> Tensor:
    """Return the area in which boxes overlap, (...), for boxes (..., 4) that broadcast."""
    low = torch.maximum(first[..., :2], second[..., :2])
    high = torch.minimum(first[..., 2:], second[..., 2:])
    sides = (high - low).clamp_min(0)
    return sides[..., 0] * sides[..., 1]


def overlaps(first: Tensor, second: Tensor) -> Tensor:
    """Return intersection over union (IoU), 0 to 1, (...), for boxes (..., 4) that broadcast."""
    shared = shared_areas(first, second)
    return shared / (areas(first) + areas(second) - shared).clamp_min(_TINY)


def shares_inside(boxes: Tensor, around: Tensor) -> Tensor:
    """Return which share of each box lies in another, 0 to 1, (...), for boxes (..., 4)."""
    return shared_areas(boxes, around) / areas(boxes).clamp_min(_TINY)


def complete_overlaps(first: Tensor, second: Tensor) -> Tensor:
    """Return complete IoU (CIoU), at most 1, (...), for boxes (..., 4) that broadcast.

    IoU less how far the middles are apart and how much the proportions differ, so that boxes
    which do not meet are drawn together too (Zheng et al., 2019, arXiv:1911.08287).
    """
    iou = overlaps(first, second)
    low = torch.minimum(first[..., :2], second[..., :2])
    high = torch.maximum(first[..., 2:], second[..., 2:])
    diagonal = (high - low).square().sum(-1)
    middles = (first[..., :2] + first[..., 2:] - second[..., :2] - second[..., 2:]) / 2
    apart = middles.square().sum(-1) / diagonal.clamp_min(_TINY)
    unlike = (_turns(first) - _turns(second)).square() * (4 / math.pi**2)
    with torch.no_grad():
        weight = unlike / (1 - iou + unlike).clamp_min(_TINY)
    complete: Tensor = iou - apart - weight * unlike
    return complete


def are_inside(points: Tensor, boxes: Tensor) -> Tensor:
    """Return whether points, (..., 2), lie in boxes, (..., 4), bool, (...)."""
    is_inside = (points > boxes[..., :2]) & (points < boxes[..., 2:])
    return is_inside.all(-1)


def _turns(boxes: Tensor) -> Tensor:
    sides = (boxes[..., 2:] - boxes[..., :2]).clamp_min(_TINY)
    return torch.atan(sides[..., 0] / sides[..., 1])
