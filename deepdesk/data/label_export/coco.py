"""COCO: boxes, outlines and runs as they are; a point is the one key point of its category."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, Region, Shape
from deepdesk.data.label_export.outlines import area_of
from deepdesk.data.label_export.writing import Item, Losses, Place, without_mask
from deepdesk.data.label_formats.coco import POINT
from deepdesk.data.painted import box_of, runs_in

TITLE = "COCO"


class CocoWriter:
    """Writes `images/` and a file for each split into `annotations/`.

    Args:
        place: Where to.
        classes: Names in order.
        losses: Takes what cannot be said.
    """

    def __init__(self, place: Place, classes: Sequence[str], losses: Losses) -> None:
        self._place = place
        self._classes = list(classes)
        self._ids = {name: number for number, name in enumerate(classes, start=1)}
        self._losses = losses
        self._with_points: set[str] = set()
        self._images: dict[str, list[dict[str, Any]]] = {}
        self._annotations: dict[str, list[dict[str, Any]]] = {}
        self._num_images = self._num_annotations = 0

    def add(self, item: Item) -> int:
        """Write one picture and return the number of its labels.

        Raises:
            BadSampleError: Its mask cannot be read.
            OSError: The picture cannot be copied.
        """
        drawing = without_mask(item, self._losses)
        name = self._place.picture(item, "images")
        self._num_images += 1
        image = {
            "id": self._num_images,
            "file_name": name.removeprefix("images/"),
            "width": drawing.width_px,
            "height": drawing.height_px,
        }
        self._images.setdefault(item.short_split, []).append(image)
        listed = self._annotations.setdefault(item.short_split, [])
        before = len(listed)
        for shape in drawing.shapes:
            listed.append(self._annotation(shape, drawing))
        return len(listed) - before

    def finish(self) -> None:
        """Write the files of annotations."""
        for split, images in self._images.items():
            value = {
                "info": {"description": "Labels of a DeepDesk project", "version": "1.0"},
                "licenses": [],
                "images": images,
                "annotations": self._annotations[split],
                "categories": [self._category(name) for name in self._classes],
            }
            self._place.json(f"annotations/instances_{split}.json", value)

    def _category(self, name: str) -> dict[str, Any]:
        category = {"id": self._ids[name], "name": name, "supercategory": ""}
        points = {"keypoints": [POINT], "skeleton": []} if name in self._with_points else {}
        return {**category, **points}

    def _annotation(self, shape: Shape, drawing: Drawing) -> dict[str, Any]:
        self._num_annotations += 1
        image = self._num_images
        if shape.label not in self._ids:
            self._classes.append(shape.label)
            self._ids[shape.label] = len(self._classes)
        if isinstance(shape, Point):
            self._with_points.add(shape.label)
        return {
            "id": self._num_annotations,
            "image_id": image,
            "category_id": self._ids[shape.label],
            "iscrowd": int(shape.is_crowd),
            **_KINDS[type(shape)](shape, drawing),
        }


def _box(shape: Box, _drawing: Drawing) -> dict[str, Any]:
    width, height = shape.right - shape.left, shape.bottom - shape.top
    sides = [shape.left, shape.top, width, height]
    return {"bbox": sides, "area": width * height, "segmentation": []}


def _polygon(shape: Polygon, drawing: Drawing) -> dict[str, Any]:
    rings = [[side for corner in ring for side in corner] for ring in shape.rings]
    area = sum(abs(area_of(ring)) for ring in shape.rings)
    return {"bbox": _around(shape, drawing), "area": area, "segmentation": rings}


def _region(shape: Region, drawing: Drawing) -> dict[str, Any]:
    size = [drawing.height_px, drawing.width_px]
    runs = {"size": size, "counts": shape.counts}
    area = sum(runs_in(shape.counts)[1::2])
    return {"bbox": _around(shape, drawing), "area": area, "segmentation": runs}


def _point(shape: Point, _drawing: Drawing) -> dict[str, Any]:
    points = {"keypoints": [shape.x, shape.y, 2], "num_keypoints": 1}
    return {"bbox": [shape.x, shape.y, 0, 0], "area": 0, "segmentation": [], **points}


def _around(shape: Shape, drawing: Drawing) -> list[float]:
    left, top, right, bottom = box_of(shape, drawing) or (0.0, 0.0, 0.0, 0.0)
    return [left, top, right - left, bottom - top]


_KINDS: dict[type[Any], Callable[[Any, Drawing], dict[str, Any]]] = {
    Box: _box,
    Polygon: _polygon,
    Region: _region,
    Point: _point,
}
