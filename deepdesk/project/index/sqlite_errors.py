"""What an error of SQLite means for a person."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from deepdesk.core.errors import DeepDeskError, ProjectError, StorageError


class DamagedIndexError(ProjectError):
    """The list of samples cannot be read; it can be set aside and built again."""

    def __init__(
        self,
        message: str,
        hint: str = "Build it again from the sources; the damaged file is kept beside it.",
    ) -> None:
        super().__init__(message, hint)


def in_plain_words(error: sqlite3.Error, path: Path) -> DeepDeskError:
    """Return `error` as one sentence and one remedy."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    make = _SAID.get(code)
    if make is not None:
        return make(path)
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return ProjectError(
            f"The list of samples cannot be used: {error}.", "Open the project again."
        )
    return DamagedIndexError(f"The list of samples is damaged ({error}).")


def _full(path: Path) -> DeepDeskError:
    return StorageError(f"The disk of {path} is full.", "Free some space, then try again.")


def _busy(path: Path) -> DeepDeskError:
    return StorageError(
        f"{path.name} is in use by another program.", "Close the other program, then try again."
    )


def _read_only(path: Path) -> DeepDeskError:
    return StorageError(
        f"{path} is read-only.", "Change its permissions, or copy the project to another folder."
    )


def _unreachable(path: Path) -> DeepDeskError:
    return StorageError(
        f"{path} cannot be read or written.", "Check that the disk or share is still connected."
    )


_SAID = {
    sqlite3.SQLITE_FULL: _full,
    sqlite3.SQLITE_BUSY: _busy,
    sqlite3.SQLITE_LOCKED: _busy,
    sqlite3.SQLITE_READONLY: _read_only,
    sqlite3.SQLITE_PERM: _read_only,
    sqlite3.SQLITE_IOERR: _unreachable,
    sqlite3.SQLITE_CANTOPEN: _unreachable,
}
