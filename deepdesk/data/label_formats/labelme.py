"""LabelMe: one JSON file a picture, with shapes of many kinds; the picture inside is not read."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from deepdesk.core.drawing import MOST_PX, Polygon, Region, Shape
from deepdesk.core.errors import BadSampleError
from deepdesk.core.task import Remark
from deepdesk.data.label_formats.json_kinds import LABELME, json_files
from deepdesk.data.label_formats.label_files import json_of
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
from deepdesk.data.label_formats.tree import Tree
from deepdesk.data.mask_files import mask_values
from deepdesk.data.painted import counts_of

TITLE = "LabelMe"
LINES = "Lines became points at their corners"
_MOST_BYTES = 256 << 20  # pictures may be embedded
_CIRCLE_CORNERS = 64
_MOST_MASK_PX = 80_000_000
_Corners = Sequence[tuple[float, float]]


class LabelMeLabels:
    """The LabelMe files of a tree.

    Args:
        tree: Where they lie.
        notes: Takes what is left out.
        names: The files, within the tree.
    """

    title = TITLE

    def __init__(self, tree: Tree, notes: Notes, names: list[str]) -> None:
        self._tree = tree
        self._notes = notes
        self._files: dict[str, str] = {}
        self._missing: list[Remark] = []
        for name in names:
            self._place(name)

    def of(self, picture: str) -> Read | None:
        """Return what is known of a picture, None for nothing.

        Raises:
            BrokenLabelsError: Its file cannot be read.
        """
        name = self._files.get(picture)
        if name is None:
            return None
        path = self._tree.path(name)
        value = json_of(path, limit_bytes=_MOST_BYTES)
        listed = value.get("shapes") if isinstance(value, dict) else None
        if not isinstance(listed, list):
            raise BrokenLabelsError(path, "It has no list of shapes.")
        size = finite(value.get("imageWidth"), value.get("imageHeight"))
        whole = None if size is None or min(size) < 1 else (int(size[0]), int(size[1]))
        shapes: list[Shape] = []
        groups: dict[tuple[str, int], int] = {}
        for one in listed:
            found = self._shapes(one, name, whole) if isinstance(one, dict) else []
            group = one.get("group_id") if isinstance(one, dict) else None
            if found and isinstance(found[0], Polygon) and type(group) is int:
                at = groups.setdefault((found[0].label, group), len(shapes))
                if at < len(shapes):
                    _join(shapes, at, found[0])
                    continue
            shapes += found
        return Read(shapes=tuple(shapes), file=path, size=whole)

    def missing(self) -> Iterator[Remark]:
        """Yield a remark for each file without a picture."""
        yield from self._missing

    def _place(self, name: str) -> None:
        picture = self._tree.partner(name)
        path = self._tree.path(name)
        if picture is None:
            try:
                value = json_of(path, limit_bytes=_MOST_BYTES)
                written = value.get("imagePath") if isinstance(value, dict) else None
                picture = self._tree.find(written, name) if isinstance(written, str) else None
                reason = f'Its picture "{str(written)[:80]}" is not there.'
            except BrokenLabelsError as error:
                reason = str(error)
        if picture is None or picture in self._files:
            reason = "A second file for one picture." if picture else reason
            self._missing.append(Remark(path=path, reason=reason, is_left_out=True))
        else:
            self._files[picture] = name

    def _shapes(self, one: Mapping[str, Any], name: str, size: tuple[int, int] | None) -> list[Any]:
        label = class_name(one.get("label"))
        if label is None:
            self._notes.add(NO_NAME, name)
            return []
        kind = one.get("shape_type", "polygon")
        if kind == "mask":
            found = _painted(one, label, size)
            shapes: list[Any] = [found] if found else []
        else:
            read = _KINDS.get(kind if isinstance(kind, str) else "")
            shapes = read(label, _corners(one.get("points"))) if read else []
            if kind in ("line", "linestrip") and shapes:
                self._notes.add(LINES, name)
        if not shapes:
            self._notes.add(NO_AREA, name)
        flags = one.get("flags")
        is_crowd = isinstance(flags, dict) and flags.get("crowd") is True
        return [replace(made, is_crowd=True) for made in shapes] if is_crowd else shapes


def labelme_labels(tree: Tree, notes: Notes) -> LabelMeLabels | None:
    """Return the LabelMe files of a tree, None if there are none."""
    names = json_files(tree, LABELME)
    return LabelMeLabels(tree, notes, names) if names else None


def _join(shapes: list[Shape], at: int, part: Polygon) -> None:
    """Add an outline to the one of its group: they are parts of one thing."""
    first = shapes[at]
    if isinstance(first, Polygon):
        shapes[at] = replace(first, rings=(*first.rings, *part.rings))


def _corners(given: object) -> list[tuple[float, float]]:
    if not isinstance(given, list):
        return []
    made = [finite(*one) for one in given if isinstance(one, list) and len(one) == 2]
    return [(numbers[0], numbers[1]) for numbers in made if numbers is not None]


def _outline(label: str, corners: _Corners) -> list[Any]:
    found = polygon(label, [[side for corner in corners for side in corner]])
    return [found] if found else []


def _rectangle(label: str, corners: _Corners) -> list[Any]:
    if len(corners) == 4:
        return _outline(label, corners)
    found = box(label, [*corners[0], *corners[1]]) if len(corners) == 2 else None
    return [found] if found else []


def _circle(label: str, corners: _Corners) -> list[Any]:
    if len(corners) != 2:
        return []
    (x, y), (edge_x, edge_y) = corners
    radius = math.hypot(edge_x - x, edge_y - y)
    if not radius:
        return []
    turns = (2 * math.pi * number / _CIRCLE_CORNERS for number in range(_CIRCLE_CORNERS))
    return _outline(label, [(x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns])


def _points(label: str, corners: _Corners) -> list[Any]:
    made = [point(label, x, y) for x, y in corners]
    return [one for one in made if one is not None]


def _painted(one: Mapping[str, Any], label: str, size: tuple[int, int] | None) -> Region | None:
    """Return painted pixels: a picture in the file, for a part of the whole one."""
    corners, text = _corners(one.get("points")), one.get("mask")
    if size is None or not corners or not isinstance(text, str):
        return None
    width, height = size
    if not (0 < width <= MOST_PX and 0 < height <= MOST_PX and width * height <= _MOST_MASK_PX):
        return None
    try:
        part_HW = mask_values(base64.b64decode(text, validate=True)) > 0
    except (BadSampleError, binascii.Error, ValueError):
        return None
    left, top = round(min(x for x, _y in corners)), round(min(y for _x, y in corners))
    rows, columns = part_HW.shape
    whole_HW = np.zeros((height, width), dtype=bool)
    first_row, first_column = max(0, top), max(0, left)
    last_row, last_column = min(height, top + rows), min(width, left + columns)
    if first_row >= last_row or first_column >= last_column:
        return None
    whole_HW[first_row:last_row, first_column:last_column] = part_HW[
        first_row - top : last_row - top, first_column - left : last_column - left
    ]
    return Region(label=label, counts=counts_of(whole_HW)) if whole_HW.any() else None


_KINDS: dict[str, Callable[[str, _Corners], list[Any]]] = {
    "polygon": _outline,
    "rectangle": _rectangle,
    "oriented_rectangle": _outline,
    "circle": _circle,
    "point": _points,
    "points": _points,
    "line": _points,
    "linestrip": _points,
    "": _outline,
}
