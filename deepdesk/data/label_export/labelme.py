"""LabelMe: a JSON file beside each picture; nothing of a drawing is lost."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import PIL.Image

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, Region, Shape
from deepdesk.data.label_export.writing import Item, Losses, Place, without_mask
from deepdesk.data.painted import is_on

TITLE = "LabelMe"
_VERSION = "5.5.0"


class LabelMeWriter:
    """Writes `<split>/` with pictures and a JSON file for each.

    Args:
        place: Where to.
        classes: Names in order; each shape names its own.
        losses: Takes what cannot be said.
    """

    def __init__(self, place: Place, classes: Sequence[str], losses: Losses) -> None:
        del classes
        self._place = place
        self._losses = losses

    def add(self, item: Item) -> int:
        """Write one picture and return the number of its labels.

        Raises:
            BadSampleError: Its mask cannot be read.
            OSError: The picture cannot be copied.
        """
        drawing = without_mask(item, self._losses)
        path = self._place.picture(item, item.short_split)
        shapes = [
            written
            for group, shape in enumerate(drawing.shapes, start=1)
            for written in _KINDS[type(shape)](shape, drawing, group)
        ]
        value: dict[str, Any] = {
            "version": _VERSION,
            "flags": {},
            "shapes": shapes,
            "imagePath": item.name if self._place.is_copying else path,
            "imageData": None,
            "imageHeight": drawing.height_px,
            "imageWidth": drawing.width_px,
        }
        self._place.json(f"{item.short_split}/{item.stem}.json", value)
        return len(drawing.shapes)

    def finish(self) -> None:
        """Write nothing: every picture has its own file."""


def _written(
    shape: Shape, kind: str, corners: Sequence[Sequence[float]], group: int | None = None
) -> dict[str, Any]:
    return {
        "label": shape.label,
        "points": [list(corner) for corner in corners],
        "group_id": group,
        "description": "",
        "shape_type": kind,
        "flags": {"crowd": True} if shape.is_crowd else {},
    }


def _box(box: Box, _drawing: Drawing, _group: int) -> Iterator[dict[str, Any]]:
    yield _written(box, "rectangle", [(box.left, box.top), (box.right, box.bottom)])


def _polygon(shape: Polygon, _drawing: Drawing, group: int) -> Iterator[dict[str, Any]]:
    # Parts of one thing are told by their group.
    number = group if len(shape.rings) > 1 else None
    for ring in shape.rings:
        yield _written(shape, "polygon", ring, number)


def _point(point: Point, _drawing: Drawing, _group: int) -> Iterator[dict[str, Any]]:
    yield _written(point, "point", [(point.x, point.y)])


def _region(region: Region, drawing: Drawing, _group: int) -> Iterator[dict[str, Any]]:
    on = is_on(region.counts, drawing.width_px, drawing.height_px)
    rows, columns = np.flatnonzero(on.any(1)), np.flatnonzero(on.any(0))
    if not len(rows):
        return
    top, bottom, left, right = rows[0], rows[-1], columns[0], columns[-1]
    file = io.BytesIO()
    PIL.Image.fromarray(on[top : bottom + 1, left : right + 1]).save(file, "PNG")
    corners = [(float(left), float(top)), (float(right), float(bottom))]
    written = _written(region, "mask", corners)
    yield {**written, "mask": base64.b64encode(file.getvalue()).decode()}


_KINDS: dict[type[Any], Callable[[Any, Drawing, int], Iterator[dict[str, Any]]]] = {
    Box: _box,
    Polygon: _polygon,
    Point: _point,
    Region: _region,
}
