"""Which format a JSON file of labels has, told by its beginning."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from deepdesk.data.label_formats.json_stream import entries, head_of
from deepdesk.data.label_formats.reading import BrokenLabelsError
from deepdesk.data.label_formats.tree import Tree

COCO, LABELME, LABEL_STUDIO = "coco", "labelme", "label studio"
_HEAD = 65536
_LABELME = re.compile(r'"shapes"\s*:|"imageData"\s*:')
_COCO = re.compile(r'"(images|annotations|categories)"\s*:\s*\[')
_STUDIO = re.compile(r'"(annotations|completions|predictions|data)"\s*:')


def json_files(tree: Tree, kind: str) -> list[str]:
    """Return the JSON files of a format in a tree, in order."""
    if tree.kinds is None:
        tree.kinds = {name: kind_of(tree.path(name)) for name in tree.with_suffix(".json")}
    return [name for name, found in tree.kinds.items() if found == kind]


def kind_of(path: Path) -> str:
    """Return the format of a JSON file, "" for none that is known here."""
    head = head_of(path, _HEAD).lstrip()
    if head.startswith("["):
        return LABEL_STUDIO if _STUDIO.search(head) else ""
    if not head.startswith("{"):
        return ""
    if _COCO.search(head):
        return COCO
    return LABELME if _LABELME.search(head) else _kind_of_rest(path, head)


def _kind_of_rest(path: Path, head: str) -> str:
    if len(head) < _HEAD // 2:
        return ""
    try:
        # Something long may stand before the lists.
        keys = itertools.islice(entries(path, ("images", "annotations", "categories")), 1)
        return COCO if any(True for _ in keys) else ""
    except BrokenLabelsError:
        return ""
