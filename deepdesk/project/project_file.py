"""The contents of `project.json`: readable, diffable, and checked when it comes from anybody."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from deepdesk.core.errors import ProjectError
from deepdesk.project.safe_write import read_json

FORMAT = 1
_LIMIT_BYTES = 16 << 20
_NAME_CHARACTERS = 200
_TEXT_CHARACTERS = 1_000
_PATH_CHARACTERS = 32_768
_MAX_SOURCES = 10_000
_TASK = re.compile(r"[a-z][a-z0-9_]{0,63}")
# Control characters and lone surrogates.
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_REMEDY = "Restore project.json from a copy; the file was left as it is."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """What a project is.

    Attributes:
        task: Key of the task, the name of its folder.
        sources: What was imported, as paths.
        architecture: Name of the preset graph, "" for the first one.
        graph: The graph itself when it was edited, JSON-ready, or None.
        dial: "quick", "balanced" or "best".
        task_settings: Settings of the task that differ from the dial's.
        training_settings: Settings of the training that differ from the dial's.
        start_from: Run whose weights the next run begins with as far as they fit, or "".
    """

    name: str
    task: str
    format: int = FORMAT
    sources: tuple[str, ...] = ()
    architecture: str = ""
    graph: dict[str, Any] | None = None
    dial: str = "balanced"
    task_settings: dict[str, Any] = field(default_factory=dict)
    training_settings: dict[str, Any] = field(default_factory=dict)
    start_from: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready object."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {**values, "sources": list(self.sources)}


def load(path: Path) -> ProjectFile:
    """Return the checked contents of a `project.json`.

    Raises:
        ProjectError: It is missing, damaged, or of a newer format.
    """
    values = read_json(path, limit_bytes=_LIMIT_BYTES)
    if not isinstance(values, dict):
        raise ProjectError("project.json holds no project.", _REMEDY)
    _check_format(values.get("format"))
    known = {f.name for f in fields(ProjectFile)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ProjectError(f"project.json has the unknown key {unknown[0][:80]!r}.", _REMEDY)
    missing = [key for key in ("name", "task") if key not in values]
    if missing:
        raise ProjectError(f"project.json has no {missing[0]}.", _REMEDY)
    sources = values.get("sources", [])
    if isinstance(sources, list):
        values["sources"] = tuple(sources)
    return check(ProjectFile(**values))


def check(file: ProjectFile) -> ProjectFile:
    """Return `file` if every value is legal.

    Raises:
        ProjectError: With the key at fault.
    """
    for key, is_legal in _CHECKS.items():
        if not is_legal(getattr(file, key)):
            raise ProjectError(f"project.json has an illegal {key}.", _REMEDY)
    return file


def _check_format(number: Any) -> None:
    if type(number) is not int or number < 1:
        raise ProjectError("project.json has no format number.", _REMEDY)
    if number > FORMAT:
        raise ProjectError(
            f"The project has format {number}; this DeepDesk knows {FORMAT}.",
            "Update DeepDesk to open it.",
        )


def _is_text(value: Any, limit: int = _TEXT_CHARACTERS) -> bool:
    return isinstance(value, str) and len(value) <= limit and not _UNSHOWN.search(value)


def _is_name(value: Any) -> bool:
    return _is_text(value, _NAME_CHARACTERS) and bool(value.strip())


def _is_path(value: Any) -> bool:
    # Not "printable": file names that are not valid Unicode are legal on Linux.
    return isinstance(value, str) and 0 < len(value) <= _PATH_CHARACTERS and "\0" not in value


def _are_sources(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) <= _MAX_SOURCES and all(map(_is_path, value))


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


_CHECKS = {
    "name": _is_name,
    "task": lambda value: isinstance(value, str) and bool(_TASK.fullmatch(value)),
    "format": lambda value: type(value) is int,
    "sources": _are_sources,
    "architecture": _is_text,
    "graph": lambda value: value is None or _is_object(value),
    "dial": _is_text,
    "task_settings": _is_object,
    "training_settings": _is_object,
    "start_from": _is_text,
}
