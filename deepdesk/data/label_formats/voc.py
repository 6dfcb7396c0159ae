"""Pascal VOC: one XML file a picture, with boxes.

Pixels are counted from 1, and both ends belong to a box: xmin 1, xmax 4 are the first four columns,
from 0 to 4 as the project counts. What is marked as difficult counts neither way.
"""

from __future__ import annotations

from collections.abc import Iterator

from deepdesk.core.drawing import Box
from deepdesk.core.task import Remark
from deepdesk.data.label_formats.label_files import bytes_of
from deepdesk.data.label_formats.plain_xml import Element, elements
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
from deepdesk.data.plain_files import check_plain

TITLE = "Pascal VOC"
_HEAD_BYTES = 4096
_MOST_BYTES = 32 << 20


class VocLabels:
    """The XML files of a tree.

    Args:
        tree: Where they lie.
        notes: Takes what is left out.
    """

    title = TITLE

    def __init__(self, tree: Tree, notes: Notes) -> None:
        self._tree = tree
        self._notes = notes
        self._files: dict[str, str] = {}
        self._missing: list[tuple[str, str]] = []
        for name in tree.with_suffix(".xml"):
            self._place(name)

    def __bool__(self) -> bool:
        return bool(self._files or self._missing)

    def of(self, picture: str) -> Read | None:
        """Return what is known of a picture, None for nothing.

        Raises:
            BrokenLabelsError: Its file cannot be read.
        """
        name = self._files.get(picture)
        return None if name is None else self._read(name)

    def missing(self) -> Iterator[Remark]:
        """Yield a remark for each file without a picture."""
        for name, reason in self._missing:
            yield Remark(path=self._tree.path(name), reason=reason, is_left_out=True)

    def _place(self, name: str) -> None:
        picture = self._tree.partner(name)
        if picture is None:
            try:
                root = _annotation(self._tree, name)
            except BrokenLabelsError as error:
                if _is_meant(self._tree, name):
                    self._missing.append((name, str(error)))
                return
            if root is None:
                return
            written = root.words("filename")
            picture = self._tree.find(written, name) if written else None
            if picture is None:
                self._missing.append((name, f'Its picture "{written[:80]}" is not there.'))
                return
        elif not _is_meant(self._tree, name):
            return
        if picture in self._files:
            self._missing.append((name, f"A second file for {picture.rpartition('/')[2]}."))
        else:
            self._files[picture] = name

    def _read(self, name: str) -> Read:
        path = self._tree.path(name)
        root = _annotation(self._tree, name)
        if root is None:
            raise BrokenLabelsError(path, "It is XML, but not of Pascal VOC.")
        shapes = [shape for one in root.all("object") if (shape := self._box(one, name))]
        return Read(shapes=tuple(shapes), file=path, size=_size(root))

    def _box(self, one: Element, name: str) -> Box | None:
        label = class_name(one.words("name"))
        sides = one.first("bndbox")
        path = self._tree.path(name)
        if label is None:
            self._notes.add(NO_NAME, path)
            return None
        numbers = sides and finite(*(sides.words(k) for k in ("xmin", "ymin", "xmax", "ymax")))
        made = None
        if numbers:
            left, right = sorted(numbers[::2])
            top, bottom = sorted(numbers[1::2])
            is_crowd = one.words("difficult") == "1"
            made = box(label, (left - 1, top - 1, right, bottom), is_crowd=is_crowd)
        if made is None:
            self._notes.add(NO_AREA, path)
        return made


def voc_labels(tree: Tree, notes: Notes) -> VocLabels | None:
    """Return the labels of Pascal VOC in a tree, None if there are none."""
    return VocLabels(tree, notes) or None


def _is_meant(tree: Tree, name: str) -> bool:
    """Whether an XML file looks like one of labels, by its beginning."""
    try:
        check_plain(tree.path(name))
        with tree.path(name).open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return True
    return b"annotation" in head.replace(b"\0", b"") or not head.strip()


def _annotation(tree: Tree, name: str) -> Element | None:
    path = tree.path(name)
    try:
        root = elements(bytes_of(path, limit_bytes=_MOST_BYTES))
    except ValueError as error:
        raise BrokenLabelsError(path, f"It is damaged: {error}.") from error
    return root if root.name == "annotation" else None


def _size(root: Element) -> tuple[int, int] | None:
    size = root.first("size")
    numbers = size and finite(size.words("width"), size.words("height"))
    # Some programs write 0 for a size that they do not know.
    if not numbers or min(numbers) < 1:
        return None
    return int(numbers[0]), int(numbers[1])
