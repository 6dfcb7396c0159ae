"""Who or what samples come from, and the splits that each of these is in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepdesk.project.index.browsing import split_name
from deepdesk.project.index.classes import natural_key
from deepdesk.project.index.database import Database
from deepdesk.project.index.rows import OriginRow
from deepdesk.project.index.twins import Twins

# Below this many there is not one for each split.
FEWEST = 3
# Share of the samples of which it is known where they come from, and of those that are labelled
# and in a class that comes from `FEWEST` and more: below, keeping together does more harm.
_KNOWN, _SPREAD = 0.5, 0.9

_COUNTS = (
    "SELECT o.id, o.name, s.split, count(*) FROM sample_origins so"
    " JOIN samples s ON s.id = so.id JOIN origins o ON o.id = so.origin_id GROUP BY o.id, s.split"
)
_STUCK = (
    "SELECT count(*) FROM (SELECT 1 FROM sample_origins so JOIN samples s ON s.id = so.id"
    " WHERE s.fixed_split GROUP BY so.origin_id HAVING min(s.split) = 0 AND max(s.split) > 0)"
)
_BY_CLASS = (
    "SELECT s.class_id, count(*), count(DISTINCT so.origin_id) FROM samples s"
    " LEFT JOIN sample_origins so ON so.id = s.id WHERE s.class_id IS NOT NULL GROUP BY s.class_id"
)


class Origins(Twins):
    """The part of `SampleIndex` that knows who or what samples come from."""

    _counted: tuple[tuple[int, ...], tuple[OriginRow, ...]] = ((), ())

    def origins(self) -> tuple[OriginRow, ...]:
        """Return who or what samples come from, in natural order, with counts by split."""
        stamp = self._origin_stamp()
        if self._counted[0] != stamp:
            found: dict[int, tuple[str, dict[str, int]]] = {}
            for number, name, split, count in self._db.rows(_COUNTS):
                found.setdefault(number, (str(name), {}))[1][split_name(split)] = count
            rows = [OriginRow(id=i, name=name, **sums) for i, (name, sums) in found.items()]
            rows.sort(key=lambda row: (natural_key(row.name), row.name))
            self._counted = (stamp, tuple(rows))
        return self._counted[1]

    def origins_across_splits(self) -> int:
        """Return how many are in training and in another split as well."""
        return sum(row.is_across for row in self.origins())

    def origins_stuck(self) -> int:
        """Return how many of these the source itself put there, so that no draw parts them."""
        return int(self._db.value(_STUCK))

    def keeps_origins(self) -> bool:
        """Return whether a draw should keep origins together unless a person says otherwise.

        There have to be three at least; it has to be known of half the samples; and nine in ten
        labelled samples have to be of classes that come from three and more. So a class that only
        one speaker says is not lost to training.
        """
        rows = self.origins()
        if len(rows) < FEWEST or sum(row.count for row in rows) < _KNOWN * self._total():
            return False
        by_class = self._db.rows(_BY_CLASS)
        labelled = sum(count for _class, count, _origins in by_class)
        spread = sum(count for _class, count, origins in by_class if origins >= FEWEST)
        return bool(spread >= _SPREAD * labelled)

    def origins_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number of the origin of each of the sorted ids, -1 for none, int64, (N,)."""
        found = np.full(len(ids), -1, dtype=np.int64)
        if len(ids):
            known, origins = self._origin_pairs()
            at = np.searchsorted(ids, known)
            is_there = (at < len(ids)) & (ids[np.minimum(at, len(ids) - 1)] == known)
            found[at[is_there]] = origins[is_there]
        return found

    def _total(self) -> int:
        return int(self._db.value("SELECT count(*) FROM samples"))

    def _origin_stamp(self) -> tuple[int, ...]:
        db: Database = self._db
        return (db.counter("members"), db.counter("labels"))
