"""A connection to the index: opened with suspicion, and with errors meant for a person."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import DeepDeskError, ProjectError, StorageError
from deepdesk.project.index import schema

BUSY_TIMEOUT_S = 10.0
# quick_check reads the whole file; up to this size that takes about 10 ms.
CHECKED_BYTES = 4 << 20
_FILES = ("", "-wal", "-shm")


class DamagedIndexError(ProjectError):
    """The list of samples cannot be read; it can be set aside and built again."""


def set_aside(path: Path) -> Path:
    """Rename a damaged index, so that nothing is lost, and return its new path."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"index.damaged-{stamp}.sqlite")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"index.damaged-{stamp}-{number}.sqlite")
    for suffix in _FILES:
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{path}{suffix}", f"{target}{suffix}")  # noqa: PTH105
    return target


class Database:
    """One connection, for the thread that made it.

    Raises:
        DamagedIndexError: The file is not an index of ours, or is damaged.
        ProjectError: It was made by a newer DeepDesk.
        StorageError: The disk is full, gone or not writable.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        with self._plain_errors():
            self._connection = self._connect(read_only)
            try:
                self._prepare(read_only)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Give the file back. May be called twice."""
        self._connection.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        with self._plain_errors():
            return self._connection.execute(sql, values).fetchall()

    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query one by one."""
        with self._plain_errors():
            yield from self._connection.execute(sql, values)

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row, or None."""
        with self._plain_errors():
            row = self._connection.execute(sql, values).fetchone()
        return None if row is None else row[0]

    def numbers(self, sql: str, values: Sequence[Any] = ()) -> NDArray[np.int64]:
        """Return a query's one column of integers, int64, (N,).

        Joining them to one text inside SQLite is three times as fast as fetching 10^6 rows.
        """
        column = sql.split(maxsplit=2)[1]
        text = self.value(f"SELECT group_concat({column.rpartition('.')[2]}) FROM ({sql})", values)
        if not text:
            return np.empty(0, dtype=np.int64)
        return np.fromstring(text, dtype=np.int64, sep=",")

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Execute one statement and return the number of rows changed."""
        with self._plain_errors():
            return self._connection.execute(sql, values).rowcount

    def run_many(self, sql: str, values: Iterable[Sequence[Any]]) -> int:
        """Execute one statement per row and return the number of rows changed."""
        with self._plain_errors():
            before = self._connection.total_changes
            self._connection.executemany(sql, values)
            return self._connection.total_changes - before

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing: everything inside is committed together, or not at all."""
        if self._connection.in_transaction:
            yield
            return
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            with contextlib.suppress(DeepDeskError):
                if self._connection.in_transaction:
                    self.run("ROLLBACK")
            raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Everything inside sees one and the same state, whatever others write meanwhile."""
        if self._connection.in_transaction:
            yield
            return
        self.run("BEGIN")
        try:
            yield
        finally:
            with contextlib.suppress(DeepDeskError):
                self.run("COMMIT")

    def counter(self, name: str) -> int:
        """Return one of `schema.COUNTERS`."""
        return int(self.value("SELECT value FROM counters WHERE name = ?", (name,)) or 0)

    def count_up(self, name: str, by: int = 1) -> None:
        """Raise one of `schema.COUNTERS`, inside `writing`."""
        self.run("UPDATE counters SET value = value + ? WHERE name = ?", (by, name))

    def pick(self, ids: NDArray[np.int64]) -> None:
        """Fill the temporary table `picked` with these ids; duplicates count once."""
        self.run("DELETE FROM temp.picked")
        self.run_many(
            "INSERT OR IGNORE INTO temp.picked VALUES (?)", ((i,) for i in np.unique(ids).tolist())
        )

    def _connect(self, read_only: bool) -> sqlite3.Connection:
        if not read_only:
            return self._open("rwc")
        if not self.path.exists():
            raise DamagedIndexError("The list of samples is missing.", _REBUILD)
        connection = self._open("ro")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            # A log that nobody can replay, as on a read-only medium: read the file as it lies there.
            connection.close()
            return self._open("ro&immutable=1")
        return connection

    def _open(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(uri, timeout=BUSY_TIMEOUT_S, isolation_level=None, uri=True)

    def _prepare(self, read_only: bool) -> None:
        self.run("PRAGMA trusted_schema = OFF")
        self.run("PRAGMA cell_size_check = ON")
        # temp_store = MEMORY: a full disk of temporary files must not stop reading.
        self.run("PRAGMA temp_store = MEMORY")
        self.run("PRAGMA cache_size = -32000")
        if not read_only:
            self._create_if_empty()
        self._check_schema()
        if not read_only:
            self.run("PRAGMA journal_mode = WAL")
            self.run("PRAGMA synchronous = FULL")
            self.run("PRAGMA fullfsync = ON")
        if self.path.stat().st_size <= CHECKED_BYTES:
            self._quick_check()
        self.run("CREATE TEMP TABLE picked (id INTEGER PRIMARY KEY)")

    def _create_if_empty(self) -> None:
        if self._statements():
            return
        with self.writing():
            # Another connection may have been faster.
            if self._statements():
                return
            self.run(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            self.run(f"PRAGMA user_version = {schema.FORMAT}")
            for statement in schema.STATEMENTS:
                self.run(statement)
            self.run_many(
                "INSERT INTO counters VALUES (?, ?)",
                ((name, int(name.startswith("next_"))) for name in schema.COUNTERS),
            )

    def _statements(self) -> set[str]:
        return {str(row[0]) for row in self.rows("SELECT sql FROM sqlite_master WHERE sql <> ''")}

    def _check_schema(self) -> None:
        if self.value("PRAGMA application_id") != schema.APPLICATION_ID:
            raise DamagedIndexError("index.sqlite is not a list of samples.", _REBUILD)
        version = int(self.value("PRAGMA user_version"))
        if version > schema.FORMAT:
            raise ProjectError(
                f"The list of samples has format {version}; this DeepDesk knows {schema.FORMAT}.",
                "Update DeepDesk to open it.",
            )
        if not schema.is_ours(self._statements()):
            raise DamagedIndexError("The list of samples has foreign tables in it.", _REBUILD)

    def _quick_check(self) -> None:
        answer = self.value("PRAGMA quick_check(1)")
        if answer != "ok":
            raise DamagedIndexError("The list of samples is damaged.", _REBUILD)

    @contextlib.contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise _in_plain_words(error, self.path) from error


_REBUILD = "Build it again from the sources; the damaged file is kept beside it."


def _in_plain_words(error: sqlite3.Error, path: Path) -> DeepDeskError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    make = _SAID.get(code)
    if make is not None:
        return make(path)
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return ProjectError(f"The list of samples cannot be used: {error}.", "Open the project again.")
    return DamagedIndexError(f"The list of samples is damaged ({error}).", _REBUILD)


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
