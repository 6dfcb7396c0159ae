"""What became of each thing on a picture: found, taken for another class, missed or made up."""

from __future__ import annotations

from collections import Counter
from functools import singledispatch

import numpy as np

from deepdesk.core.answer_filter import OneBox, counted_boxes
from deepdesk.core.payloads import Boxes, Mask

NOTHING = "Nothing"  # as the class of what is missed or made up
LEAST_OVERLAP = 0.5

Case = tuple[str, str]


@singledispatch
def cases(answer: object, truth: object) -> Counter[Case]:
    """Return how often each (class of the truth, class of the answer) occurs on a picture.

    Boxes are counted one by one, masks by pixels. The class of what is missed is answered with
    `NOTHING`, and the truth of what is made up is `NOTHING`.

    Raises:
        TypeError: It is no drawn answer.
    """
    del truth
    raise TypeError(f"{type(answer).__name__} is not drawn over a picture")


@cases.register
def _(answer: Boxes, truth: object) -> Counter[Case]:
    # As measures do it: the surest box takes the thing of its class that it overlaps most, and
    # what is left over may lie on a thing of another class.
    free = list(truth.boxes) if isinstance(truth, Boxes) else []
    found: Counter[Case] = Counter()
    left_over: list[OneBox] = []
    for box in counted_boxes(answer):
        near = _nearest(box, [other for other in free if other[1] == box[1]])
        if near is None:
            left_over.append(box)
        else:
            free.remove(near)
            found[near[1], box[1]] += 1
    for box in left_over:
        near = _nearest(box, free)
        if near is not None:
            free.remove(near)
        found[NOTHING if near is None else near[1], box[1]] += 1
    found.update((name, NOTHING) for _sides, name, _score in free)
    return found


@cases.register
def _(answer: Mask, truth: object) -> Counter[Case]:
    found: Counter[Case] = Counter()
    if not isinstance(truth, Mask) or truth.classes_HW.shape != answer.classes_HW.shape:
        return found
    names, count = answer.classes, len(answer.classes)
    first, second = truth.classes_HW.ravel(), answer.classes_HW.ravel()
    known = (first >= 0) & (first < count) & (second >= 0) & (second < count)
    cells = np.bincount(
        first[known].astype(np.int64) * count + second[known], minlength=count * count
    )
    for cell in np.flatnonzero(cells).tolist():
        found[names[cell // count], names[cell % count]] = int(cells[cell])
    return found


def _nearest(box: OneBox, others: list[OneBox]) -> OneBox | None:
    best = max(others, key=lambda other: _overlap(box, other), default=None)
    return best if best is not None and _overlap(box, best) >= LEAST_OVERLAP else None


def _overlap(one: OneBox, other: OneBox) -> float:
    """Return the intersection over the union of two boxes, 0 to 1."""
    (left, top, right, bottom), (left_2, top_2, right_2, bottom_2) = one[0], other[0]
    width = min(right, right_2) - max(left, left_2)
    height = min(bottom, bottom_2) - max(top, top_2)
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = (right - left) * (bottom - top) + (right_2 - left_2) * (bottom_2 - top_2)
    return both / (areas - both)
