"""Files that name classes: by their places, by numbers, or by colours."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepdesk.data.label_formats.label_files import text_of
from deepdesk.data.label_formats.reading import BrokenLabelsError, class_name
from deepdesk.data.label_formats.tree import Tree
from deepdesk.project.safe_write import parse_json

MOST_CLASSES = 65536
_MOST_BYTES = 4 << 20
_NAMES = frozenset(
    {
        *("classes", "labels", "names", "class_names", "label_names", "obj", "categories"),
        *("label_colors", "label_colours", "labelmap", "label_map", "class_dict", "palette"),
        *("colormap", "color_map", "colours", "colors", "id2label", "codes", "_classes"),
    }
)
_ENDINGS = (".txt", ".csv", ".json", ".names")
_IGNORED = frozenset(
    {
        *("ignore", "ignored", "void", "unlabeled", "unlabelled", "unknown", "don't care"),
        *("__ignore__", "dontcare", "ignore label", "no class"),
    }
)
_NUMBERED = re.compile(r"\s*(\d{1,5})\s*[:,;=\t ]\s*(\S.*?)\s*\Z")
_COLOUR_FIRST = re.compile(r"\s*(\d{1,3})[\s,;]+(\d{1,3})[\s,;]+(\d{1,3})[\s,;:]+(\S.*?)\s*\Z")
_COLOUR_LAST = re.compile(
    r"\s*(\S.*?)\s*[\s,;:]\s*(\d{1,3})[\s,;]+(\d{1,3})[\s,;]+(\d{1,3})[\s:,;]*\Z"
)


@dataclass(frozen=True, slots=True)
class ClassList:
    """What a file says about classes.

    Attributes:
        by_value: Number to name; None for what counts for nothing.
        by_colour: red * 65,536 + green * 256 + blue to name; None as above.
    """

    by_value: Mapping[int, str | None] = field(default_factory=dict)
    by_colour: Mapping[int, str | None] = field(default_factory=dict)


def class_list_near(tree: Tree, name: str) -> ClassList | None:
    """Return the names that a file beside a file of labels, or in a folder above, gives.

    Args:
        tree: Of the source.
        name: The file of labels, within the tree.

    Raises:
        BrokenLabelsError: There is such a file, and it cannot be read.
    """
    folder = name.rpartition("/")[0]
    by_folder: dict[str, list[str]] = {}
    for other in tree.with_suffix(*_ENDINGS):
        place, _, last = other.rpartition("/")
        stem = last.rpartition(".")[0].casefold()
        if stem in _NAMES:
            by_folder.setdefault(place, []).append(other)
    while True:
        for other in by_folder.get(folder, []):
            found = class_list(tree.path(other))
            if found is not None:
                return found
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def class_list(path: Path) -> ClassList | None:
    """Return the classes that a file names, None where it is about something else.

    Raises:
        BrokenLabelsError: It cannot be read.
    """
    text = text_of(path, limit_bytes=_MOST_BYTES)
    if path.suffix.lower() == ".json":
        return _of_json(path, text)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if path.suffix.lower() == ".csv" and (table := _of_table(lines)):
        return table
    return _of_lines(lines[:MOST_CLASSES])


def _of_lines(lines: list[str]) -> ClassList | None:
    if not lines:
        return None
    coloured = [found for line in lines if (found := _coloured(line))]
    if len(coloured) == len(lines):
        return ClassList(by_colour=dict(coloured), by_value=_places(name for _c, name in coloured))
    numbered = [match for line in lines if (match := _NUMBERED.fullmatch(line))]
    if len(numbered) == len(lines):
        pairs = ((int(match[1]), _name(match[2])) for match in numbered)
        return ClassList(by_value=dict(pairs))
    return ClassList(by_value=_places(_name(line) for line in lines))


def _coloured(line: str) -> tuple[int, str | None] | None:
    match = _COLOUR_FIRST.fullmatch(line)
    if match:
        return _colour(match[1], match[2], match[3]), _name(match[4])
    match = _COLOUR_LAST.fullmatch(line)
    return (_colour(match[2], match[3], match[4]), _name(match[1])) if match else None


def _of_table(lines: list[str]) -> ClassList | None:
    rows = list(csv.reader(lines[: MOST_CLASSES + 1], skipinitialspace=True))
    head = [text.strip().casefold() for text in rows[0]] if rows else []
    at = {name: place for place, name in enumerate(head)}
    names = next((at[n] for n in ("name", "class", "label", "class_name") if n in at), None)
    colours = [at[c] for c in ("r", "g", "b") if c in at] or [
        at[c] for c in ("red", "green", "blue") if c in at
    ]
    if names is None:
        return None
    whole = [row for row in rows[1:] if len(row) >= len(head)]
    named = [_name(row[names]) for row in whole]
    value = next((at[n] for n in ("value", "index", "id", "number") if n in at), None)
    if value is not None and all(row[value].strip().isdecimal() for row in whole):
        numbers = [int(row[value]) for row in whole]
        return ClassList(by_value=dict(zip(numbers, named, strict=True)))
    if len(colours) == 3:
        keys = [_colour(*(row[place] for place in colours)) for row in whole]
        return ClassList(
            by_colour=dict(zip(keys, named, strict=True)), by_value=_places(iter(named))
        )
    return ClassList(by_value=_places(iter(named)))


def _of_json(path: Path, text: str) -> ClassList | None:
    try:
        value = parse_json(text.encode("utf-8", "replace"))
    except ValueError as error:
        raise BrokenLabelsError(path, f"It is damaged: {error}.") from error
    if isinstance(value, dict) and isinstance(value.get("names"), list | dict):
        value = value["names"]
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return ClassList(by_value=_places(_name(one) for one in value))
    if isinstance(value, dict) and value:
        return _of_object(value)
    return None


def _of_object(value: dict[str, Any]) -> ClassList | None:
    if all(key.isdecimal() and isinstance(name, str) for key, name in value.items()):
        return ClassList(by_value={int(key): _name(name) for key, name in value.items()})
    if all(isinstance(n, int) and not isinstance(n, bool) for n in value.values()):
        return ClassList(by_value={number: _name(name) for name, number in value.items()})
    return None


def written(names: Mapping[int, str]) -> str:
    """Return numbers and names as `class_list` reads them again, a pair on each line."""
    return "".join(f"{value} {name}\n" for value, name in names.items())


def json_names(names: Iterable[str]) -> str:
    """Return names as JSON text, for files in which quotation marks matter."""
    return json.dumps(list(names), ensure_ascii=False)


def _places(names: Iterator[str | None]) -> dict[int, str | None]:
    return dict(enumerate(names))


def _name(text: str) -> str | None:
    name = class_name(text)
    return None if name is None or name.casefold() in _IGNORED else name


def _colour(red: str, green: str, blue: str) -> int:
    values = [min(255, int(text)) if text.strip().isdecimal() else 0 for text in (red, green, blue)]
    return values[0] << 16 | values[1] << 8 | values[2]
