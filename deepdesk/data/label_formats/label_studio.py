"""Label Studio: a JSON list of tasks, places in percent of the picture.

Rectangles that are turned become outlines. Of several annotations of one picture the last one that
was not cancelled counts; predictions do not.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from deepdesk.core.drawing import Region, Shape
from deepdesk.core.task import Remark
from deepdesk.data.label_formats.brush_runs import painted_pixels
from deepdesk.data.label_formats.json_kinds import LABEL_STUDIO, json_files
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
from deepdesk.data.label_formats.tree import Tree
from deepdesk.data.painted import counts_of

TITLE = "Label Studio"
TURNED = "Turned rectangles became outlines of four corners"
_UPLOADED = re.compile(r"[0-9a-f]{8}-(?=.)")
_ELLIPSE_CORNERS = 64
_MOST_PX = 40_000_000
_Value = Mapping[str, Any]


class StudioLabels:
    """The exports of Label Studio in a tree.

    Args:
        tree: Where they lie.
        notes: Takes what is left out.
        names: The files, within the tree.
    """

    title = TITLE

    def __init__(self, tree: Tree, notes: Notes, names: list[str]) -> None:
        self._tree = tree
        self._notes = notes
        # Tasks as they stand in the file: a fifth of the memory of values.
        self._tasks: dict[str, tuple[str, str]] = {}
        self._missing: list[Remark] = []
        for name in names:
            path = tree.path(name)
            try:
                for _key, task, text in entries(path):
                    if isinstance(task, dict):
                        self._take(task, text, name)
            except BrokenLabelsError as error:
                self._missing.append(Remark(path=path, reason=str(error), is_left_out=True))

    def of(self, picture: str) -> Read | None:
        """Return what is known of a picture, None for nothing."""
        if picture not in self._tasks:
            return None
        text, name = self._tasks[picture]
        task = json.loads(text)
        results = _results(task)
        if results is None:
            return None
        labels = {
            one.get("id"): found for one in results if (found := _label(one)) and one.get("id")
        }
        shapes: list[Shape] = []
        size = None
        for one in results:
            value = one.get("value")
            kind = _kind(one)
            if not isinstance(value, dict) or kind is None:
                continue
            size = _size(one) or size
            label = _label(one) or labels.get(one.get("id"))
            if label is None:
                self._notes.add(NO_NAME, name)
                continue
            shapes += self._shape(kind, one, value, label, name)
        data = task.get("data")
        told = data.get("split") if isinstance(data, dict) else None
        return Read(
            shapes=tuple(shapes),
            file=self._tree.path(name),
            size=size,
            split=told if told in ("train", "validation", "test") else None,
        )

    def missing(self) -> Iterator[Remark]:
        """Yield a remark for each broken file and each picture that is not there."""
        yield from self._missing

    def _take(self, task: _Value, text: str, name: str) -> None:
        written = _picture_of(task)
        if written is None:
            return
        bare = _UPLOADED.sub("", written.rpartition("/")[2], count=1)
        picture = self._tree.find(written, name) or self._tree.find(bare, name)
        if picture is None:
            path = self._tree.path(bare or name)
            reason = f"This picture of {name.rpartition('/')[2]} is not there."
            self._missing.append(Remark(path=path, reason=reason, is_left_out=True))
        else:
            self._tasks.setdefault(picture, (text, name))

    def _shape(self, kind: str, one: _Value, value: _Value, label: str, name: str) -> list[Shape]:
        if kind == "rectangle" and (finite(value.get("rotation", 0)) or (0.0,))[0]:
            self._notes.add(TURNED, name)
        found = _KINDS[kind](label, value, _size(one))
        if found is None:
            self._notes.add(NO_AREA, name)
        return [found] if found else []


def studio_labels(tree: Tree, notes: Notes) -> StudioLabels | None:
    """Return the exports of Label Studio in a tree, None if there are none."""
    names = json_files(tree, LABEL_STUDIO)
    return StudioLabels(tree, notes, names) if names else None


def _picture_of(task: _Value) -> str | None:
    """Return the name of the picture of a task, without what a server adds to it."""
    data = task.get("data")
    # In the short form of the export what was asked about stands in the task itself.
    given = data if isinstance(data, dict) else task
    keys = ["image", "img", "picture", "photo", *given]
    texts = (given[key] for key in keys if isinstance(given.get(key), str))
    written = next((text for text in texts if re.search(r"\.\w{2,5}\Z", text)), None)
    if written is None:
        return None
    return unquote(written.rpartition("?d=")[2].partition("?")[0])


def _results(task: _Value) -> list[_Value] | None:
    """Return what was drawn in a task, None where nobody worked on it."""
    found = task.get("annotations", task.get("completions"))
    if isinstance(found, list):
        done = [one for one in found if isinstance(one, dict) and not one.get("was_cancelled")]
        if not done:
            return None
        results = done[-1].get("result")
        return (
            [one for one in results if isinstance(one, dict)] if isinstance(results, list) else []
        )
    flat: list[_Value] = [
        {"value": one, **{k: one.get(k) for k in ("original_width", "original_height")}}
        for listed in task.values()
        if isinstance(listed, list)
        for one in listed
        if isinstance(one, dict)
    ]
    return flat or None


def _kind(one: _Value) -> str | None:
    value = one.get("value")
    if not isinstance(value, dict):
        return None
    if "rle" in value:
        return "brush"
    if "points" in value:
        return "polygon"
    if "radiusX" in value:
        return "ellipse"
    if "height" in value:
        return "rectangle"
    return "point" if "x" in value else None


def _label(one: _Value) -> str | None:
    value = one.get("value")
    lists = value.items() if isinstance(value, dict) else ()
    for key, names in lists:
        if key.endswith("labels") and isinstance(names, list) and names:
            return class_name(names[0])
    return None


def _size(one: _Value) -> tuple[int, int] | None:
    numbers = finite(one.get("original_width"), one.get("original_height"))
    if numbers is None or min(numbers) < 1:
        return None
    return int(numbers[0]), int(numbers[1])


def _percent(value: _Value, size: tuple[int, int] | None, *keys: str) -> list[float] | None:
    """Return lengths in px, those across and down in turn."""
    numbers = finite(*(value.get(key) for key in keys))
    if numbers is None or size is None:
        return None
    return [round(number / 100.0 * size[at % 2], 6) for at, number in enumerate(numbers)]


def _rectangle(label: str, value: _Value, size: tuple[int, int] | None) -> Shape | None:
    sides = _percent(value, size, "x", "y", "width", "height")
    turn = finite(value.get("rotation", 0))
    if sides is None or turn is None:
        return None
    x, y, width, height = sides
    if not turn[0]:
        return box(label, (x, y, x + width, y + height)) if width > 0 and height > 0 else None
    # Clockwise about the upper left corner.
    cosine, sine = math.cos(math.radians(turn[0])), math.sin(math.radians(turn[0]))
    corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
    ring = [
        side
        for across, down in corners
        for side in (x + across * cosine - down * sine, y + across * sine + down * cosine)
    ]
    return polygon(label, [ring])


def _outline(label: str, value: _Value, size: tuple[int, int] | None) -> Shape | None:
    places = value.get("points")
    if not isinstance(places, list) or size is None:
        return None
    ring: list[float] = []
    for one in places:
        numbers = finite(*one) if isinstance(one, list) and len(one) == 2 else None
        if numbers is None:
            return None
        ring += [round(n / 100 * side, 6) for n, side in zip(numbers, size, strict=True)]
    return polygon(label, [ring])


def _ellipse(label: str, value: _Value, size: tuple[int, int] | None) -> Shape | None:
    sides = _percent(value, size, "x", "y", "radiusX", "radiusY")
    turn = finite(value.get("rotation", 0))
    if sides is None or turn is None:
        return None
    x, y, across, down = sides
    cosine, sine = math.cos(math.radians(turn[0])), math.sin(math.radians(turn[0]))
    ring = []
    for number in range(_ELLIPSE_CORNERS):
        angle = 2 * math.pi * number / _ELLIPSE_CORNERS
        a, b = across * math.cos(angle), down * math.sin(angle)
        ring += [x + a * cosine - b * sine, y + a * sine + b * cosine]
    return polygon(label, [ring])


def _point(label: str, value: _Value, size: tuple[int, int] | None) -> Shape | None:
    place = _percent(value, size, "x", "y")
    return None if place is None else point(label, *place)


def _brush(label: str, value: _Value, size: tuple[int, int] | None) -> Shape | None:
    runs = value.get("rle")
    if size is None or not isinstance(runs, list) or size[0] * size[1] > _MOST_PX:
        return None
    try:
        is_on_HW = painted_pixels(runs, *size)
    except (ValueError, TypeError):
        return None
    return Region(label=label, counts=counts_of(is_on_HW)) if is_on_HW.any() else None


_KINDS: dict[str, Callable[[str, _Value, tuple[int, int] | None], Shape | None]] = {
    "rectangle": _rectangle,
    "polygon": _outline,
    "ellipse": _ellipse,
    "point": _point,
    "brush": _brush,
}
