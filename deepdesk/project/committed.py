"""A folder of files that counts only once its last file, the marker, says that all are whole."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from deepdesk.core.errors import ProjectError, StorageError
from deepdesk.project.full_disk import storage_error
from deepdesk.project.safe_write import (
    file_sha256,
    json_bytes,
    parse_json,
    read_json,
    temporary_beside,
    write_bytes,
    write_json,
)

MARKER = "COMMITTED.json"
EARLIER = "Use an earlier checkpoint, or train again."
_FORMAT = 1
_MARKER_BYTES = 16 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def check_names(names: Iterable[str]) -> None:
    """Refuse file names that could lie anywhere but in the folder itself."""
    for name in names:
        if not _NAME.fullmatch(name) or name == MARKER:
            raise ValueError(f"file name {name!r}")


def write_draft(
    target: Path, files: Mapping[str, bytes | memoryview], marker: dict[str, Any]
) -> Path:
    """Write a whole folder, marker last, beside `target`, and return its path."""
    draft = temporary_beside(target)
    try:
        draft.mkdir()
        entries = {}
        for name, data in files.items():
            digest = hashlib.sha256(data).hexdigest()
            write_bytes(draft / name, data, sha256=digest)
            entries[name] = {"size": len(data), "sha256": digest}
        # Through JSON and back: the sum is taken over what a reader will find.
        marker = parse_json(json_bytes({"format": _FORMAT, "files": entries, **marker}))
        sealed = {**marker, "sha256": _marker_sha256(marker)}
        write_json(draft / MARKER, sealed, sealed=False)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return draft


def folders_in(folder: Path) -> list[Path]:
    """Return what lies in a folder, by name; nothing if it does not exist yet."""
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_error(error, folder) from error


def is_whole(folder: Path) -> bool:
    """Return whether every byte of a folder is what was written."""
    try:
        entries = read_marker(folder)["files"].items()
        return all(
            (folder / name).stat().st_size == entry["size"]
            and file_sha256(folder / name) == entry["sha256"]
            for name, entry in entries
        )
    except (OSError, ProjectError, StorageError):
        return False


def is_committed(folder: Path) -> bool:
    """Return whether the marker is whole and all files have their size; contents are not read."""
    try:
        entries = read_marker(folder)["files"].items()
        return all((folder / name).stat().st_size == entry["size"] for name, entry in entries)
    except (OSError, ProjectError, StorageError):
        return False


def read_marker(folder: Path) -> dict[str, Any]:
    """Return the checked contents of a marker.

    Raises:
        ProjectError: It is missing or damaged, or was made by a newer DeepDesk.
    """
    marker = read_json(folder / MARKER, limit_bytes=_MARKER_BYTES)
    is_right = isinstance(marker, dict) and marker.pop("sha256", "") == _marker_sha256(marker)
    if not is_right or not _has_legal_entries(marker):
        raise ProjectError(f"{folder.name} is damaged.", EARLIER)
    if marker.get("format") != _FORMAT:
        raise ProjectError(f"{folder.name} was made by a newer DeepDesk.", "Update DeepDesk.")
    return dict(marker)


def _has_legal_entries(marker: dict[str, Any]) -> bool:
    files = marker.get("files")
    return (
        isinstance(marker.get("meta"), dict)
        and isinstance(files, dict)
        and all(
            _NAME.fullmatch(name)
            and isinstance(entry, dict)
            and type(entry.get("size")) is int
            and isinstance(entry.get("sha256"), str)
            for name, entry in files.items()
        )
    )


def _marker_sha256(marker: dict[str, Any]) -> str:
    """Return SHA-256 of a marker's other fields, so that a flipped bit in it is noticed too."""
    return hashlib.sha256(json.dumps(marker, sort_keys=True).encode()).hexdigest()


def delete(folder: Path) -> None:
    """Delete a checkpoint, its marker first: half a folder then counts for nothing."""
    (folder / MARKER).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
