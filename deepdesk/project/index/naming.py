"""Class lists that do not fit each other: a table of old names and new ones, in one step."""

from __future__ import annotations

from collections.abc import Mapping

from deepdesk.project.index.changes import Change, pack_groups
from deepdesk.project.index.classes import legal_name
from deepdesk.project.index.labelling import Labelling


class Naming(Labelling):
    """The part of `SampleIndex` that maps class names to others."""

    def map_classes(self, names: Mapping[int, str | None]) -> Change:
        """Give classes other names, together; what two of them then have is one class.

        A class of such a name that is there already takes the others in. None leaves a class out:
        it is deleted, its samples belong to no class, and what was drawn of it is no longer there.

        Args:
            names: Class id to its new name.

        Raises:
            ConfigError: A name is not legal.
        """
        wanted = {i: None if name is None else legal_name(name) for i, name in names.items()}
        with self._db.writing():
            before = {i: self._class(i) for i in wanted}
            moves = self._moves(wanted)
            gone = [i for i, into in moves.items() if into != i]
            groups = [self._of_class(i) for i in gone]
            for number in gone:
                values = (moves[number], number)
                self._db.run("UPDATE samples SET class_id = ? WHERE class_id = ?", values)
            self._delete_classes(gone)
            kept = {i: wanted[i] for i, into in moves.items() if into == i}
            self._restore_classes({i: (name or "", before[i][1]) for i, name in kept.items()})
            merged = self._restore_merged({i: into for i, into in moves.items() if into != i})
            return self._done(
                Change(
                    what=_words(before, wanted),
                    count=sum(map(len, groups)),
                    classes=dict(before),
                    labels=pack_groups(gone, groups),
                    merged=merged,
                )
            )

    def _moves(self, wanted: Mapping[int, str | None]) -> dict[int, int | None]:
        """Return for each class the one that it goes into: itself, another one, or None."""
        holders: dict[str, int] = {
            str(name): int(number)
            for number, name in self._db.rows("SELECT id, name FROM classes")
            if number not in wanted
        }
        # A class that keeps its name takes the others in, wherever it is in the list.
        for number, name in wanted.items():
            if name is not None and name == self._class(number)[0]:
                holders[name] = number
        return {
            number: None if name is None else holders.setdefault(name, number)
            for number, name in wanted.items()
        }


def _words(before: Mapping[int, tuple[str, int]], wanted: Mapping[int, str | None]) -> str:
    changed = [i for i, name in wanted.items() if name != before[i][0]]
    if not changed:
        return "no class changed"
    first = changed[0]
    new = wanted[first]
    told = f"{before[first][0]} left out" if new is None else f"{before[first][0]} is now {new}"
    return told if len(changed) == 1 else f"{told}, and {len(changed) - 1} more"
