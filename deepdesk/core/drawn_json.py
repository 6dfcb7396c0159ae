"""Answers that are drawn over a picture, as JSON that gives them back.

Masks are deflated, as they are long stretches of the same class; what comes back is checked as
anything from outside is.
"""

from __future__ import annotations

import base64
import binascii
import math
import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import singledispatch
from typing import Any

import numpy as np

from deepdesk.core.drawing import LONGEST_NAME, MOST_PX
from deepdesk.core.payloads import Boxes, Mask

MOST_BOXES = 5_000
MOST_CLASSES = 10_000
MOST_PIXELS = 80_000_000  # as many as the largest picture that is read


@singledispatch
def drawn_to_json(drawn: object) -> Any:
    """Return boxes or a mask as a JSON-ready object, None for None.

    Raises:
        TypeError: It is neither.
    """
    raise TypeError(f"{type(drawn).__name__} is not drawn over a picture")


@drawn_to_json.register
def _(drawn: None) -> Any:
    return drawn


@drawn_to_json.register
def _(drawn: Boxes) -> Any:
    boxes = [
        [*(round(side, 2) for side in sides), name, round(score, 4)]
        for sides, name, score in drawn.boxes
    ]
    return {
        "boxes": boxes,
        "classes": list(drawn.classes),
        "thresholds": {name: round(value, 6) for name, value in drawn.thresholds.items()},
        "size": list(drawn.size),
    }


@drawn_to_json.register
def _(drawn: Mask) -> Any:
    height, width = drawn.classes_HW.shape
    packed = zlib.compress(np.ascontiguousarray(drawn.classes_HW, dtype="<i2").tobytes(), 6)
    return {
        "mask": base64.b64encode(packed).decode(),
        "classes": list(drawn.classes),
        "size": [width, height],
    }


def drawn_from_json(saved: object) -> Boxes | Mask | None:
    """Return what `drawn_to_json` was given, boxes to a hundredth of a pixel; None for None.

    Raises:
        ValueError: It is nothing of the kind, or too large.
    """
    if saved is None:
        return None
    try:
        if not isinstance(saved, Mapping):
            raise TypeError("no object")
        return _mask(saved) if "mask" in saved else _boxes(saved)
    except (TypeError, KeyError, OverflowError, zlib.error, binascii.Error) as error:
        raise ValueError("nothing that can be drawn") from error


def for_tile(drawn: Boxes | Mask | None, side_px: int) -> Boxes | Mask | None:
    """Return what is drawn, a mask with at most so many pixels on its longer side."""
    if not isinstance(drawn, Mask):
        return drawn
    step = -(-max(drawn.classes_HW.shape) // side_px)
    every = (slice(step // 2, None, step), slice(step // 2, None, step))
    certainty_HW = drawn.certainty_HW
    return replace(
        drawn,
        classes_HW=drawn.classes_HW[every],
        certainty_HW=None if certainty_HW is None else certainty_HW[every],
    )


def _boxes(saved: Mapping[str, Any]) -> Boxes:
    listed = saved["boxes"]
    if not isinstance(listed, list) or len(listed) > MOST_BOXES:
        raise ValueError("too many boxes")
    boxes = []
    for left, top, right, bottom, name, score in listed:
        sides = (float(left), float(top), float(right), float(bottom))
        if not all(math.isfinite(side) and abs(side) <= 2 * MOST_PX for side in sides):
            raise ValueError("a box that is nowhere")
        boxes.append((sides, _name(name), _share(score)))
    width, height = (int(side) for side in saved["size"])
    if not (0 <= width <= MOST_PX and 0 <= height <= MOST_PX):
        raise ValueError("a picture of no legal size")
    given = dict(saved["thresholds"])
    thresholds = {_name(name): _share(value) for name, value in given.items()}
    return Boxes(
        boxes=tuple(boxes), classes=_names(saved), thresholds=thresholds, size=(width, height)
    )


def _mask(saved: Mapping[str, Any]) -> Mask:
    width, height = (int(side) for side in saved["size"])
    if min(width, height) < 1 or width * height > MOST_PIXELS:
        raise ValueError("a mask of no legal size")
    wanted = 2 * width * height
    stream = zlib.decompressobj()
    # A few bytes could claim any size.
    data = stream.decompress(base64.b64decode(str(saved["mask"]), validate=True), wanted + 1)
    if len(data) != wanted:
        raise ValueError("a mask of another size")
    classes_HW = np.frombuffer(data, dtype="<i2").reshape(height, width).astype(np.int16)
    return Mask(classes_HW=classes_HW, classes=_names(saved))


def _names(saved: Mapping[str, Any]) -> tuple[str, ...]:
    names = saved["classes"]
    if not isinstance(names, list) or len(names) > MOST_CLASSES:
        raise ValueError("no list of classes")
    return tuple(_name(name) for name in names)


def _name(given: Any) -> str:
    if not isinstance(given, str) or len(given) > LONGEST_NAME:
        raise ValueError("no name of a class")
    return given


def _share(given: Any) -> float:
    share = float(given)
    if not 0.0 <= share <= 1.0:
        raise ValueError("a score that is none")
    return share
