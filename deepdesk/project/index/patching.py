"""Writing rows of samples and classes so that what was there before is known exactly."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import ConfigError
from deepdesk.project.index.changes import pack_groups, unpack
from deepdesk.project.index.database import Database
from deepdesk.project.index.sqlite_errors import DamagedIndexError
from deepdesk.project.index.stored_drawings import note

_COLUMNS = "id, folder, name, class_id, split, fixed_split, state"
_PICKED = "WHERE id IN (SELECT id FROM temp.picked)"


class Patching:
    """The part of `SampleIndex` that other parts change rows with, inside `writing`."""

    _db: Database

    def _of_class(self, number: int) -> NDArray[np.int64]:
        return np.sort(self._db.numbers("id", "FROM samples WHERE class_id = ?", (number,)))

    def _restore_classes(self, classes: dict[int, tuple[str, int] | None]) -> None:
        # Two classes may change names; for a moment each needs one that nobody else has.
        self._db.run_many(
            "UPDATE classes SET name = char(0) || id WHERE id = ?", ((i,) for i in classes)
        )
        for number, was in classes.items():
            if was is None:
                continue
            with unique_names(was[0]):
                self._db.run(
                    "INSERT INTO classes VALUES (?, ?, ?) ON CONFLICT (id)"
                    " DO UPDATE SET name = excluded.name, position = excluded.position",
                    (number, *was),
                )

    def _delete_classes(self, numbers: Iterable[int]) -> None:
        self._db.run_many("DELETE FROM classes WHERE id = ?", ((i,) for i in numbers))

    def _relabel(
        self, groups: list[tuple[int | None, NDArray[np.int64]]], gone: Iterable[int] = ()
    ) -> tuple[tuple[tuple[int | None, str], ...], int]:
        """Set classes; samples left in a class that is `gone` become unlabelled."""
        known = {row[0] for row in self._db.rows("SELECT id FROM classes")}
        orphans = [(None, self._of_class(number)) for number in gone]
        # The patch itself comes last, so that it decides about samples that are in both.
        todo = [*orphans, *((c if c in known else None, ids) for c, ids in groups)]
        return self._set_column("class_id", todo)

    def _resplit(
        self, groups: list[tuple[int, NDArray[np.int64]]]
    ) -> tuple[tuple[tuple[int, str], ...], int]:
        """Set splits."""
        return self._set_column("split", groups)

    def _set_column(
        self, column: str, groups: list[tuple[Any, NDArray[np.int64]]]
    ) -> tuple[tuple[tuple[Any, str], ...], int]:
        """Write one column and return its before-image and the number of samples that changed."""
        if not any(len(ids) for _value, ids in groups):
            return (), 0
        self._db.pick(np.concatenate([ids for _value, ids in groups]))
        ids, before = self._column(column)
        for value, chosen in groups:
            if len(groups) > 1:
                self._db.pick(chosen)
            self._db.run(
                f"UPDATE samples SET {column} = ?1 {_PICKED} AND {column} IS NOT ?1", (value,)
            )
        if len(groups) > 1:
            self._db.pick(ids)
        changed = before != self._column(column)[1]
        return _by_value(ids[changed], before[changed]), int(changed.sum())

    def _column(self, column: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the picked samples in order, and their values with -1 for NULL."""
        tail = f"FROM samples {_PICKED} ORDER BY id"
        return (
            self._db.numbers("id", tail),
            self._db.numbers(f"coalesce({column}, -1)", tail),
        )

    def _beside(
        self, column: str, groups: list[tuple[Any, NDArray[np.int64]]]
    ) -> tuple[tuple[tuple[Any, str], ...], int]:
        """Write what a table beside `samples` has of samples; None takes their row away.

        Args:
            column: "targets.json" or "sample_origins.origin_id".
            groups: (value or None, ids); of an id in several groups the last one decides.

        Returns:
            As `_set_column`.
        """
        wanted = {number: value for value, ids in groups for number in ids.tolist()}
        if not wanted:
            return (), 0
        table, _dot, name = column.partition(".")
        self._db.pick(np.fromiter(wanted, dtype=np.int64))
        rows = self._db.rows(
            f"SELECT s.id, t.{name} FROM samples s LEFT JOIN {table} t ON t.id = s.id"
            " WHERE s.id IN (SELECT id FROM temp.picked) ORDER BY s.id"
        )
        changed = [(number, was) for number, was in rows if was != wanted[number]]
        emptied = [(number,) for number, _was in changed if wanted[number] is None]
        filled = [(number, wanted[number]) for number, _was in changed]
        self._db.run_many(f"DELETE FROM {table} WHERE id = ?", emptied)
        self._db.run_many(
            f"INSERT OR REPLACE INTO {table} (id, {name}) VALUES (?, ?)",
            [row for row in filled if row[1] is not None],
        )
        before: dict[Any, list[int]] = {}
        for number, was in changed:
            if isinstance(was, bytes | float):
                raise DamagedIndexError("The list of samples is damaged.")
            before.setdefault(was, []).append(number)
        arrays = [np.array(ids, dtype=np.int64) for ids in before.values()]
        return pack_groups(before, arrays), len(changed)

    def _retell(
        self, groups: list[tuple[str | None, NDArray[np.int64]]]
    ) -> tuple[tuple[tuple[str | None, str], ...], int]:
        """Write targets and what is told of drawings; as `_beside`."""
        before, count = self._beside("targets.json", groups)
        for _was, packed in before:
            note(self._db, unpack(packed).tolist())
        return before, count

    def _restore_merged(self, merged: dict[int, int | None]) -> dict[int, int | None]:
        """Let drawings of classes go by others, or by none, and return by which they did."""
        before = {
            number: self._db.value("SELECT into_id FROM merged WHERE id = ?", (number,))
            for number in merged
        }
        self._db.run_many("DELETE FROM merged WHERE id = ?", ((number,) for number in merged))
        pairs = [(number, into) for number, into in merged.items() if into is not None]
        self._db.run_many("INSERT INTO merged VALUES (?, ?)", pairs)
        return before

    def _take_away(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Move samples to the table `removed` and return those that were there."""
        if not len(ids):
            return ids
        self._db.pick(ids)
        found = np.sort(self._db.numbers("id", f"FROM samples {_PICKED}"))
        self._db.run(f"INSERT OR REPLACE INTO removed SELECT {_COLUMNS} FROM samples {_PICKED}")
        self._db.run(f"DELETE FROM samples {_PICKED}")
        return found

    def _bring_back(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Move samples back and return those that came; a file imported again stays as it is."""
        if not len(ids):
            return ids
        self._db.pick(ids)
        self._db.pick(self._db.numbers("id", f"FROM removed {_PICKED}"))
        self._db.run(f"INSERT OR IGNORE INTO samples SELECT {_COLUMNS} FROM removed {_PICKED}")
        found = np.sort(self._db.numbers("id", f"FROM samples {_PICKED}"))
        self._db.pick(found)
        self._db.run(f"DELETE FROM removed {_PICKED}")
        return found

    def _unlabel_strays(self, ids: NDArray[np.int64]) -> None:
        """Make samples unlabelled whose class was deleted while they were away."""
        if len(ids):
            self._db.pick(ids)
            self._db.run(
                f"UPDATE samples SET class_id = NULL {_PICKED}"
                " AND class_id NOT IN (SELECT id FROM classes)"
            )


def _by_value(ids: NDArray[np.int64], values: NDArray[np.int64]) -> tuple[tuple[Any, str], ...]:
    """Return (value or None, packed ids) for each value, given sorted ids and -1 for None."""
    if not len(ids):
        return ()
    order = np.argsort(values, kind="stable")
    found, starts = np.unique(values[order], return_index=True)
    groups = np.split(ids[order], starts[1:])
    named = [None if value < 0 else value for value in found.tolist()]
    return pack_groups(named, groups)


@contextlib.contextmanager
def unique_names(name: str) -> Iterator[None]:
    """Say in plain words that a class name is taken."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise ConfigError(
            "name", f"There is already a class {name}.", "Choose another name, or merge the two."
        ) from error
