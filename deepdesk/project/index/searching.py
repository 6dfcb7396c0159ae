"""Filters as conditions of a query."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from deepdesk.project.index import schema
from deepdesk.project.index.folders import Folders
from deepdesk.project.index.rows import Filter
from deepdesk.project.index.stored_drawings import OF_ANY_CLASS, OF_CLASS

Condition = tuple[str, tuple[Any, ...]]

_PROBLEMS = {
    "bad": "state = 2",
    "twins": "id IN (SELECT id FROM twins)",
    "note": "id IN (SELECT id FROM facts WHERE note <> '')",
    "any": "(state = 2 OR id IN (SELECT id FROM twins)"
    " OR id IN (SELECT id FROM facts WHERE note <> ''))",
}
_DRAWING = {
    "none": "id NOT IN (SELECT id FROM drawings)",
    "empty": f"id IN (SELECT id FROM drawings) AND NOT {OF_ANY_CLASS}",
    "outside": "id IN (SELECT id FROM drawings WHERE outside > 0)",
    "misfit": "id IN (SELECT d.id FROM drawings d JOIN facts f ON f.id = d.id"
    " WHERE json_array_length(f.size_json) > 1"
    " AND (json_extract(f.size_json, '$[0]') <> d.width"
    " OR json_extract(f.size_json, '$[1]') <> d.height))",
}
_TINY = "id IN (SELECT id FROM drawings WHERE smallest > 0 AND smallest < ? * max(width, height))"
_WITH_ORIGIN = "SELECT so.id FROM sample_origins so JOIN origins o ON o.id = so.origin_id"
_WILD = frozenset("*?[")


def conditions(wanted: Filter, folders: Folders) -> Condition:
    """Return the WHERE part of a query of `samples`, "" for everything, and its values."""
    parts: list[Condition] = []
    if wanted.class_id is not None:
        parts.append(("class_id = ?", (wanted.class_id,)))
    if wanted.unlabelled:
        parts.append(("class_id IS NULL", ()))
    if wanted.split:
        parts.append(("split = ?", (schema.SPLITS.index(wanted.split),)))
    if wanted.problem:
        parts.append((_PROBLEMS[wanted.problem], ()))
    if wanted.origin is not None:
        parts.append(_origin(wanted.origin))
    if wanted.without_target:
        parts.append(("id NOT IN (SELECT id FROM targets)", ()))
    parts += _drawn(wanted)
    if wanted.text:
        parts.append(_text(wanted.text, folders))
    if not parts:
        return "", ()
    condition = " WHERE " + " AND ".join(sql for sql, _values in parts)
    return condition, tuple(value for _sql, values in parts for value in values)


def _drawn(wanted: Filter) -> Iterator[Condition]:
    if wanted.drawn_class is not None:
        yield OF_CLASS, (wanted.drawn_class,)
    if wanted.drawing:
        yield _DRAWING[wanted.drawing], ()
    if wanted.tiny_share > 0:
        yield _TINY, (wanted.tiny_share,)


def _origin(name: str) -> Condition:
    if name:
        return f"id IN ({_WITH_ORIGIN} WHERE o.name = ?)", (name,)
    return "id NOT IN (SELECT id FROM sample_origins)", ()


def _text(text: str, folders: Folders) -> Condition:
    condition, values = _in_target(text)
    parts = ["name LIKE ? ESCAPE '\\'", condition]
    values = (f"%{_escaped(text)}%", *values)
    if not _WILD.isdisjoint(text):
        # The literal text counts as well: names have brackets in them, too.
        parts.append("lower(name) GLOB lower(?)")
        values = (*values, text if "*" in text else f"*{text}*")
    numbers = ",".join(map(str, folders.containing(text)))
    return f"({' OR '.join(parts)} OR folder IN ({numbers}))", values


def _in_target(text: str) -> Condition:
    # Stored texts have other letters as escapes, so only plain ones narrow the search down.
    plain = f"%{_escaped(json.dumps(text)[1:-1])}%" if text.isascii() else "%"
    return (
        "id IN (SELECT id FROM targets WHERE json LIKE '\"%'"
        " AND json LIKE ? ESCAPE '\\' AND target_has(json, ?))",
        (plain, text),
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
