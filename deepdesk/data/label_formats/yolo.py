"""YOLO: a text file a picture, a class number and shares of the width and height on each line.

Four shares are a box (middle and size), six or more the corners of an outline. Names come from
data.yaml or a list of classes; where there are none, a class is called by its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from deepdesk.core.drawing import Shape
from deepdesk.core.task import Remark
from deepdesk.data.label_formats.class_lists import class_list
from deepdesk.data.label_formats.label_files import text_of
from deepdesk.data.label_formats.plain_yaml import yaml_of
from deepdesk.data.label_formats.reading import (
    NO_AREA,
    BrokenLabelsError,
    Notes,
    Read,
    box,
    class_name,
    finite,
    point,
    polygon,
)
from deepdesk.data.label_formats.tree import Tree, shared_parts
from deepdesk.data.split_names import split_of_word

TITLE = "YOLO"
UNNAMED = "Classes without a name are called by their numbers; labels"
_LISTS = ("classes.txt", "obj.names", "_darknet.labels", "labels.txt", "names.txt")
_LINE = re.compile(r"\s*\d{1,5}(\s+-?[\d.]+(e-?\d+)?){4,}\s*", re.IGNORECASE)
_LOOKED_AT = 50
_LARGEST_SHARE = 10.0  # beyond, the places are in pixels and not in shares


class YoloLabels:
    """The text files of a tree.

    Args:
        tree: Where they lie.
        notes: Takes what is left out.
    """

    title = TITLE

    def __init__(self, tree: Tree, notes: Notes) -> None:
        self._tree = tree
        self._notes = notes
        self._missing: list[Remark] = []
        self._names: list[tuple[str, dict[int, str | None]]] = []
        self._folders: list[tuple[str, str]] = []
        self._num_points = 0
        self._point_size = 3
        self._files: dict[str, str] = {}
        self._is_told = self._read_names()
        texts = [name for name in tree.with_suffix(".txt") if not _is_list(name)]
        for name in texts:
            self._place(name)
        if not self._is_told and not self._has_lines():
            self._files = {}

    def __bool__(self) -> bool:
        return bool(self._files)

    def of(self, picture: str) -> Read | None:
        """Return what is known of a picture, None for nothing; an empty file is nothing to see.

        Raises:
            BrokenLabelsError: Its file cannot be read.
        """
        name = self._files.get(picture)
        if name is None:
            return None
        path = self._tree.path(name)
        shapes: list[Shape] = []
        for number, line in enumerate(text_of(path).splitlines(), start=1):
            if line.strip():
                shapes += self._shapes(line, name, number)
        return Read(shapes=tuple(shapes), file=path, is_share=True, split=self._split_of(picture))

    def missing(self) -> Iterator[Remark]:
        """Yield a remark for each file without a picture."""
        yield from self._missing

    def _place(self, name: str) -> None:
        candidates = self._tree.partners(PurePosixPath(name).stem)
        if not candidates:
            if "labels" in name.split("/")[:-1]:
                reason = "There is no picture with the name of this file."
                path = self._tree.path(name)
                self._missing.append(Remark(path=path, reason=reason, is_left_out=True))
            return
        # images/train/a.jpg and labels/train/a.txt; train/images/a.jpg and train/labels/a.txt.
        wanted = [part for part in name.split("/")[:-1] if part != "labels"]

        def closeness(picture: str) -> tuple[bool, int]:
            own = [part for part in picture.split("/")[:-1] if part != "images"]
            return own == wanted, shared_parts(picture, name)

        self._files.setdefault(max(candidates, key=closeness), name)

    def _has_lines(self) -> bool:
        """Whether text files beside pictures hold numbers, and are no captions or notes."""
        looked_at = 0
        for name in self._files.values():
            try:
                lines = text_of(self._tree.path(name)).splitlines()
            except BrokenLabelsError:
                continue
            written = [line for line in lines if line.strip()]
            if written:
                looked_at += 1
                if all(_LINE.fullmatch(line) for line in written):
                    return True
            if looked_at >= _LOOKED_AT:
                break
        return False

    def _read_names(self) -> bool:
        """Take the names of classes; return whether a data.yaml says that this is YOLO."""
        is_told = False
        for name in self._tree.with_suffix(".yaml", ".yml"):
            try:
                value = yaml_of(self._tree.path(name))
            except BrokenLabelsError as error:
                self._missing.append(Remark(path=error.path, reason=str(error), is_left_out=True))
                continue
            names = _names_of(value)
            if names:
                is_told = True
                self._names.append((name, names))
                self._take_points(value.get("kpt_shape"))
                self._take_folders(name, value)
        for name in self._tree.with_suffix(*_LISTS):
            if name.rpartition("/")[2].lower() in _LISTS:
                try:
                    found = class_list(self._tree.path(name))
                except BrokenLabelsError as error:
                    left_out = Remark(path=error.path, reason=str(error), is_left_out=True)
                    self._missing.append(left_out)
                    continue
                if found is not None:
                    self._names.append((name, dict(found.by_value)))
        return is_told

    def _take_folders(self, name: str, value: dict[str, Any]) -> None:
        """Take the folders that a data.yaml gives for the splits, wherever it says they lie."""
        own = name.split("/")[:-1]
        for key, given in value.items():
            split = split_of_word(str(key))
            for written in given if isinstance(given, list) else [given]:
                if split and isinstance(written, str) and not written.endswith(".txt"):
                    parts = [part for part in written.split("/") if part not in ("", ".", "..")]
                    self._folders.append(("/".join([*own, *parts]) + "/", split))

    def _split_of(self, picture: str) -> str | None:
        fits = (split for folder, split in self._folders if picture.startswith(folder))
        return next(fits, None)

    def _take_points(self, shape: object) -> None:
        if isinstance(shape, list) and len(shape) == 2 and shape[1] in (2, 3):
            numbers = finite(shape[0])
            self._num_points = int(numbers[0]) if numbers and 0 < numbers[0] <= 1000 else 0
            self._point_size = int(shape[1])

    def _class(self, number: int, name: str) -> str:
        if self._names:
            # The nearest list counts: there may be several data sets in one folder.
            _file, names = max(self._names, key=lambda one: shared_parts(one[0], name))
            known = names.get(number)
            if known:
                return known
        self._notes.add(UNNAMED, name)
        return f"class {number}"

    def _shapes(self, line: str, name: str, number: int) -> list[Any]:
        numbers = finite(*line.split())
        path = self._tree.path(name)
        if numbers is None or len(numbers) < 5 or numbers[0] != int(numbers[0]) or numbers[0] < 0:
            reason = f'Line {number} is not of YOLO: "{line.strip()[:40]}".'
            raise BrokenLabelsError(path, reason, "A line is: class, middle x, y, width, height.")
        label, places = self._class(int(numbers[0]), name), numbers[1:]
        if max(map(abs, places)) > _LARGEST_SHARE:
            reason = f"Line {number} has places in pixels."
            raise BrokenLabelsError(path, reason, "YOLO writes shares of the width and height.")
        if self._num_points and len(places) == 4 + self._num_points * self._point_size:
            return self._with_points(label, places)
        found: Shape | None
        if len(places) in (4, 5):
            # A fifth number is how sure a network was.
            x, y, width, height = places[:4]
            sides = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            found = box(label, sides) if width > 0 and height > 0 else None
        else:
            found = polygon(label, [places[: len(places) // 2 * 2]])
        if found is None:
            self._notes.add(NO_AREA, path)
        return [found] if found else []

    def _with_points(self, label: str, places: tuple[float, ...]) -> list[Any]:
        x, y, width, height = places[:4]
        found = box(label, (x - width / 2, y - height / 2, x + width / 2, y + height / 2))
        shapes: list[Any] = [found] if found else []
        for at in range(self._num_points):
            one = places[4 + at * self._point_size :][: self._point_size]
            if len(one) == 2 or one[2] > 0:
                made = point(class_name(f"{label} {at + 1}") or label, one[0], one[1])
                shapes += [made] if made else []
        return shapes


def yolo_labels(tree: Tree, notes: Notes) -> YoloLabels | None:
    """Return the labels of YOLO in a tree, None if there are none."""
    return YoloLabels(tree, notes) or None


def _is_list(name: str) -> bool:
    return name.rpartition("/")[2].lower() in _LISTS


def _names_of(value: object) -> dict[int, str | None]:
    names = value.get("names") if isinstance(value, dict) else None
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict):
        return {}
    numbers = [finite(key) for key in names]
    if any(number is None for number in numbers):
        return {}
    return {int(key): class_name(name) for key, name in names.items()}
