"""What a run reads: usable samples, their classes and targets, and a fingerprint of them all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from deepdesk.project.index import schema
from deepdesk.project.index.browsing import split_name
from deepdesk.project.index.database import Database, whole_numbers
from deepdesk.project.index.folders import Folders, restored
from deepdesk.project.index.sqlite_errors import DamagedIndexError
from deepdesk.project.index.stored_drawings import IS_DRAWING, names_now, with_names
from deepdesk.project.index.stored_targets import target_value, unsealed

# Usable: not known to be bad, and with a truth to learn from.
_USABLE = "state <> 2 AND (class_id IS NOT NULL OR t.json IS NOT NULL)"
_WITH_TRUTH = {
    "any": _USABLE,
    "class": "state <> 2 AND class_id IS NOT NULL",
    # The JSON of a text begins with a quotation mark, that of numbers with a brace.
    "text": "state <> 2 AND t.json LIKE '\"%'",
    "numbers": f"state <> 2 AND t.json LIKE '{{%' AND NOT t.{IS_DRAWING}",
    "drawing": f"state <> 2 AND t.{IS_DRAWING}",
}
_FROM = "FROM samples LEFT JOIN targets t ON t.id = samples.id"
_MEASURED_SAMPLES = 10_000


class PathList(Sequence[Path]):
    """Paths of up to 10^6 files in one block of memory, each made when it is asked for.

    Args:
        folders: Folder number to absolute path.
        folder_numbers: Of each file, int64, (N,).
        names: File names, each followed by a NUL byte.
    """

    def __init__(
        self, folders: dict[int, str], folder_numbers: NDArray[np.int64], names: bytes
    ) -> None:
        self._folders = folders
        self._folder_numbers = folder_numbers
        self._names = names
        self._ends = np.flatnonzero(np.frombuffer(names, dtype=np.uint8) == 0)

    def __len__(self) -> int:
        return len(self._folder_numbers)

    @overload
    def __getitem__(self, at: int) -> Path: ...

    @overload
    def __getitem__(self, at: slice) -> list[Path]: ...

    def __getitem__(self, at: int | slice) -> Path | list[Path]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        number = range(len(self))[at]
        start = int(self._ends[number - 1]) + 1 if number else 0
        name = os.fsdecode(self._names[start : int(self._ends[number])])
        return Path(self._folders[int(self._folder_numbers[number])], name)


class TrainingRows:
    """The part of `SampleIndex` that a run reads."""

    _db: Database
    _folders: Folders

    def training_rows(
        self, split: str, truth: str = "any"
    ) -> tuple[NDArray[np.int64], PathList, NDArray[np.int64], list[Any]]:
        """Return the usable samples of a split in the order of import.

        Args:
            truth: What a sample must have, as `core.learnt.learnt_from` says.

        Returns:
            Ids, int64, (N,); paths; class indices by `ClassRow` order, -1 for none, int64, (N,);
            and targets, None where there is none.
        """
        with self._db.reading():
            order = self._db.rows("SELECT id FROM classes ORDER BY position, id")
            index = {row[0]: i for i, row in enumerate(order)}
            drawn = names_now(self._db)
            ids, folders, classes = [], [], []
            names = bytearray()
            targets: list[Any] = []
            for number, folder, name, class_id, target in self._db.each(
                f"SELECT samples.id, folder, name, class_id, t.json {_FROM}"
                f" WHERE split = ? AND {_WITH_TRUTH[truth]} ORDER BY samples.id",
                (schema.SPLITS.index(split),),
            ):
                ids.append(number)
                folders.append(folder)
                classes.append(index.get(class_id, -1))
                names += os.fsencode(restored(name)).replace(b"\0", b"") + b"\0"
                targets.append(with_names(target_value(target), drawn))
        folder_numbers = whole_numbers(folders)
        paths = {int(i): self._folders.path(int(i)) for i in np.unique(folder_numbers)}
        return (
            np.array(ids, dtype=np.int64),
            PathList(paths, folder_numbers, bytes(names)),
            np.array(classes, dtype=np.int64),
            targets,
        )

    def targets(self, split: str, truth: str = "any") -> Iterator[Any]:
        """Yield the targets of the usable samples of a split in the order of import.

        Args:
            truth: As in `training_rows`; samples without a target are passed over. Of drawings
                the path of a mask is absolute, since nothing says here where the picture lies.
        """
        drawn = names_now(self._db)
        for target, folder in self._db.each(
            f"SELECT t.json, folder {_FROM} WHERE split = ? AND {_WITH_TRUTH[truth]}"
            " AND t.json IS NOT NULL ORDER BY samples.id",
            (schema.SPLITS.index(split),),
        ):
            found = with_names(target_value(target), drawn)
            yield self._located(found, int(folder)) if truth == "drawing" else found

    def _located(self, target: Any, folder: int) -> Any:
        """Return a drawing that says from everywhere where its mask lies."""
        mask = target.get("mask") if isinstance(target, dict) else None
        if not isinstance(mask, dict) or not isinstance(mask.get("path"), str):
            return target
        path = os.path.normpath(os.path.join(self._folders.path(folder), mask["path"]))  # noqa: PTH118
        return {**target, "mask": {**mask, "path": path}}

    def missing_count(self, ids: NDArray[np.int64]) -> int:
        """Return how many of these ids, int64, (N,), are no samples any more."""
        if not len(ids):
            return 0
        there = self._db.numbers(
            "id", "FROM samples WHERE id BETWEEN ? AND ?", (int(ids.min()), int(ids.max()))
        )
        return int(len(ids) - np.isin(ids, there).sum())

    def files_of(self, ids: NDArray[np.int64]) -> list[Path]:
        """Return the file of each of a few ids, int64, (N,), also of samples removed meanwhile.

        An id that was never one gives a path where nothing is.
        """
        marks = ", ".join("?" * len(ids))
        columns = f"id, folder, name FROM {{}} WHERE id IN ({marks})"
        found = {
            int(number): Path(self._folders.path(int(folder)), restored(name))
            for table in ("removed", "samples")
            for number, folder, name in self._db.rows(
                f"SELECT {columns.format(table)}", ids.tolist()
            )
        }
        return [found.get(number) or Path(os.devnull, str(number)) for number in ids.tolist()]

    def usable_counts(self, truth: str = "any") -> dict[str, int]:
        """Return how many samples of each split a run could use, also of empty ones.

        Args:
            truth: What a sample must have, as `core.learnt.learnt_from` says.
        """
        found = dict(
            self._db.rows(
                f"SELECT split, count(*) {_FROM} WHERE {_WITH_TRUTH[truth]} GROUP BY split"
            )
        )
        return {name: found.get(at, 0) for at, name in enumerate(schema.SPLITS)}

    def names_in(self, folder: Path) -> frozenset[str]:
        """Return the names of the files in one folder that are samples, or were until removed."""
        found: set[str] = set()
        for number in self._folders.numbers(str(folder)):
            for table in ("samples", "removed"):
                rows = self._db.rows(f"SELECT name FROM {table} WHERE folder = ?", (number,))
                found.update(restored(name) for (name,) in rows)
        return frozenset(found)

    def fingerprint(self) -> str:
        """Return SHA-256, hex, over path below source, label, split and target of usable samples.

        The same after the project was moved, another after any change that training would see.
        """
        digest = hashlib.sha256()
        with self._db.reading():
            for line in self._lines():
                digest.update(line)
        return digest.hexdigest()

    def typical_size(self) -> tuple[int, ...]:
        """Return the median of the samples' natural sizes, () while none was read."""
        with self._db.reading():
            count = int(self._db.value("SELECT count(*) FROM facts"))
            step = max(1, count // _MEASURED_SAMPLES)
            rows = self._db.rows(
                "SELECT size_json FROM facts JOIN samples USING (id)"
                " WHERE state = 1 AND id % ? = 0",
                (step,),
            )
        sizes = [size for (text,) in rows if (size := _size(text))]
        lengths = [len(size) for size in sizes]
        if not sizes:
            return ()
        common = max(set(lengths), key=lengths.count)
        table = np.array([size for size in sizes if len(size) == common])
        return tuple(int(value) for value in np.median(table, axis=0))

    def longer_than(self, seconds: float) -> NDArray[np.int64]:
        """Return the ids of readable sounds that last longer, int64, (N,), in order.

        Sizes count as those of sounds: (samples, samples a second).
        """
        return self._db.numbers(
            "id",
            "FROM facts JOIN samples USING (id) WHERE state = 1"
            " AND json_array_length(size_json) = 2"
            " AND json_extract(size_json, '$[0]') > ? * json_extract(size_json, '$[1]')"
            " ORDER BY id",
            (seconds,),
        )

    def seconds(self) -> float:
        """Return how long all readable sounds last together; sizes count as in `longer_than`."""
        found = self._db.value(
            "SELECT total(json_extract(size_json, '$[0]') * 1.0"
            " / json_extract(size_json, '$[1]')) FROM facts JOIN samples USING (id)"
            " WHERE state = 1 AND json_array_length(size_json) = 2"
        )
        return float(found)

    def _lines(self) -> Iterator[bytes]:
        names = {row[0]: row[1] for row in self._db.rows("SELECT id, name FROM classes")}
        drawn = names_now(self._db)
        for (number,) in self._db.rows("SELECT DISTINCT class_id FROM drawn ORDER BY class_id"):
            # Drawings have numbers, and what training would see are names.
            yield json.dumps((number, drawn.get(number))).encode() + b"\n"
        for folder, name, class_id, split, target in self._db.each(
            f"SELECT folder, name, class_id, split, t.json {_FROM} WHERE {_USABLE}"
            " ORDER BY samples.id"
        ):
            parts = (
                self._folders.relative(folder),
                restored(name),
                names.get(class_id),
                split_name(split),
                None if target is None else _plain(target),
            )
            # JSON keeps the parts apart whatever characters they hold.
            yield json.dumps(parts).encode() + b"\n"


def _plain(target: Any) -> Any:
    try:
        return unsealed(target)
    except (TypeError, ValueError) as error:
        raise DamagedIndexError("The list of samples is damaged.") from error


def _size(text: Any) -> list[int]:
    size = target_value(text)
    is_size = isinstance(size, list) and all(type(side) is int and side > 0 for side in size)
    return size if is_size and isinstance(size, list) else []
