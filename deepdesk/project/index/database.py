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

from deepdesk.core.errors import DeepDeskError
from deepdesk.project.index import opening
from deepdesk.project.index.sqlite_errors import DamagedIndexError, in_plain_words
from deepdesk.project.index.stored_targets import target_has

BUSY_TIMEOUT_S = 10.0
_SMALLEST_BYTES = 4096
# Far from where SQLite's own 64-bit integers end.
_LARGEST = 1 << 62
_FILES = ("", "-wal", "-shm")


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
                opening.prepare(self, read_only=read_only)
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

    def numbers(self, column: str, tail: str, values: Sequence[Any] = ()) -> NDArray[np.int64]:
        """Return one column of integers, int64, (N,).

        Joining them to one text inside SQLite is three times as fast as fetching 10^6 rows.

        Args:
            column: Of the query, never NULL.
            tail: The rest of the query, from its FROM on.
        """
        sql = f"SELECT group_concat(n) FROM (SELECT {column} AS n {tail})"
        text = self.value(sql, values)
        if not text:
            return np.empty(0, dtype=np.int64)
        try:
            numbers = np.fromstring(str(text), dtype=np.int64, sep=",")
        except (ValueError, DeprecationWarning):
            numbers = np.empty(0, dtype=np.int64)
        if len(numbers) != str(text).count(",") + 1:
            raise DamagedIndexError("The list of samples holds text for a number.")
        return numbers

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
        value = self.value("SELECT value FROM counters WHERE name = ?", (name,))
        if type(value) is not int or not 0 <= value < _LARGEST:
            raise DamagedIndexError("The list of samples has lost count.")
        return value

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
            # SQLite takes the rest of a file that was cut short for a new, empty one.
            if self.path.exists() and 0 < self.path.stat().st_size < _SMALLEST_BYTES:
                raise DamagedIndexError("The list of samples is cut short.")
            return self._open("rwc")
        if not self.path.exists():
            raise DamagedIndexError("The list of samples is missing.")
        connection = self._open("ro")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            # A log that nobody can replay, as on a read-only medium: read the file as it lies.
            connection.close()
            return self._open("ro&immutable=1")
        return connection

    def _open(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, timeout=BUSY_TIMEOUT_S, isolation_level=None, uri=True)
        connection.create_function("target_has", 2, target_has, deterministic=True)
        return connection

    @contextlib.contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except UnicodeDecodeError as error:
            # So does Python's SQLite say that a name in the file's own tables is no text any more.
            raise DamagedIndexError("The list of samples is damaged.") from error
        except sqlite3.Error as error:
            raise in_plain_words(error, self.path) from error


def whole_numbers(values: Iterable[Any]) -> NDArray[np.int64]:
    """Return what a column of integers holds, int64, (N,).

    Raises:
        DamagedIndexError: It holds something else.
    """
    try:
        return np.array(list(values), dtype=np.int64)
    except (TypeError, ValueError, OverflowError) as error:
        raise DamagedIndexError("The list of samples holds text for a number.") from error
