"""Deleting so that a person can get it back."""

from __future__ import annotations

import time
from pathlib import Path

from deepdesk.project.full_disk import storage_error
from deepdesk.project.safe_write import replace


def to_trash(path: Path, *, otherwise: Path) -> None:
    """Move a folder or file to the trash of the system, or else into the folder `otherwise`.

    Raises:
        StorageError: Neither is possible.
    """
    from send2trash import send2trash

    try:
        send2trash(path)
    except Exception:  # noqa: BLE001 - each system's trash fails in ways of its own
        _keep_in(otherwise, path)


def _keep_in(folder: Path, path: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace(path, folder / f"{path.name}-{time.time_ns()}")
    except OSError as error:
        raise storage_error(error, path) from error
