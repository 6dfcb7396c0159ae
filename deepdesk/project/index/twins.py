"""Twins: samples with equal or nearly equal contents, and the splits they must not straddle."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.chance import key_of, mix
from deepdesk.project.index import schema
from deepdesk.project.index.changes import Change
from deepdesk.project.index.database import whole_numbers
from deepdesk.project.index.folders import Folders, restored
from deepdesk.project.index.labelling import Labelling
from deepdesk.project.index.splitting import Drawn, connected, cut, draw
from deepdesk.project.index.stored_drawings import strata_of

TwinGroup = tuple[str, list[int]]


class Twins(Labelling):
    """The part of `SampleIndex` that keeps splits apart."""

    _folders: Folders

    def set_twins(self, groups: Iterable[tuple[str, Sequence[int]]]) -> None:
        """Replace all twins.

        Args:
            groups: ("exact" or "near", ids that are twins of each other).
        """
        rows = [
            (int(member), number, schema.TWIN_KINDS.index(kind))
            for number, (kind, members) in enumerate(groups, 1)
            for member in members
        ]
        with self._db.writing():
            self._db.run("DELETE FROM twins")
            self._db.run_many("INSERT OR IGNORE INTO twins VALUES (?, ?, ?)", rows)
            self._db.count_up("twins")

    def twins(self) -> list[TwinGroup]:
        """Return the groups of samples that are still there, as given to `set_twins`."""
        groups: dict[int, TwinGroup] = {}
        for group, number, kind in self._db.rows(
            "SELECT group_id, id, kind FROM twins JOIN samples USING (id) ORDER BY group_id, id"
        ):
            groups.setdefault(group, (schema.TWIN_KINDS[kind == 1], []))[1].append(number)
        return [group for group in groups.values() if len(group[1]) > 1]

    def twins_across_splits(self) -> int:
        """Return how many samples `fix_twins_across_splits` would move."""
        return sum(len(ids) for _split, ids in self._strays())

    def fix_twins_across_splits(self) -> Change:
        """Move twins to one side: train if one of them is there, else validation."""
        return self._move(self._strays(), "twins to one side")

    def draw_splits(
        self,
        fractions: tuple[float, float, float],
        seed: int,
        *,
        keep_origins: bool = False,
        in_order: bool = False,
        known: int = 0,
    ) -> Change:
        """Share out samples to train, validation and test by `splitting.draw`.

        Classes are the strata, for drawings the rarest class on each; samples that cannot be used
        are strata of their own, so that the numbers are exact for those that can. The same seed
        gives the same splits.

        Args:
            fractions: Of train, validation and test; only their ratios matter.
            keep_origins: Whether all samples of one origin, a speaker for instance, and all
                twins of these come to one side.
            in_order: Whether the split is cut in the order of import instead, by no chance: the
                last samples are for test.
            known: Samples with an id up to this stay where they are.
        """
        if min(fractions) < 0 or sum(fractions) <= 0:
            raise ValueError(f"fractions {fractions}")
        with self._db.writing():
            rows = self._db.rows(
                "SELECT id, folder, name, coalesce(class_id, -1), state = 2,"
                " CASE WHEN fixed_split OR id <= ? THEN split ELSE -1 END, split"
                " FROM samples ORDER BY id",
                (known,),
            )
            ids = whole_numbers(row[0] for row in rows)
            given = whole_numbers(row[5] for row in rows)
            samples = Drawn(
                strata=_numbered(self._strata(rows)),
                keys=self._keys(rows, seed),
                units=self._units(ids, keep_origins=keep_origins),
                given=given,
                are_few=keep_origins,
            )
            drawn = cut(given, fractions) if in_order else draw(samples, fractions)
            now = whole_numbers(row[6] for row in rows)
            groups = [(s, ids[(drawn == s) & (now != s)]) for s in range(len(schema.SPLITS))]
            return self._move(groups, "to other splits")

    def strata(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return for each id the place of its class, of drawings that of the rarest; int64, (N,).

        Samples without a class are a stratum behind all others, empty drawings one more.
        """
        classes = self._db.rows("SELECT id FROM classes ORDER BY position")
        places = {int(number): place for place, (number,) in enumerate(classes)}
        none, empty = len(places), len(places) + 1
        seen = strata_of(self._db)
        rows = self._db.rows("SELECT id, class_id FROM samples WHERE class_id IS NOT NULL")
        labels = whole_numbers(label for _number, label in rows).tolist()
        seen.update(zip((number for number, _label in rows), labels, strict=True))
        # What has no drawing is asked for as -1, an empty one is held as -2.
        told = {**places, -1: none, -2: empty}
        return np.array([told.get(seen.get(i, -1), none) for i in ids.tolist()], dtype=np.int64)

    def is_in_order(self) -> bool:
        """Return whether the samples that a draw may move are split in the order of import."""
        rows = self._db.rows(
            "SELECT min(id), max(id) FROM samples WHERE NOT fixed_split GROUP BY split"
            " ORDER BY split"
        )
        return len(rows) > 1 and all(a[1] < b[0] for a, b in pairwise(rows))

    def _strata(self, rows: list[tuple[Any, ...]]) -> list[tuple[int, Any]]:
        """Return for (id, folder, name, class, is bad, ...) what is to be spread evenly."""
        seen = strata_of(self._db)
        # SQLite lets any column hold anything; what is no number is a damaged index.
        classes = whole_numbers(row[3] for row in rows).tolist()
        return [
            (seen.get(row[0], -1) if own < 0 else own, row[4])
            for row, own in zip(rows, classes, strict=True)
        ]

    def _keys(self, rows: list[tuple[Any, ...]], seed: int) -> NDArray[np.uint64]:
        """Return a random number for each sample from the seed and its path below its source."""
        salt = np.uint64(key_of("split", seed))
        data = b"".join(
            hashlib.blake2b(
                f"{self._folders.relative(row[1])}/{restored(row[2])}".encode(
                    errors="surrogateescape"
                ),
                digest_size=8,
            ).digest()
            for row in rows
        )
        return mix(np.frombuffer(data, dtype="<u8").astype(np.uint64) ^ salt)

    def _units(self, ids: NDArray[np.int64], *, keep_origins: bool) -> NDArray[np.int64]:
        units = ids.copy()
        rows = np.array(self._twin_rows(), dtype=np.int64).reshape(-1, 3)
        members, groups = rows[:, 0], rows[:, 1]
        if keep_origins:
            known, origins = self._origin_pairs()
            # Below zero, where no group of twins is.
            members = np.concatenate([members, known])
            groups = np.concatenate([groups, -origins])
        units[np.searchsorted(ids, members)] = connected(members, groups)
        return units

    def _origin_pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return samples with their origins, both int64, (N,)."""
        tail = "FROM sample_origins JOIN samples USING (id) ORDER BY id"
        return self._db.numbers("id", tail), self._db.numbers("origin_id", tail)

    def _strays(self) -> list[tuple[int, NDArray[np.int64]]]:
        """Return for each split the samples that have to come to it to be with their twins."""
        rows = np.array(self._twin_rows(), dtype=np.int64).reshape(-1, 3)
        ids, splits = rows[:, 0], rows[:, 2]
        _, units = np.unique(connected(ids, rows[:, 1]), return_inverse=True)
        sides = np.full(units.max(initial=-1) + 1, len(schema.SPLITS))
        np.minimum.at(sides, units, splits)
        side = sides[units]
        return [(s, np.unique(ids[(side == s) & (splits != s)])) for s in range(len(schema.SPLITS))]

    def _twin_rows(self) -> list[tuple[int, int, int]]:
        return [
            (int(number), int(group), int(split))
            for number, group, split in self._db.rows(
                "SELECT id, group_id, split FROM twins JOIN samples USING (id)"
            )
        ]


def _numbered(values: list[Any]) -> NDArray[np.int64]:
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)
