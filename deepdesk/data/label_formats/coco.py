"""COCO: one JSON file for many pictures, with boxes, outlines, runs and key points.

Places are in pixels from the upper left corner of the picture, as the project counts. A key point
that is marked as there becomes a point of its own, named after its category and itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deepdesk.core.drawing import Point, Region, Shape
from deepdesk.core.errors import ConfigError
from deepdesk.core.task import Remark
from deepdesk.data.label_formats.json_kinds import COCO, json_files
from deepdesk.data.label_formats.json_stream import entries
from deepdesk.data.label_formats.reading import (
    NO_AREA,
    NO_NAME,
    BrokenLabelsError,
    Notes,
    Read,
    box,
    class_name,
    finite,
    point,
    polygon,
)
from deepdesk.data.label_formats.splits import split_of_folders, split_of_name
from deepdesk.data.label_formats.tree import Tree
from deepdesk.data.painted import MOST_PAINTED_PX, counts_from_runs, runs_in

TITLE = "COCO"
POINT = "point"  # name of the only key point of a category of points
TWICE = "Pictures that stand twice in one file got the labels of both"
SECOND = "Pictures that stand in several files got the labels of the first one"
SAME_NUMBER = "Pictures with the number of another one got no labels"
NO_PICTURE = "Labels of pictures that their file does not list were left out"
_KEYS = ("images", "annotations", "categories")
_MOST_MISSING = 1000


@dataclass(slots=True)
class _Category:
    name: str | None
    points: tuple[str, ...] = ()


@dataclass(slots=True)
class _Picture:
    file: int
    written: str
    size: tuple[int, int] | None
    # Annotations as they stand in the file: a fifth of the memory of values.
    annotations: list[str] = field(default_factory=list)


class CocoLabels:
    """The COCO files of a tree.

    Args:
        tree: Where they lie.
        notes: Takes what is left out.
        names: The files, within the tree.
    """

    title = TITLE

    def __init__(self, tree: Tree, notes: Notes, names: list[str]) -> None:
        self._tree = tree
        self._notes = notes
        self._names = names
        self._categories: list[dict[Any, _Category]] = []
        self._pictures: dict[str, _Picture] = {}
        self._missing: list[Remark] = []
        self._num_missing = 0
        for name in names:
            self._open(name)

    def of(self, picture: str) -> Read | None:
        """Return what is known of a picture, None for nothing."""
        known = self._pictures.get(picture)
        if known is None:
            return None
        name = self._names[known.file]
        shapes: list[Shape] = []
        for text in known.annotations:
            shapes += self._shapes(json.loads(text), known)
        return Read(
            shapes=tuple(shapes),
            file=self._tree.path(name),
            size=known.size,
            split=split_of_name(name.rpartition("/")[2].rpartition(".")[0])
            or split_of_folders(name),
        )

    def missing(self) -> Iterator[Remark]:
        """Yield a remark for each broken file and each picture that is not there."""
        yield from self._missing
        more = self._num_missing - _MOST_MISSING
        if more > 0:
            yield Remark(path=self._tree.root, reason=f"{more:,} more pictures are not there.")

    def _open(self, name: str) -> None:
        number = len(self._categories)
        categories: dict[Any, _Category] = {}
        self._categories.append(categories)
        by_id: dict[Any, _Picture] = {}
        waiting: dict[Any, list[str]] = {}
        path = self._tree.path(name)
        takers: dict[str, Callable[[dict[str, Any], str], object]] = {
            "images": lambda one, _text: self._image(one, number, by_id),
            "categories": lambda one, _text: _category(one, categories),
            "annotations": lambda one, text: waiting.setdefault(_id_of(one, "image_id"), []).append(
                text
            ),
        }
        try:
            for key, one, text in entries(path, _KEYS):
                if isinstance(one, dict):
                    takers[key](one, text)
        except BrokenLabelsError as error:
            # What came before the break is whole, and kept.
            self._missing.append(Remark(path=path, reason=str(error), is_left_out=True))
        for image_id, texts in waiting.items():
            if image_id in by_id:
                by_id[image_id].annotations += texts
            else:
                self._notes.add(NO_PICTURE, path, len(texts))

    def _image(self, one: Mapping[str, Any], file: int, by_id: dict[Any, _Picture]) -> None:
        written = one.get("file_name") or one.get("coco_url")
        name = self._names[file]
        if not isinstance(written, str):
            return
        picture = self._tree.find(written, name)
        if picture is None:
            self._num_missing += 1
            if self._num_missing <= _MOST_MISSING:
                reason = f"This picture of {name.rpartition('/')[2]} is not there."
                path = self._tree.path(written.replace("\\", "/").rpartition("/")[2] or name)
                self._missing.append(Remark(path=path, reason=reason, is_left_out=True))
            # Its labels are of a picture that is said to be missing already.
            by_id.setdefault(_id_of(one, "id"), _Picture(file, written, None))
            return
        known = self._pictures.get(picture)
        if known is None:
            known = self._pictures[picture] = _Picture(file, written, _size(one))
        elif known.file == file:
            self._notes.add(TWICE, picture)
        else:
            # Files of one picture, such as boxes and key points: the first one counts.
            self._notes.add(SECOND, picture)
            known = _Picture(file, written, None)
        number = _id_of(one, "id")
        if by_id.setdefault(number, known) is not known:
            self._notes.add(SAME_NUMBER, picture)

    def _shapes(self, one: Mapping[str, Any], picture: _Picture) -> list[Shape]:
        path = self._names[picture.file]
        category = self._categories[picture.file].get(_id_of(one, "category_id"))
        if category is None or category.name is None:
            self._notes.add(NO_NAME, path)
            return []
        is_crowd = one.get("iscrowd") in (1, True)
        points = _points(one, category)
        is_only_points = category.points == (POINT,) and "keypoints" in one
        shape = None if is_only_points else _outline(one, category.name, picture, is_crowd=is_crowd)
        if shape is None and not points:
            self._notes.add(NO_AREA, path)
        return [*([shape] if shape else []), *points]


def coco_labels(tree: Tree, notes: Notes) -> CocoLabels | None:
    """Return the COCO files of a tree, None if there are none."""
    names = json_files(tree, COCO)
    # Where one picture is in several files the one of outlines counts.
    names.sort(key=lambda name: "instances" not in name.rpartition("/")[2])
    return CocoLabels(tree, notes, names) if names else None


def _category(one: Mapping[str, Any], categories: dict[Any, _Category]) -> None:
    points = one.get("keypoints")
    named = points if isinstance(points, list) else []
    made = tuple(class_name(name) or f"{number + 1}" for number, name in enumerate(named))
    # Of two categories with one number the first counts.
    categories.setdefault(_id_of(one, "id"), _Category(class_name(one.get("name")), made))


def _id_of(one: Mapping[str, Any], key: str) -> Any:
    """Return a number of a thing; 5 and "5" are the same, whatever program wrote them."""
    value = one.get(key)
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else None


def _size(one: Mapping[str, Any]) -> tuple[int, int] | None:
    numbers = finite(one.get("width"), one.get("height"))
    return None if numbers is None or min(numbers) < 1 else (int(numbers[0]), int(numbers[1]))


def _outline(
    one: Mapping[str, Any], label: str, picture: _Picture, *, is_crowd: bool
) -> Shape | None:
    drawn = one.get("segmentation")
    made: Shape | None = None
    if isinstance(drawn, dict):
        made = _region(drawn, label, picture, is_crowd=is_crowd)
    elif isinstance(drawn, list):
        rings = [ring for ring in drawn if isinstance(ring, list)]
        made = polygon(label, rings, is_crowd=is_crowd)
    sides = one.get("bbox")
    if made is None and isinstance(sides, list) and len(sides) == 4:
        numbers = finite(*sides)
        if numbers is not None:
            left, top, width, height = numbers
            made = box(label, (left, top, left + width, top + height), is_crowd=is_crowd)
    return made


def _region(
    drawn: Mapping[str, Any], label: str, picture: _Picture, *, is_crowd: bool
) -> Region | None:
    size = drawn.get("size")
    if not isinstance(size, list) or len(size) != 2:
        return None
    numbers = finite(*size)
    if numbers is None or not 0 < numbers[0] * numbers[1] <= MOST_PAINTED_PX:
        return None
    height, width = int(numbers[0]), int(numbers[1])
    if picture.size not in (None, (width, height)):
        return None
    runs = _runs(drawn.get("counts"))
    if sum(runs) != width * height or min(runs, default=-1) < 0:
        return None
    picture.size = (width, height)
    return Region(label=label, counts=counts_from_runs(runs), is_crowd=is_crowd)


def _runs(counts: object) -> list[int]:
    """Return runs in either of the two ways to write them, [] where they are none."""
    if isinstance(counts, str):
        try:
            return runs_in(counts)
        except ConfigError:
            return []
    is_list = isinstance(counts, list) and all(type(run) is int for run in counts)
    return list(counts) if isinstance(counts, list) and is_list else []


def _points(one: Mapping[str, Any], category: _Category) -> list[Point]:
    given = one.get("keypoints")
    if not isinstance(given, list):
        return []
    made = []
    for number, (x, y, seen) in enumerate(zip(given[::3], given[1::3], given[2::3], strict=False)):
        if seen not in (1, 2):
            continue
        named = category.points[number] if number < len(category.points) else str(number + 1)
        label = category.name if named == POINT else f"{category.name} {named}"
        found = point(class_name(label) or "", x, y)
        if found is not None and found.label:
            made.append(found)
    return made
