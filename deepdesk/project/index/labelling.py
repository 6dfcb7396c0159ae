"""What people change: classes, labels, splits, removals; each with its exact before-image."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import ConfigError, ProjectError
from deepdesk.project.index import schema
from deepdesk.project.index.adding import insert_class
from deepdesk.project.index.changes import Change, pack, pack_groups, unpack
from deepdesk.project.index.classes import legal_name
from deepdesk.project.index.database import Database

_KEPT_CHANGES = 200
_COLUMNS = "id, folder, name, class_id, split, fixed_split, state"
Ids = NDArray[np.int64] | list[int]


class Labelling:
    """The part of `SampleIndex` that people change by hand."""

    _db: Database

    def add_class(self, name: str) -> Change:
        """Add a class behind all others; its id is `Change.made`.

        Raises:
            ConfigError: The name is not legal or taken.
        """
        name = legal_name(name)
        with self._db.writing(), _unique_names(name):
            number = self._db.counter("next_class")
            insert_class(self._db, number, name)
            self._db.count_up("next_class")
            return self._done(Change(what=f"class {name}", classes={number: None}, made=number))

    def rename_class(self, id: int, name: str) -> Change:  # noqa: A002
        """Give a class another name.

        Raises:
            ConfigError: The name is not legal or taken.
        """
        name = legal_name(name)
        with self._db.writing(), _unique_names(name):
            before = self._class(id)
            self._db.run("UPDATE classes SET name = ? WHERE id = ?", (name, id))
            return self._done(Change(what=f"{before[0]} is now {name}", classes={id: before}))

    def merge_classes(self, from_ids: Iterable[int], into_id: int) -> Change:
        """Give all samples of some classes to another one, and delete the emptied classes."""
        with self._db.writing():
            name, _position = self._class(into_id)
            sources = sorted(set(from_ids) - {into_id})
            return self._empty_classes(sources, into_id, f"merged into {name}")

    def delete_class(self, id: int, *, keep_samples: bool = True) -> Change:  # noqa: A002
        """Delete a class; its samples become unlabelled, or are removed as well."""
        with self._db.writing():
            name, _position = self._class(id)
            if keep_samples:
                return self._empty_classes([id], None, f"class {name} deleted")
            samples = self._of_class(id)
            removed = self._take_away(samples)
            self._db.run("DELETE FROM classes WHERE id = ?", (id,))
            return self._done(
                Change(
                    what=f"class {name} deleted with its samples",
                    count=len(removed),
                    classes={id: (name, _position)},
                    present=pack(removed),
                ),
                members=True,
            )

    def set_class(self, ids: Ids, class_id: int | None) -> Change:
        """Give samples to a class, or to none."""
        with self._db.writing():
            name = "no class" if class_id is None else self._class(class_id)[0]
            before, count = self._relabel([(class_id, np.asarray(ids, dtype=np.int64))])
            return self._done(Change(what=f"{count} to {name}", count=count, labels=before))

    def set_split(self, ids: Ids, split: str) -> Change:
        """Move samples to a split."""
        number = schema.SPLITS.index(split)
        return self._move([(number, np.asarray(ids, dtype=np.int64))], f"to {split}")

    def remove(self, ids: Ids) -> Change:
        """Take samples out of the project; their files stay where they are."""
        with self._db.writing():
            removed = self._take_away(np.asarray(ids, dtype=np.int64))
            count = len(removed)
            change = Change(what=f"{count} removed", count=count, present=pack(removed))
            return self._done(change, members=True)

    def undo(self, change: Change) -> Change:
        """Bring back exactly what was before, and return the change that undoes this again.

        Raises:
            ConfigError: A class by an old name exists again.
        """
        with self._db.writing():
            absent = self._take_away(unpack(change.absent))
            present = self._bring_back(unpack(change.present))
            classes = {i: self._class_or_none(i) for i in change.classes}
            self._restore_classes(change.classes)
            self._unlabel_strays(present)
            gone = [i for i, was in change.classes.items() if was is None]
            labels, labelled = self._relabel(
                [(class_id, unpack(ids)) for class_id, ids in change.labels], gone
            )
            self._delete_classes(gone)
            splits, moved = self._resplit([(split, unpack(ids)) for split, ids in change.splits])
            redo = Change(
                what=change.what,
                count=max(labelled, moved, len(absent), len(present)),
                classes=classes,
                labels=labels,
                splits=splits,
                absent=pack(present),
                present=pack(absent),
                made=change.made,
            )
            return self._done(redo, members=bool(len(absent) or len(present)))

    def forget_removed(self) -> None:
        """Drop what is kept of removed samples; they can no longer be brought back."""
        with self._db.writing():
            for table in ("facts", "targets", "twins"):
                self._db.run(f"DELETE FROM {table} WHERE id IN (SELECT id FROM removed)")
            self._db.run("DELETE FROM removed")

    def _move(self, groups: list[tuple[int, NDArray[np.int64]]], where: str) -> Change:
        with self._db.writing():
            before, count = self._resplit(groups)
            return self._done(Change(what=f"{count} {where}", count=count, splits=before))

    def _done(self, change: Change, *, members: bool = False) -> Change:
        """Write a change down and let everybody know that something is new."""
        now = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        self._db.run(
            "INSERT INTO changes (time, what, json) VALUES (?, ?, ?)",
            (now, change.what, json.dumps(change.to_json())),
        )
        self._db.run(
            "DELETE FROM changes WHERE id <= (SELECT max(id) FROM changes) - ?", (_KEPT_CHANGES,)
        )
        self._db.count_up("labels")
        if members:
            self._db.count_up("members")
        return change

    def _class(self, number: int) -> tuple[str, int]:
        row = self._class_or_none(number)
        if row is None:
            raise ProjectError("This class is no longer in the project.", "Choose another one.")
        return row

    def _class_or_none(self, number: int) -> tuple[str, int] | None:
        rows = self._db.rows("SELECT name, position FROM classes WHERE id = ?", (number,))
        return (str(rows[0][0]), int(rows[0][1])) if rows else None

    def _of_class(self, number: int) -> NDArray[np.int64]:
        return np.sort(self._db.numbers("SELECT id FROM samples WHERE class_id = ?", (number,)))

    def _empty_classes(self, sources: list[int], into: int | None, what: str) -> Change:
        names = {number: self._class(number) for number in sources}
        groups = [self._of_class(number) for number in sources]
        for number in sources:
            self._db.run("UPDATE samples SET class_id = ? WHERE class_id = ?", (into, number))
        self._delete_classes(sources)
        labels = pack_groups(sources, groups)
        count = sum(map(len, groups))
        return self._done(Change(what=what, count=count, classes=dict(names), labels=labels))

    def _restore_classes(self, classes: dict[int, tuple[str, int] | None]) -> None:
        for number, was in classes.items():
            if was is None:
                continue
            with _unique_names(was[0]):
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
        before = self._grouped(column)
        for value, ids in groups:
            self._db.pick(ids)
            self._db.run(
                f"UPDATE samples SET {column} = ?1"
                f" WHERE id IN (SELECT id FROM temp.picked) AND {column} IS NOT ?1",
                (value,),
            )
        return self._changed_only(column, before)

    def _grouped(self, column: str) -> dict[Any, NDArray[np.int64]]:
        """Return the picked samples by the value of a column."""
        chosen = "samples WHERE id IN (SELECT id FROM temp.picked)"
        values = [row[0] for row in self._db.rows(f"SELECT DISTINCT {column} FROM {chosen}")]
        return {
            value: np.sort(
                self._db.numbers(f"SELECT id FROM {chosen} AND {column} IS ?", (value,))
            )
            for value in values
        }

    def _changed_only(
        self, column: str, before: dict[Any, NDArray[np.int64]]
    ) -> tuple[tuple[tuple[Any, str], ...], int]:
        self._db.pick(np.concatenate([*before.values(), np.empty(0, dtype=np.int64)]))
        after = self._grouped(column)
        same = np.empty(0, dtype=np.int64)
        changed = {
            value: np.setdiff1d(ids, after.get(value, same), assume_unique=True)
            for value, ids in before.items()
        }
        return pack_groups(changed, changed.values()), sum(map(len, changed.values()))

    def _take_away(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Move samples to the table `removed` and return those that were there."""
        if not len(ids):
            return ids
        self._db.pick(ids)
        chosen = "WHERE id IN (SELECT id FROM temp.picked)"
        found = np.sort(self._db.numbers(f"SELECT id FROM samples {chosen}"))
        self._db.run(f"INSERT OR REPLACE INTO removed SELECT {_COLUMNS} FROM samples {chosen}")
        self._db.run(f"DELETE FROM samples {chosen}")
        return found

    def _bring_back(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Move samples back and return those that came; a file imported again stays as it is."""
        if not len(ids):
            return ids
        chosen = "WHERE id IN (SELECT id FROM temp.picked)"
        self._db.pick(ids)
        self._db.pick(self._db.numbers(f"SELECT id FROM removed {chosen}"))
        self._db.run(f"INSERT OR IGNORE INTO samples SELECT {_COLUMNS} FROM removed {chosen}")
        found = np.sort(self._db.numbers(f"SELECT id FROM samples {chosen}"))
        self._db.pick(found)
        self._db.run(f"DELETE FROM removed {chosen}")
        return found

    def _unlabel_strays(self, ids: NDArray[np.int64]) -> None:
        """Make samples unlabelled whose class was deleted while they were away."""
        if len(ids):
            self._db.pick(ids)
            self._db.run(
                "UPDATE samples SET class_id = NULL WHERE id IN (SELECT id FROM temp.picked)"
                " AND class_id NOT IN (SELECT id FROM classes)"
            )


class _unique_names:  # noqa: N801 - a context manager, named like one
    """Says in plain words that a class name is taken."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, sqlite3.IntegrityError):
            raise ConfigError(
                "name",
                f"There is already a class {self._name}.",
                "Choose another name, or merge the two.",
            ) from error
