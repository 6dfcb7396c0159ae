"""Answers of a network as shapes that a person may confirm, and how unsure an answer is.

Letters in names: H height, W width.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.answer_filter import USUAL_THRESHOLD, counted_boxes
from deepdesk.core.drawing import Drawing, Shape
from deepdesk.core.drawing_edits import rectangle
from deepdesk.core.errors import ConfigError
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.data.masks import BACKGROUND
from deepdesk.data.painted import box_of
from deepdesk.data.patches import Patch, region_from

# A proposal that overlaps a drawn shape of its class by this much shows what is known already.
KNOWN_OVERLAP = 0.5
# Fewer pixels of a class are specks.
FEWEST_PIXELS = 12
# A box with this share of its threshold nearly counts.
NEARLY = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A shape that a network suggests.

    Attributes:
        score: Probability, 0 to 1; None where the network does not tell one.
    """

    shape: Shape
    score: float | None = None


def proposals_of(answer: object, drawing: Drawing) -> list[Proposal]:
    """Return what an answer proposes for a picture and is not drawn on it yet.

    Args:
        answer: `Boxes` or `Mask`; for others there is nothing to propose.
        drawing: Of the picture, with what is drawn so far.
    """
    return without_known(_proposed(answer, drawing), drawing)


def without_known(proposals: Sequence[Proposal], drawing: Drawing) -> list[Proposal]:
    """Return the proposals that overlap no shape of their class that is drawn already."""
    listed: dict[str, list[Sides]] = {}
    for shape in drawing.shapes if proposals else ():
        sides = _sides(shape, drawing)
        if sides is not None:
            listed.setdefault(shape.label, []).append(sides)
    known = {label: np.array(boxes) for label, boxes in listed.items()}
    return [one for one in proposals if not _is_known(one.shape, known, drawing)]


def _is_known(shape: Shape, known: Mapping[str, NDArray[np.float64]], drawing: Drawing) -> bool:
    """Return whether a shape overlaps one of the boxes of its class, (N, 4)."""
    boxes = known.get(shape.label)
    sides = None if boxes is None else _sides(shape, drawing)
    if boxes is None or sides is None:
        return False
    # Most lie elsewhere: only those that touch are worth the arithmetic of one by one.
    touch = (boxes[:, :2] < sides[2:]).all(axis=1) & (boxes[:, 2:] > sides[:2]).all(axis=1)
    return any(overlap(tuple(box), sides) >= KNOWN_OVERLAP for box in boxes[touch].tolist())


Sides = tuple[float, float, float, float]


def overlap(one: Sides | None, other: Sides | None) -> float:
    """Return the shared area of two (left, top, right, bottom) by that of both, 0 to 1."""
    if one is None or other is None:
        return 0.0
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(sides[2] - sides[0]) * (sides[3] - sides[1]) for sides in (one, other)]
    return width * height / (sum(areas) - width * height)


def _sides(shape: Shape, drawing: Drawing) -> Sides | None:
    try:
        return box_of(shape, drawing)
    except ConfigError:
        return None  # painted on a picture of another size


@singledispatch
def unsureness(answer: object) -> float | None:
    """Return how unsure an answer is, 0 to 1; None where it does not tell.

    Of boxes it is the mean doubt of all that count or nearly do: 1 for one that is exactly as
    likely as it must be to count, falling to 0 for one that is certain. Of masks it is what is
    missing to certainty in the mean over all pixels.
    """
    del answer
    return None


@unsureness.register
def _(answer: Boxes) -> float | None:
    doubts = []
    for _sides, label, score in answer.boxes:
        threshold = answer.thresholds.get(label, USUAL_THRESHOLD)
        if score < threshold * NEARLY:
            continue
        room = (1.0 - threshold) if score >= threshold else threshold
        doubts.append(max(0.0, 1.0 - abs(score - threshold) / max(room, 1e-6)))
    # Nothing found at all may be right or a miss: it stands in the middle.
    if not doubts:
        return 0.5
    return float(np.mean(doubts))


@unsureness.register
def _(answer: Mask) -> float | None:
    return None if math.isnan(answer.certainty) else 1.0 - answer.certainty


@singledispatch
def _proposed(answer: object, drawing: Drawing) -> list[Proposal]:
    del answer, drawing
    return []


@_proposed.register
def _(answer: Boxes, drawing: Drawing) -> list[Proposal]:
    width, height = answer.size if all(answer.size) else (drawing.width_px, drawing.height_px)
    across, down = drawing.width_px / width, drawing.height_px / height
    made = []
    for (left, top, right, bottom), label, score in counted_boxes(answer):
        corner, opposite = (left * across, top * down), (right * across, bottom * down)
        box = rectangle(label, corner, opposite, drawing)
        if box is not None:
            made.append(Proposal(shape=box, score=float(score)))
    return made


@_proposed.register
def _(answer: Mask, drawing: Drawing) -> list[Proposal]:
    classes_HW = _enlarged(np.asarray(answer.classes_HW), drawing)
    sure_HW = None if answer.certainty_HW is None else _enlarged(answer.certainty_HW, drawing)
    made = []
    for number, label in enumerate(answer.classes):
        is_on_HW = classes_HW == number
        # Where nothing is painted there is background; nobody has to confirm that.
        if label == BACKGROUND or int(is_on_HW.sum()) < FEWEST_PIXELS:
            continue
        region = region_from(label, Patch(left=0, top=0, is_on_HW=is_on_HW), drawing)
        if region is not None:
            score = None if sure_HW is None else float(sure_HW[is_on_HW].mean()) / 255
            made.append(Proposal(shape=region, score=score))
    return made


def _enlarged(values_HW: NDArray[Any], drawing: Drawing) -> NDArray[Any]:
    """Return values for every pixel of a picture, each that of the nearest one there is."""
    height, width = values_HW.shape
    if (height, width) == (drawing.height_px, drawing.width_px):
        return values_HW
    rows = np.arange(drawing.height_px) * height // drawing.height_px
    columns = np.arange(drawing.width_px) * width // drawing.width_px
    return values_HW[np.ix_(rows, columns)]
