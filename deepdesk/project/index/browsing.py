"""Looking at samples: filters, pages at any offset, counts."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import ProjectError
from deepdesk.project.index import schema
from deepdesk.project.index.database import Database
from deepdesk.project.index.folders import Folders, restored
from deepdesk.project.index.rows import ClassRow, Filter, Sample
from deepdesk.project.index.searching import conditions
from deepdesk.project.index.sqlite_errors import DamagedIndexError
from deepdesk.project.index.stored_drawings import COUNTS, names_now, with_names
from deepdesk.project.index.stored_targets import target_value

# Up to this offset SQLite skips rows faster than all ids can be read.
_DIRECT_ROWS = 2_000
_KEPT_ORDERS = 4
_IDS_PER_QUERY = 500

# Two queries: SQLite only jumps to an end if that is all it is asked for.
_ENDS = "SELECT (SELECT min(id) FROM samples), (SELECT max(id) FROM samples)"
_SAMPLE = (
    "SELECT s.id, s.folder, s.name, s.class_id, s.split, s.fixed_split, s.state, c.name,"
    " f.code, f.reason, f.detail, f.note, t.json, o.name FROM samples s"
    " LEFT JOIN classes c ON c.id = s.class_id LEFT JOIN facts f ON f.id = s.id"
    " LEFT JOIN targets t ON t.id = s.id LEFT JOIN sample_origins so ON so.id = s.id"
    " LEFT JOIN origins o ON o.id = so.origin_id WHERE s.id IN ({marks})"
)
_TWIN_SPLITS = (
    "SELECT group_id, split, count(*) FROM twins JOIN samples USING (id) WHERE group_id IN"
    " (SELECT group_id FROM twins WHERE id IN ({marks})) GROUP BY group_id, split"
)


class Browsing:
    """The part of `SampleIndex` that shows samples."""

    _db: Database
    _folders: Folders

    def __init__(self) -> None:
        self._orders: OrderedDict[Filter, tuple[tuple[int, ...], NDArray[np.int64]]] = OrderedDict()
        self._tally: tuple[tuple[int, ...], dict[tuple[int | None, str], int]] = ((), {})
        self._fixed: tuple[tuple[int, ...], dict[str, int]] = ((), {})
        self._drawn: tuple[tuple[int, ...], dict[int, tuple[int, int]]] = ((), {})

    def count(self, filter: Filter = Filter()) -> int:  # noqa: A002, B008 - frozen, and the field's word
        """Return how many samples there are."""
        kept = self._kept_order(filter)
        if kept is not None:
            return len(kept)
        condition, values = self._where(filter)
        return int(self._db.value(f"SELECT count(*) FROM samples{condition}", values))

    def ids(self, filter: Filter = Filter()) -> NDArray[np.int64]:  # noqa: A002, B008
        """Return the ids of samples in the order of their import, int64, (N,), read-only."""
        kept = self._kept_order(filter)
        if kept is None:
            with self._db.reading():
                stamp = self._stamp(filter)
                kept = self._read_order(filter)
            kept.flags.writeable = False
            self._orders[filter] = (stamp, kept)
            while len(self._orders) > _KEPT_ORDERS:
                self._orders.popitem(last=False)
        return kept

    def page(self, filter: Filter, offset: int, limit: int) -> list[Sample]:  # noqa: A002
        """Return `limit` samples from `offset` on, fewer at the end."""
        kept = self._kept_order(filter)
        if kept is None and offset + limit <= _DIRECT_ROWS:
            condition, values = self._where(filter)
            kept = self._db.numbers(
                "id",
                f"FROM samples{condition} ORDER BY id LIMIT ? OFFSET ?",
                (*values, limit, offset),
            )
            return self.samples(kept)
        return self.samples(self.ids(filter)[offset : offset + limit])

    def sample(self, id: int) -> Sample:  # noqa: A002
        """Return one sample.

        Raises:
            ProjectError: There is none with this id, or no longer.
        """
        found = self.samples([id])
        if not found:
            raise ProjectError("This sample is no longer in the project.", "Choose another one.")
        return found[0]

    def samples(self, ids: NDArray[np.int64] | list[int]) -> list[Sample]:
        """Return samples in the order of `ids`; those that are gone are left out."""
        wanted = [int(i) for i in ids]
        found: dict[int, Sample] = {}
        with self._db.reading():
            for start in range(0, len(wanted), _IDS_PER_QUERY):
                found.update(self._read(wanted[start : start + _IDS_PER_QUERY]))
        return [found[i] for i in wanted if i in found]

    def classes(self) -> list[ClassRow]:
        """Return the classes in order, with the number of samples of each."""
        counts: dict[int | None, int] = {}
        for (class_id, _split), count in self.counts().items():
            counts[class_id] = counts.get(class_id, 0) + count
        rows = self._db.rows("SELECT id, name, position FROM classes ORDER BY position, id")
        drawn = self.drawn_counts()
        return [
            ClassRow(
                id=number,
                name=str(name),
                position=position,
                count=counts.get(number, 0),
                pictures=drawn.get(number, (0, 0))[0],
                shapes=drawn.get(number, (0, 0))[1],
            )
            for number, name, position in rows
        ]

    def drawn_counts(self) -> dict[int, tuple[int, int]]:
        """Return class id to (samples that it is drawn on, shapes); zeros are left out."""
        stamp = _counters(self._db, "members", "labels")
        if self._drawn[0] != stamp:
            rows = self._db.rows(COUNTS)
            self._drawn = (stamp, {number: (pictures, shapes) for number, pictures, shapes in rows})
        return dict(self._drawn[1])

    def counts(self) -> dict[tuple[int | None, str], int]:
        """Return the number of samples by (class id or None, split); zeros are left out."""
        stamp = _counters(self._db, "members", "labels")
        if self._tally[0] != stamp:
            rows = self._db.rows(
                "SELECT class_id, split, count(*) FROM samples GROUP BY class_id, split"
            )
            self._tally = (stamp, {(c, split_name(s)): count for c, s, count in rows})
        return dict(self._tally[1])

    def split_counts(self) -> dict[str, int]:
        """Return the number of samples of each split, also of empty ones."""
        sums = dict.fromkeys(schema.SPLITS, 0)
        for (_class, split), count in self.counts().items():
            sums[split] += count
        return sums

    def fixed_split_counts(self) -> dict[str, int]:
        """Return the number of samples whose source gave a split, by split; zeros are left out."""
        stamp = _counters(self._db, "members", "labels")
        if self._fixed[0] != stamp:
            rows = self._db.rows(
                "SELECT split, count(*) FROM samples WHERE fixed_split GROUP BY split"
            )
            self._fixed = (stamp, {split_name(split): count for split, count in rows})
        return dict(self._fixed[1])

    def problem_counts(self) -> dict[str, int]:
        """Return how many samples cannot be used, by the code of the reason."""
        rows = self._db.rows(
            "SELECT code, count(*) FROM facts JOIN samples USING (id)"
            " WHERE code <> '' GROUP BY code ORDER BY code"
        )
        return {str(code): count for code, count in rows}

    def _read_order(self, wanted: Filter) -> NDArray[np.int64]:
        if wanted == Filter():
            first, last = self._db.rows(_ENDS)[0]
            if first is not None and last - first + 1 == self.count_all():
                return np.arange(first, last + 1, dtype=np.int64)
        condition, values = self._where(wanted)
        return np.sort(self._db.numbers("id", f"FROM samples{condition}", values))

    def count_all(self) -> int:
        """Return the number of samples, read from the database."""
        return int(self._db.value("SELECT count(*) FROM samples"))

    def _kept_order(self, wanted: Filter) -> NDArray[np.int64] | None:
        kept = self._orders.get(wanted)
        if kept is None or kept[0] != self._stamp(wanted):
            return None
        self._orders.move_to_end(wanted)
        return kept[1]

    def _stamp(self, wanted: Filter) -> tuple[int, ...]:
        """Return the counters that decide whether a filter still finds the same samples."""
        names = ["members"]
        if dataclasses.replace(wanted, problem=None) != Filter():
            names.append("labels")
        if wanted.problem:
            names += ["facts", "twins"]
        elif wanted.drawing == "misfit":
            names.append("facts")
        return _counters(self._db, *names)

    def _where(self, wanted: Filter) -> tuple[str, tuple[Any, ...]]:
        return conditions(wanted, self._folders)

    def _read(self, ids: list[int]) -> dict[int, Sample]:
        marks = ",".join("?" * len(ids))
        rows = self._db.rows(_SAMPLE.format(marks=marks), ids)
        twins = self._twins_of(ids, marks)
        classes = names_now(self._db)
        return {row[0]: self._sample_of(row, twins.get(row[0], {}), classes) for row in rows}

    def _twins_of(self, ids: list[int], marks: str) -> dict[int, dict[int, int]]:
        """Return for each sample with twins the number of them by split, itself included."""
        groups: dict[int, dict[int, int]] = {}
        for group, split, count in self._db.rows(_TWIN_SPLITS.format(marks=marks), ids):
            groups.setdefault(group, {})[split] = count
        members = self._db.rows(f"SELECT id, group_id FROM twins WHERE id IN ({marks})", ids)
        found: dict[int, dict[int, int]] = {}
        for number, group in members:
            sums = found.setdefault(number, {})
            for split, count in groups.get(group, {}).items():
                # In a second group the sample itself is counted again.
                sums[split] = max(sums.get(split, 0), count)
        return found

    def _sample_of(
        self, row: tuple[Any, ...], twins: dict[int, int], classes: dict[int, str]
    ) -> Sample:
        number, folder, name, class_id, split, fixed, state, label, *facts, target, origin = row
        code, reason, detail, note = (str(fact or "") for fact in facts)
        if state not in range(len(schema.STATES)):
            raise DamagedIndexError("The list of samples is damaged.")
        return Sample(
            id=number,
            path=Path(self._folders.path(folder), restored(name)),
            label=None if label is None else str(label),
            class_id=class_id,
            split=split_name(split),
            state=schema.STATES[state],
            code=code,
            reason=reason,
            detail=detail,
            target=with_names(target_value(target), classes),
            origin=None if origin is None else str(origin),
            twin=_twin_words(split, twins),
            note=note,
            fixed_split=bool(fixed),
        )


def _counters(db: Database, *names: str) -> tuple[int, ...]:
    return tuple(db.counter(name) for name in names)


def split_name(number: Any) -> str:
    """Return the name of a split as it is stored.

    Raises:
        DamagedIndexError: There is no such split.
    """
    if number not in range(len(schema.SPLITS)):
        raise DamagedIndexError("The list of samples is damaged.")
    return schema.SPLITS[number]


def _twin_words(split: int, twins: dict[int, int]) -> str:
    # Training first: a twin there makes every figure on the other splits too good.
    for other in (0, 2, 1):
        if other != split and twins.get(other):
            return f"twin in {schema.SPLITS[other]}"
    return "twin" if twins.get(split, 0) > 1 else ""
