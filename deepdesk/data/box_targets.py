"""Drawings as arrays of boxes, and how a picture of any shape lies in what a network sees.

Letters in names: N samples, M boxes a sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.drawing import drawing_of, is_drawing
from deepdesk.data.painted import box_of

MOST_BOXES = 500  # of one picture; the largest are kept
NO_BOX = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where a picture lies in what the network sees, which has bars beside it or above and below.

    Attributes:
        scale: From px of the picture to px of the network's input.
        left: Of the picture in the input, px.
        top: Likewise.
    """

    scale: float
    left: float
    top: float


def frame_of(picture: tuple[int, int], seen: tuple[int, int]) -> Frame:
    """Return where a picture lies, both as (width, height) in px: all of it, in the middle."""
    scale = min(wanted / given for wanted, given in zip(seen, picture, strict=True))
    width, height = (max(1, round(side * scale)) for side in picture)
    return Frame(scale=scale, left=(seen[0] - width) // 2, top=(seen[1] - height) // 2)


def boxes_of(
    target: Any, places: Mapping[str, int]
) -> list[tuple[int, bool, tuple[float, float, float, float]]]:
    """Return class index, whether it is a crowd, and sides in px of every shape of a drawing.

    Shapes of classes that are not among `places`, points, and what lies outside of the picture
    are left out; beyond 500 shapes the smallest.
    """
    if not is_drawing(target):
        return []
    drawing = drawing_of(target)
    found = []
    for shape in drawing.shapes:
        sides = box_of(shape, drawing) if shape.label in places else None
        if sides is not None:
            found.append((places[shape.label], shape.is_crowd, sides))
    if len(found) > MOST_BOXES:
        found.sort(key=lambda one: (one[2][0] - one[2][2]) * (one[2][3] - one[2][1]))
    return found[:MOST_BOXES]


def box_arrays(
    targets: Sequence[Any], classes: Sequence[str], seen: tuple[int, int]
) -> dict[str, NDArray[Any]]:
    """Return the boxes of N samples as arrays with as many places as the fullest one needs.

    Args:
        targets: Drawings, or None.
        classes: Names in the order of their indices.
        seen: (width, height) of the network's input, px.

    Returns:
        "boxes": float32, (N, M, 4), left, top, right, bottom as shares of the network's input;
        "labels": int64, (N, M), -1 for no box; "crowd": bool, (N, M); "picture": float32, (N, 2),
        width and height of the picture, px, 0 where there is no drawing. M is 1 at least.
    """
    places = {name: place for place, name in enumerate(classes)}
    every = [boxes_of(target, places) for target in targets]
    most = max((len(found) for found in every), default=0)
    count, most = len(targets), max(1, most)
    arrays: dict[str, NDArray[Any]] = {
        "boxes": np.zeros((count, most, 4), dtype=np.float32),
        "labels": np.full((count, most), NO_BOX, dtype=np.int64),
        "crowd": np.zeros((count, most), dtype=bool),
        "picture": np.zeros((count, 2), dtype=np.float32),
    }
    for place, (target, found) in enumerate(zip(targets, every, strict=True)):
        if not is_drawing(target):
            continue
        size = (int(target["size"][0]), int(target["size"][1]))
        arrays["picture"][place] = size
        if not found:
            continue
        number = len(found)
        arrays["labels"][place, :number] = [label for label, _crowd, _sides in found]
        arrays["crowd"][place, :number] = [crowd for _label, crowd, _sides in found]
        sides = np.array([sides for _label, _crowd, sides in found])
        arrays["boxes"][place, :number] = _framed(sides, size, seen)
    return arrays


def _framed(
    sides_M4: NDArray[np.float64], picture: tuple[int, int], seen: tuple[int, int]
) -> NDArray[np.float64]:
    frame = frame_of(picture, seen)
    shift = np.array([frame.left, frame.top] * 2)
    return np.asarray((sides_M4 * frame.scale + shift) / np.array([*seen, *seen]))


def unframed(
    sides_M4: NDArray[np.float64], picture: tuple[int, int], seen: tuple[int, int]
) -> NDArray[np.float64]:
    """Return boxes in px of the picture, cut off at its sides, float64, (M, 4).

    Args:
        sides_M4: Px of the network's input.
        picture: (width, height), px.
        seen: (width, height) of the input, px.
    """
    frame = frame_of(picture, seen)
    shift = np.array([frame.left, frame.top] * 2)
    inside = np.clip((sides_M4 - shift) / frame.scale, 0.0, np.array([*picture, *picture]))
    return np.asarray(inside)
