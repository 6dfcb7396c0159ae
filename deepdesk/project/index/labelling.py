"""What people change: classes, labels, splits, removals; each with its exact before-image."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import ConfigError, ProjectError
from deepdesk.project.index import schema
from deepdesk.project.index.adding import insert_class, origin_number
from deepdesk.project.index.changes import Change, pack, pack_groups, unpack
from deepdesk.project.index.classes import legal_name, tidy_name
from deepdesk.project.index.patching import Patching, unique_names
from deepdesk.project.index.stored_drawings import holds_drawing, with_numbers
from deepdesk.project.index.stored_targets import stored

_KEPT_CHANGES = 200
_LONGEST_TARGET = 1_000_000
_ORIGIN = "sample_origins.origin_id"
Ids = NDArray[np.int64] | list[int]


class Labelling(Patching):
    """The part of `SampleIndex` that people change by hand."""

    def add_class(self, name: str) -> Change:
        """Add a class behind all others; its id is `Change.made`.

        Raises:
            ConfigError: The name is not legal or taken.
        """
        name = legal_name(name)
        with self._db.writing(), unique_names(name):
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
        with self._db.writing(), unique_names(name):
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

    def set_target(self, ids: Ids, target: Any) -> Change:
        """Give samples a target, such as the text that is said in them, or with None no target.

        Raises:
            ConfigError: It is no target that can be kept.
        """
        with self._db.writing():
            made: dict[int, tuple[str, int] | None] = {}
            if holds_drawing(target):
                target = with_numbers(target, lambda name: self._named_class(name, made))
            text = None if target is None else _stored(target)
            before, count = self._retell([(text, np.asarray(ids, dtype=np.int64))])
            what = f"{count} without a truth" if target is None else f"{count} with another truth"
            return self._done(Change(what=what, count=count, targets=before, classes=made))

    def set_origin(self, ids: Ids, name: str | None) -> Change:
        """Say who or what samples come from; None or "" for nobody knows."""
        tidy = tidy_name(name or "")
        with self._db.writing():
            number = origin_number(self._db, tidy) if tidy else None
            before, count = self._beside(_ORIGIN, [(number, np.asarray(ids, dtype=np.int64))])
            what = f"{count} from {tidy or 'nobody known'}"
            return self._done(Change(what=what, count=count, origins=before))

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
            merged = self._restore_merged(change.merged)
            self._restore_classes(change.classes)
            self._unlabel_strays(present)
            gone = [i for i, was in change.classes.items() if was is None]
            labels, labelled = self._relabel(
                [(class_id, unpack(ids)) for class_id, ids in change.labels], gone
            )
            self._delete_classes(gone)
            splits, moved = self._resplit([(split, unpack(ids)) for split, ids in change.splits])
            targets, told = self._retell([(t, unpack(ids)) for t, ids in change.targets])
            origins, come = self._beside(_ORIGIN, [(o, unpack(ids)) for o, ids in change.origins])
            redo = Change(
                what=change.what,
                count=max(labelled, moved, told, come, len(absent), len(present)),
                classes=classes,
                labels=labels,
                splits=splits,
                targets=targets,
                origins=origins,
                absent=pack(present),
                present=pack(absent),
                made=change.made,
                merged=merged,
            )
            return self._done(redo, members=bool(len(absent) or len(present)))

    def forget_removed(self) -> None:
        """Drop what is kept of removed samples; they can no longer be brought back."""
        with self._db.writing():
            for table in ("facts", "targets", "twins", "sample_origins", "drawings", "drawn"):
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

    def _empty_classes(self, sources: list[int], into: int | None, what: str) -> Change:
        names = {number: self._class(number) for number in sources}
        groups = [self._of_class(number) for number in sources]
        for number in sources:
            self._db.run("UPDATE samples SET class_id = ? WHERE class_id = ?", (into, number))
        self._delete_classes(sources)
        labels = pack_groups(sources, groups)
        count = sum(map(len, groups))
        merged = {} if into is None else self._restore_merged(dict.fromkeys(sources, into))
        change = Change(what=what, count=count, classes=dict(names), labels=labels, merged=merged)
        return self._done(change)

    def _named_class(self, name: str, made: dict[int, tuple[str, int] | None]) -> int:
        """Return the number of the class with a name, which is added to `made` if it is new."""
        number = self._db.value("SELECT id FROM classes WHERE name = ?", (name,))
        if number is None:
            number = self._db.counter("next_class")
            insert_class(self._db, number, name)
            self._db.count_up("next_class")
            made[number] = None
        return int(number)


def _stored(target: Any) -> str:
    try:
        text = stored(target)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError("target", "This truth cannot be kept.", "Type it again.") from error
    if len(text) > _LONGEST_TARGET:
        raise ConfigError(
            "target", f"The text has {len(text):,} characters.", f"At most {_LONGEST_TARGET:,} fit."
        )
    return text
