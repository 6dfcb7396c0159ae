"""Tables of boxes: a row for each box, or a row without one for a picture with nothing on it.

The columns are path,label,left,top,right,bottom in pixels from the upper left corner, or with
width and height in place of right and bottom; a pixel reaches from its number to the next.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from deepdesk.core.drawing import Box
from deepdesk.core.errors import DatasetError
from deepdesk.core.task import Remark
from deepdesk.data.csv_source import (
    PATH_NAMES,
    SPLIT_NAMES,
    cell,
    delimiter_of,
    encoding_of,
    lines_of,
    named_column,
    path_column,
)
from deepdesk.data.label_formats.label_files import check_size
from deepdesk.data.label_formats.reading import (
    NO_AREA,
    NO_NAME,
    BrokenLabelsError,
    Notes,
    Read,
    box,
    class_name,
    finite,
)
from deepdesk.data.label_formats.tree import Tree
from deepdesk.data.number_tables import number_of
from deepdesk.data.picture_files import IMAGE_SUFFIXES
from deepdesk.data.split_names import split_of_word

TITLE = "table of boxes"
_MOST_BYTES = 512 << 20
_PATHS = PATH_NAMES | {"img", "image_name", "imageid", "image_id", "frame"}
_LABELS = frozenset({"label", "class", "category", "class_name", "label_name", "labelname", "name"})
_SIDES = (
    ("left", "top", "right", "bottom"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("x1", "y1", "x2", "y2"),
)
_SIZES = (("left", "top", "width", "height"), ("x", "y", "width", "height"), ("x", "y", "w", "h"))


@dataclass(frozen=True, slots=True)
class _Columns:
    path: int
    label: int
    sides: tuple[int, ...]
    is_size: bool = False
    split: int = -1
    width: int = -1
    height: int = -1


@dataclass(slots=True)
class _Picture:
    table: str
    boxes: list[Box] = field(default_factory=list)
    split: str | None = None
    size: tuple[int, int] | None = None


class BoxTableLabels:
    """The tables of boxes in a tree.

    Args:
        tree: Where they lie.
        notes: Takes what is left out.
    """

    title = TITLE

    def __init__(self, tree: Tree, notes: Notes) -> None:
        self._tree = tree
        self._notes = notes
        self._pictures: dict[str, _Picture] = {}
        self._missing: list[Remark] = []
        self.is_any = False
        for name in tree.with_suffix(".csv", ".tsv"):
            try:
                self._read(name)
            except DatasetError as error:
                if self.is_any:
                    remark = Remark(path=tree.path(name), reason=str(error), is_left_out=True)
                    self._missing.append(remark)

    def of(self, picture: str) -> Read | None:
        """Return what is known of a picture, None for nothing."""
        known = self._pictures.get(picture)
        if known is None:
            return None
        file = self._tree.path(known.table)
        boxes = tuple(known.boxes)
        # Places up to 1 are shares, as Open Images writes them.
        is_share = bool(boxes) and all(max(one.right, one.bottom) <= 1.0 for one in boxes)
        size = None if is_share else known.size
        return Read(shapes=boxes, file=file, size=size, split=known.split, is_share=is_share)

    def missing(self) -> Iterator[Remark]:
        """Yield a remark for each table that breaks and each picture that is not there."""
        yield from self._missing

    def _read(self, name: str) -> None:
        path = self._tree.path(name)
        try:
            check_size(path, path.stat().st_size, _MOST_BYTES)
            with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
                self._rows(name, file)
        except (OSError, UnicodeError, csv.Error) as error:
            raise BrokenLabelsError(path, "It cannot be read as a table.") from error

    def _rows(self, name: str, file: TextIO) -> None:
        delimiter = delimiter_of(file)
        rows = csv.reader(lines_of(file, name.rpartition("/")[2]), delimiter=delimiter)
        first = next((row for row in rows if any(text.strip() for text in row)), [])
        columns, has_header = _columns(first)
        if columns is None:
            return
        self.is_any = True
        absent: set[str] = set()
        for row in itertools.chain([] if has_header else [first], rows):
            written = cell(row, columns.path)
            if not written or written in absent:
                continue
            picture = self._tree.find(written, name)
            if picture is None:
                absent.add(written)
                path = self._tree.path(written.replace("\\", "/").rpartition("/")[2] or name)
                reason = f"This picture of {name.rpartition('/')[2]} is not there."
                self._missing.append(Remark(path=path, reason=reason, is_left_out=True))
                continue
            self._take(row, columns, picture, name, has_comma=delimiter == ";")

    def _take(
        self, row: Sequence[str], columns: _Columns, picture: str, name: str, *, has_comma: bool
    ) -> None:
        known = self._pictures.setdefault(picture, _Picture(name))
        known.split = known.split or split_of_word(cell(row, columns.split))
        size = finite(cell(row, columns.width), cell(row, columns.height))
        if size is not None and min(size) >= 1:
            known.size = (int(size[0]), int(size[1]))
        texts = [cell(row, column) for column in columns.sides]
        if not any(texts):
            return
        label = class_name(cell(row, columns.label))
        if label is None:
            self._notes.add(NO_NAME, name)
            return
        numbers = [number_of(text, has_comma=has_comma) for text in texts]
        if columns.is_size and None not in numbers:
            left, top, width, height = (number or 0.0 for number in numbers)
            numbers = [left, top, left + width, top + height]
        made = box(label, numbers)
        if made is None:
            self._notes.add(NO_AREA, name)
        else:
            known.boxes.append(made)


def box_table_labels(tree: Tree, notes: Notes) -> BoxTableLabels | None:
    """Return the tables of boxes in a tree, None if there are none."""
    labels = BoxTableLabels(tree, notes)
    return labels if labels.is_any else None


def _columns(first: Sequence[str]) -> tuple[_Columns | None, bool]:
    """Return where things stand, and whether the row is a header; None for no such table."""
    head = [text.strip().casefold() for text in first]
    path, label = named_column(head, _PATHS), named_column(head, _LABELS)
    split = named_column(head, SPLIT_NAMES)
    if path >= 0 and label >= 0:
        for names in _SIDES:
            if all(name in head for name in names):
                sides = tuple(head.index(name) for name in names)
                size = [head.index(n) if n in head else -1 for n in ("width", "height")]
                return _Columns(path, label, sides, False, split, *size), True
        for names in _SIZES:
            if all(name in head for name in names):
                sides = tuple(head.index(name) for name in names)
                return _Columns(path, label, sides, True, split), True
    return _bare(first), False


def _bare(first: Sequence[str]) -> _Columns | None:
    """Return the columns of a table without a header: path, four numbers and a class."""
    path = path_column(first, IMAGE_SUFFIXES)
    if path != 0 or len(first) < 6:
        return None
    for start, label in ((1, 5), (2, 1)):
        if finite(*first[start : start + 4]) is not None and class_name(first[label]):
            return _Columns(0, label, tuple(range(start, start + 4)))
    return None
