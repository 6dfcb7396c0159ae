"""Exact before-images of what a person changed, small enough to keep by the hundred."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Of what one packed list of ids may unpack to: 10^8 ids. A few bytes could claim any size.
_MAX_BYTES = 800_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How things were before; `SampleIndex.undo` brings exactly that back.

    Attributes:
        what: What was done, for a menu: "3 samples to cats".
        count: Samples touched.
        classes: Class id to (name, position), or None if there was no such class.
        labels: (class id or None, packed ids) of samples whose class changed.
        splits: (split number, packed ids) of samples whose split changed.
        targets: (target as it is stored or None, packed ids) of samples whose target changed.
        origins: (number of the origin or None, packed ids) of samples whose origin changed.
        absent: Packed ids to take away again.
        present: Packed ids to bring back.
        made: Id of the class that was made, or None.
        merged: Class id to the one that its drawings go by, or None if they went by none.
    """

    what: str
    count: int = 0
    classes: dict[int, tuple[str, int] | None] = field(default_factory=dict)
    labels: tuple[tuple[int | None, str], ...] = ()
    splits: tuple[tuple[int, str], ...] = ()
    targets: tuple[tuple[str | None, str], ...] = ()
    origins: tuple[tuple[int | None, str], ...] = ()
    absent: str = ""
    present: str = ""
    made: int | None = None
    merged: dict[int, int | None] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready object."""
        return {
            "what": self.what,
            "count": self.count,
            "classes": [[i, *(was or (None, None))] for i, was in self.classes.items()],
            "labels": [list(group) for group in self.labels],
            "splits": [list(group) for group in self.splits],
            "targets": [list(group) for group in self.targets],
            "origins": [list(group) for group in self.origins],
            "absent": self.absent,
            "present": self.present,
            "made": self.made,
            "merged": [list(pair) for pair in self.merged.items()],
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Change:
        """Return the change that `to_json` gave."""
        return cls(
            what=values["what"],
            count=values["count"],
            classes={i: None if n is None else (n, p) for i, n, p in values["classes"]},
            labels=tuple((i, ids) for i, ids in values["labels"]),
            splits=tuple((i, ids) for i, ids in values["splits"]),
            targets=tuple((i, ids) for i, ids in values.get("targets", ())),
            origins=tuple((i, ids) for i, ids in values.get("origins", ())),
            absent=values["absent"],
            present=values["present"],
            made=values["made"],
            merged=dict(values.get("merged", ())),
        )


def pack(ids: NDArray[np.int64]) -> str:
    """Return sorted ids as text: their differences, deflated, in base 64."""
    if not len(ids):
        return ""
    steps = np.diff(ids, prepend=np.int64(0)).astype("<i8")
    return base64.b64encode(zlib.compress(steps.tobytes(), 1)).decode()


def unpack(text: str) -> NDArray[np.int64]:
    """Return the ids that `pack` was given, int64, (N,)."""
    if not text:
        return np.empty(0, dtype=np.int64)
    data = zlib.decompressobj().decompress(base64.b64decode(text), _MAX_BYTES)
    return np.cumsum(np.frombuffer(data, dtype="<i8"), dtype=np.int64)


def pack_groups(
    values: Iterable[Any], ids: Iterable[NDArray[np.int64]]
) -> tuple[tuple[Any, str], ...]:
    """Return (value, packed ids) for every group that is not empty."""
    pairs = zip(values, ids, strict=True)
    return tuple((value, pack(group)) for value, group in pairs if len(group))
