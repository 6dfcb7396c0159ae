"""An answer as a drawing: what a person takes for true, or corrects by hand."""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from deepdesk.core.drawing import Box, Drawing, Region
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.data.painted import counts_of

# Sides are kept to a tenth of a pixel: answers are no more exact than that.
_DIGITS = 1


@singledispatch
def drawing_from(answer: object) -> Drawing:
    """Return an answer as a drawing of its picture; give only what counts of it.

    Raises:
        TypeError: It is no answer that is drawn over a picture.
        ValueError: Boxes do not say the size of their picture.
    """
    raise TypeError(f"{type(answer).__name__} is not drawn over a picture")


@drawing_from.register
def _(answer: Boxes) -> Drawing:
    width, height = answer.size
    if min(width, height) <= 0:
        raise ValueError("boxes of a picture of unknown size")
    shapes = []
    # The least sure lie lowest.
    for (left, top, right, bottom), name, _score in reversed(answer.boxes):
        sides = (max(0.0, left), max(0.0, top), min(width, right), min(height, bottom))
        near_left, near_top, near_right, near_bottom = (round(side, _DIGITS) for side in sides)
        if near_left < near_right and near_top < near_bottom:
            shapes.append(
                Box(
                    label=name,
                    left=near_left,
                    top=near_top,
                    right=near_right,
                    bottom=near_bottom,
                )
            )
    return Drawing(width_px=width, height_px=height, shapes=tuple(shapes))


@drawing_from.register
def _(answer: Mask) -> Drawing:
    height, width = answer.classes_HW.shape
    seen = (int(at) for at in np.unique(answer.classes_HW) if 0 <= at < len(answer.classes))
    shapes = tuple(
        Region(label=answer.classes[at], counts=counts_of(answer.classes_HW == at)) for at in seen
    )
    return Drawing(width_px=int(width), height_px=int(height), shapes=shapes)
