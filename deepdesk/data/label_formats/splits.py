"""The split of a picture: by the folders it lies in, or by lists of names."""

from __future__ import annotations

import os
import re

from deepdesk.data.csv_source import encoding_of
from deepdesk.data.label_formats.tree import Tree
from deepdesk.data.split_names import SPLITS, split_of_word

_YEAR = re.compile(r"[_-]?\d{1,4}\Z")
_MOST_LIST_BYTES = 64 << 20


def split_of_name(name: str) -> str | None:
    """Return the split that a folder or file means: "train", "val2017", "instances_test"."""
    whole = split_of_word(_YEAR.sub("", name))
    if whole:
        return whole
    words = {split_of_word(_YEAR.sub("", word)) for word in re.split(r"[_\-. ]", name)} - {None}
    return words.pop() if len(words) == 1 else None


def split_of_folders(path: str) -> str | None:
    """Return the split that the folders of a path in a tree mean, the innermost first."""
    for part in reversed(path.split("/")[:-1]):
        found = split_of_word(_YEAR.sub("", part))
        if found:
            return found
    return None


class Splits:
    """Which split the pictures of a tree belong to.

    Args:
        tree: In which lists such as train.txt may lie, a name or a path on each line.
    """

    def __init__(self, tree: Tree) -> None:
        self.lists: set[str] = set()
        self._listed: dict[str, str] = {}
        lists = []
        for name in tree.with_suffix(".txt"):
            split = split_of_word(os.path.splitext(name.rpartition("/")[2])[0])  # noqa: PTH122
            if split:
                lists.append((SPLITS.index(split), name, split))
        for _place, name, split in sorted(lists):
            self._take(tree, name, split)

    def of(self, picture: str) -> str | None:
        """Return "train", "validation", "test", or None for "to be drawn"."""
        return self._listed.get(picture) or split_of_folders(picture)

    def _take(self, tree: Tree, name: str, split: str) -> None:
        path = tree.path(name)
        try:
            if path.stat().st_size > _MOST_LIST_BYTES:
                return
            lines = path.read_text(encoding_of(path), errors="replace").splitlines()
        except (OSError, UnicodeError):
            return
        for line in lines:
            written = line.strip()
            picture = tree.find(written, name)
            if picture is None and written:
                # "name 1" is how lists of one class of Pascal VOC are written.
                picture = tree.find(written.split()[0], name)
            if picture is not None:
                self.lists.add(name)
                self._listed.setdefault(picture, split)
