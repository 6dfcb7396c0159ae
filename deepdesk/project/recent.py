"""The projects that were open lately, for the welcome page."""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deepdesk.core.errors import ProjectError
from deepdesk.project.folder import Project
from deepdesk.project.safe_write import read_json, write_json
from deepdesk.project.user_folder import user_folder

_KEPT = 10
_FILE = "recent.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentProject:
    """A project as it was when it was last open.

    Attributes:
        samples: How many it had.
        metric: The best figure in words, "" if there is none.
        when: ISO time.
    """

    path: Path
    name: str
    task: str
    samples: int = 0
    metric: str = ""
    when: str = ""


def recent() -> list[RecentProject]:
    """Return the latest projects that still exist, newest first; a damaged list counts as empty."""
    try:
        rows = read_json(user_folder() / _FILE, limit_bytes=1 << 20)
    except ProjectError:
        return []
    found = [_parsed(row) for row in rows] if isinstance(rows, list) else []
    return [row for row in found if row is not None and (row.path / "project.json").exists()]


def remember(project: Project, *, samples: int = 0, metric: str = "") -> None:
    """Put a project at the top of the list.

    Raises:
        StorageError: The list cannot be written.
    """
    row = RecentProject(
        path=project.path,
        name=project.file.name,
        task=project.file.task,
        samples=samples,
        metric=metric,
        when=time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    )
    _save([row, *_others(project.path)])


def forget(path: Path) -> None:
    """Take a project off the list; the project itself stays.

    Raises:
        StorageError: The list cannot be written.
    """
    _save(_others(path))


def _others(path: Path) -> list[RecentProject]:
    key = os.path.normcase(path)
    return [row for row in recent() if os.path.normcase(row.path) != key]


def _save(rows: list[RecentProject]) -> None:
    plain = [{**asdict(row), "path": str(row.path)} for row in rows[:_KEPT]]
    write_json(user_folder() / _FILE, plain)


def _parsed(row: Any) -> RecentProject | None:
    if not isinstance(row, dict) or not isinstance(row.get("path"), str):
        return None
    samples = row.get("samples")
    texts = {key: str(row.get(key, ""))[:500] for key in ("name", "task", "metric", "when")}
    return RecentProject(
        path=Path(row["path"]), samples=samples if type(samples) is int else 0, **texts
    )
