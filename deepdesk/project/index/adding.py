"""Taking samples into the index, and what reading their contents found."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from deepdesk.core.errors import BadSampleError
from deepdesk.core.task import Facts, Found
from deepdesk.project.index import schema
from deepdesk.project.index.classes import natural_key, tidy_name
from deepdesk.project.index.database import Database
from deepdesk.project.index.folders import Folders, restored, storable
from deepdesk.project.index.sqlite_errors import DamagedIndexError
from deepdesk.project.index.stored_drawings import holds_drawing, told_of, with_numbers
from deepdesk.project.index.stored_targets import stored

_ROWS_PER_COMMIT = 50_000
_FACTS_PER_COMMIT = 5_000
_SPLIT_NUMBER: dict[str | None, int] = {
    None: 0,
    **{name: i for i, name in enumerate(schema.SPLITS)},
}
_HIGHEST = (
    "SELECT max(coalesce((SELECT max(id) FROM samples), 0),"
    " coalesce((SELECT max(id) FROM removed), 0)), coalesce((SELECT max(id) FROM classes), 0)"
)
# What a batch gives: (value, folder, name, number). Where every file was new its number is known;
# else the file is looked up, and keeps what it has.
_BESIDE = {
    True: "INSERT INTO {} SELECT id, ?1 FROM samples WHERE id = ?4",
    False: "INSERT OR IGNORE INTO {} SELECT id, ?1 FROM samples"
    " WHERE folder = ?2 AND name = ?3 AND id <= ?4",
}
# Only where this very target was taken: a file that was there may have kept another one.
_TAKEN = (
    "FROM samples s JOIN targets t ON t.id = s.id"
    " WHERE s.folder = ?1 AND s.name = ?2 AND s.id <= ?3 AND t.json = ?4"
)
_DRAWINGS = f"INSERT OR IGNORE INTO drawings SELECT s.id, ?5, ?6, ?7, ?8, ?9 {_TAKEN}"
_DRAWN = f"INSERT OR IGNORE INTO drawn SELECT ?5, s.id, ?6 {_TAKEN}"

ItemT = TypeVar("ItemT")


class Adding:
    """The part of `SampleIndex` that takes samples in."""

    _db: Database
    _folders: Folders

    def add(self, rows: Iterable[Found], *, source: str) -> int:
        """Add samples as they come and return how many were new.

        A file that is in the index already stays as it is, but for a target or an origin that it
        does not have yet. Samples without a split go to training until splits are drawn. What was
        added before an error stays added.

        Args:
            source: The folder, table or file that was imported; paths are stored relative to it.
        """
        self._checked_to = 0
        new_classes: list[int] = []
        try:
            added = sum(self._add_some(some, source, new_classes) for some in _batches(rows))
        except BaseException:
            # Folders of the batch that was not committed are known here, but not on disk.
            self._folders.forget()
            raise
        if new_classes:
            self._sort_classes(new_classes)
        return added

    def record_facts(self, rows: Iterable[tuple[int, Facts | BadSampleError]]) -> None:
        """Keep what reading samples found; a `BadSampleError` makes the sample a bad one."""
        for some in _batches(rows, _FACTS_PER_COMMIT):
            with self._db.writing():
                self._db.run_many(
                    "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (_facts_row(number, facts) for number, facts in some),
                )
                self._db.run_many(
                    "UPDATE samples SET state = ? WHERE id = ?",
                    ((_state(facts), number) for number, facts in some),
                )
                self._db.count_up("facts")

    def unchecked(self, limit: int) -> list[tuple[int, Path]]:
        """Return samples whose contents were not read yet, in order."""
        rows = self._unchecked_from(self._checked_to, limit)
        if not rows and self._checked_to:
            rows = self._unchecked_from(0, limit)
        # Everything before was read, so the next search need not look there.
        self._checked_to = rows[0][0] - 1 if rows else 0
        path = self._folders.path
        return [(number, Path(path(folder), restored(name))) for number, folder, name in rows]

    def unchecked_count(self) -> int:
        """Return how many samples were not read yet."""
        return int(self._db.value("SELECT count(*) FROM samples WHERE state = 0"))

    def prints(self) -> Iterator[tuple[int, str, int | None]]:
        """Yield (id, digest, fingerprint or None) of the samples that can be used, in order."""
        return self._db.each(
            "SELECT id, digest, fingerprint FROM facts JOIN samples USING (id)"
            " WHERE state = 1 AND length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'"
            " ORDER BY id"
        )

    def history(self, limit: int = 50) -> list[tuple[str, str]]:
        """Return the latest changes that people made as (ISO time, what), newest first."""
        return [
            (str(time), str(what))
            for time, what in self._db.rows(
                "SELECT time, what FROM changes ORDER BY id DESC LIMIT ?", (limit,)
            )
        ]

    _checked_to = 0

    def _unchecked_from(self, first: int, limit: int) -> list[tuple[Any, ...]]:
        return self._db.rows(
            "SELECT id, folder, name FROM samples WHERE id > ? AND state = 0 ORDER BY id LIMIT ?",
            (first, limit),
        )

    def _add_some(self, some: list[Found], source: str, new_classes: list[int]) -> int:
        with self._db.writing():
            self._folders.refresh()
            batch = _Batch(self._db, self._folders, source)
            added = self._db.run_many(
                "INSERT OR IGNORE INTO samples VALUES (?, ?, ?, ?, ?, ?, 0)", list(batch.rows(some))
            )
            # A file that was there already keeps its number, and what is known of it.
            is_new = added == len(some)
            told = self._db.run_many(_BESIDE[is_new].format("targets"), batch.targets)
            told += self._db.run_many(_BESIDE[is_new].format("sample_origins"), batch.origins)
            self._db.run_many(_DRAWINGS, batch.drawings)
            self._db.run_many(_DRAWN, batch.drawn)
            self._db.count_up("next_sample", len(some))
            self._db.count_up("next_class", len(batch.new_classes))
            if added or batch.new_classes:
                self._db.count_up("members")
            if added or batch.new_classes or told:
                self._db.count_up("labels")
        new_classes += batch.new_classes
        return added

    def _sort_classes(self, ids: list[int]) -> None:
        """Put classes that came together into natural order, after those there were."""
        with self._db.writing():
            marks = ",".join(map(str, ids))
            rows = self._db.rows(f"SELECT id, name, position FROM classes WHERE id IN ({marks})")
            positions = sorted(position for _id, _name, position in rows)
            order = sorted(rows, key=lambda row: natural_key(row[1]))
            self._db.run_many(
                "UPDATE classes SET position = ? WHERE id = ?",
                ((p, row[0]) for p, row in zip(positions, order, strict=True)),
            )


class _Batch:
    """Turns found files into rows; looks folder and class up once for each run of equal ones."""

    def __init__(self, db: Database, folders: Folders, source: str) -> None:
        self._db = db
        self._folders = folders
        self._source = folders.source(source)
        self._classes: dict[str, int] = {
            name: i for i, name in db.rows("SELECT id, name FROM classes")
        }
        self._next_class = db.counter("next_class")
        self._next_sample = db.counter("next_sample")
        highest_sample, highest_class = db.rows(_HIGHEST)[0]
        if self._next_sample <= highest_sample or self._next_class <= highest_class:
            raise DamagedIndexError("The list of samples has lost count.")
        self._origins: dict[str, int | None] = {}
        self.targets: list[tuple[Any, ...]] = []
        self.origins: list[tuple[Any, ...]] = []
        self.drawings: list[tuple[Any, ...]] = []
        self.drawn: list[tuple[Any, ...]] = []
        self.new_classes: list[int] = []

    def rows(self, some: list[Found]) -> Iterator[tuple[Any, ...]]:
        """Yield rows of the table `samples`, but for the state."""
        last_folder, last_label, folder_id = "\0", "\0", 0
        class_id: int | None = None
        for number, found in enumerate(some, self._next_sample):
            folder, _, name = os.fspath(found.path).rpartition(os.sep)
            if folder != last_folder:
                folder_id, last_folder = self._folder(folder), folder
            if found.label != last_label:
                class_id, last_label = self._class(found.label), found.label or "\0"
            if found.label is None:
                class_id = None
            split = found.split
            file = name if name.isascii() else storable(name)
            if found.target is not None:
                self._target(found.target, (folder_id, file, number))
            if found.origin is not None and (origin := self._origin(found.origin)) is not None:
                self.origins.append((origin, folder_id, file, number))
            yield number, folder_id, file, class_id, _SPLIT_NUMBER[split], split is not None

    def _folder(self, folder: str) -> int:
        # The top of a drive is "/" or "C:\", which lost its separator.
        whole = folder + os.sep if not folder or folder.endswith(":") else folder
        return self._folders.number(whole, self._source)

    def _target(self, given: Any, at: tuple[int, str | bytes, int]) -> None:
        if not holds_drawing(given):
            self.targets.append((stored(given), *at))
            return
        target = with_numbers(given, self._number)
        text = stored(target)
        told = told_of(target)
        self.targets.append((text, *at))
        self.drawings.append((*at, text, *told.row))
        self.drawn += [(*at, text, label, count) for label, count in told.counts.items()]

    def _number(self, name: str) -> int:
        number = self._class(name)
        assert number is not None  # the name is tidy
        return number

    def _origin(self, given: str) -> int | None:
        if given not in self._origins:
            name = tidy_name(given)
            self._origins[given] = origin_number(self._db, name) if name else None
        return self._origins[given]

    def _class(self, label: str | None) -> int | None:
        name = tidy_name(label or "")
        if not name:
            return None
        if name not in self._classes:
            self._classes[name] = self._next_class
            self.new_classes.append(self._next_class)
            insert_class(self._db, self._next_class, name)
            self._next_class += 1
        return self._classes[name]


def origin_number(db: Database, name: str) -> int:
    """Return the number of who or what samples come from, new or known, inside `writing`."""
    db.run("INSERT OR IGNORE INTO origins (name) VALUES (?)", (name,))
    return int(db.value("SELECT id FROM origins WHERE name = ?", (name,)))


def insert_class(db: Database, number: int, name: str) -> None:
    """Add a class behind all others, inside `writing`."""
    db.run(
        "INSERT INTO classes SELECT ?, ?, coalesce(max(position), -1) + 1 FROM classes",
        (number, name),
    )


def _batches(items: Iterable[ItemT], size: int = _ROWS_PER_COMMIT) -> Iterator[list[ItemT]]:
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some


def _state(facts: Facts | BadSampleError) -> int:
    return schema.BAD if isinstance(facts, BadSampleError) else schema.OK


def _facts_row(number: int, facts: Facts | BadSampleError) -> tuple[Any, ...]:
    if isinstance(facts, BadSampleError):
        texts = (facts.code or "unreadable", facts.message, facts.hint, "", "[]", "")
        return (number, *map(_valid, texts), None)
    size = json.dumps(list(facts.size))
    texts = ("", "", facts.detail, facts.note, size, facts.digest)
    return (number, *map(_valid, texts), _signed(facts.fingerprint))


def _valid(text: str) -> str:
    return text.encode(errors="replace").decode()


def _signed(fingerprint: int | None) -> int | None:
    """Return 64 bits as SQLite stores them, as a signed integer."""
    if fingerprint is None:
        return None
    bits = fingerprint & 0xFFFF_FFFF_FFFF_FFFF
    return bits - (1 << 64) if bits >> 63 else bits
