"""What keys, menus and drops do to samples and classes; every step can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.project.index import Change, Filter, SampleIndex
from deepdesk.ui.tabs.dataset.class_model import ClassLine
from deepdesk.ui.tabs.dataset.edits import Edits
from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.tabs.dataset.selection import RowRanges
from deepdesk.ui.tabs.dataset.split_panel import Draw

LONGEST_TOLD = 60
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """The samples that a person picked, told without listing them.

    Attributes:
        rows: Of the list that `shown` filters.
        known: Ids of the rows when all are at hand, else None: the index then tells them.
    """

    shown: Filter
    rows: RowRanges
    known: tuple[int, ...] | None = None

    def ids(self, index: SampleIndex) -> Ids:
        """Return the ids of the selected samples, int64, (N,)."""
        if self.known is not None:
            return np.asarray(self.known, dtype=np.int64)
        return self.rows.pick(index.ids(self.shown))


class Actions:
    """Turns wishes into edits with a sentence each.

    Args:
        edits: Makes them.
        noun: One sample and several, in words.
        overview: Returns the counts that are shown now.
        has_classes: Whether a sample belongs to one class.
    """

    def __init__(
        self,
        edits: Edits,
        noun: tuple[str, str],
        overview: Callable[[], Overview],
        *,
        has_classes: bool = True,
    ) -> None:
        self.has_classes = has_classes
        self._edits = edits
        self._noun = noun
        self._overview = overview

    def _some(self, count: int) -> str:
        return f"{count:,} {self._noun[count != 1]}"

    def relabel(self, selected: Selected, class_id: int | None) -> None:
        """Give samples a class, or take it from them."""
        name = self._overview().name_of(class_id)
        where = f"to “{name}”" if class_id is not None else "out of their class"
        text = f"Moved {self._some(len(selected.rows))} {where}"
        self._make(text, selected, lambda index, ids: index.set_class(ids, class_id))

    def resplit(self, selected: Selected, split: str) -> None:
        """Move samples to a split."""
        text = f"Moved {self._some(len(selected.rows))} to {split}"
        self._make(text, selected, lambda index, ids: index.set_split(ids, split))

    def remove(self, selected: Selected) -> None:
        """Take samples out of the project; their files stay."""
        text = f"Removed {self._some(len(selected.rows))} from the project; the files stay"
        self._make(text, selected, lambda index, ids: index.remove(ids))

    def tell_target(self, sample_id: int, target: Any, text: str, one: str) -> None:
        """Give a sample the truth that is right for it, or with None take it away.

        Args:
            target: JSON-ready.
            text: The same as it is written.
            one: Word for it, for instance "transcript".
        """
        said = f"Took the {one} away"
        if target is not None:
            short = text if len(text) <= LONGEST_TOLD else f"{text[: LONGEST_TOLD - 1]}…"
            said = f"Wrote the {one} “{' '.join(short.split())}”"
        self._edits.make(said, lambda index: [index.set_target([sample_id], target)])

    def set_origin(self, selected: Selected, name: str) -> None:
        """Say who or what samples come from, "" for nobody known."""
        text = f"{self._some(len(selected.rows))} {_from(name)}"
        self._make(text, selected, lambda index, ids: index.set_origin(ids, name))

    def rename_origin(self, old: str, name: str) -> None:
        """Give all samples of one origin another name; of a name that is there, both are one."""
        text = f"Renamed “{old}” to “{name}”"
        self._edits.make(
            text, lambda index: [index.set_origin(index.ids(Filter(origin=old)), name)]
        )

    def add_class(self, name: str) -> None:
        """Add an empty class."""
        self._edits.make(f"Added “{name}”", lambda index: [index.add_class(name)])

    def rename_class(self, class_id: int, name: str) -> None:
        """Rename a class."""
        old = self._overview().name_of(class_id)
        text = f"Renamed “{old}” to “{name}”"
        self._edits.make(text, lambda index: [index.rename_class(class_id, name)])

    def merge_classes(self, from_ids: Sequence[int], into_id: int) -> None:
        """Move everything of some classes into another and take the empty ones away."""
        overview = self._overview()
        names = ", ".join(f"“{overview.name_of(class_id)}”" for class_id in from_ids)
        text = f"Merged {names} into “{overview.name_of(into_id)}”"
        self._edits.make(text, lambda index: [index.merge_classes(list(from_ids), into_id)])

    def delete_classes(self, lines: Sequence[ClassLine]) -> None:
        """Delete classes; their samples stay, without a class or what was drawn of it."""
        gone = [line for line in lines if line.id is not None]
        if not gone:
            return
        count = sum(line.count for line in gone)
        names = ", ".join(f"“{line.name}”" for line in gone)
        if self.has_classes:
            left = f"; {self._some(count)} without a class now" if count else ""
        else:
            left = " and what was drawn of it" if count else ""
        ids = [line.id for line in gone if line.id is not None]
        self._edits.make(
            f"Deleted {names}{left}",
            lambda index: [index.delete_class(class_id) for class_id in ids],
        )

    def map_classes(self, names: Mapping[int, str | None]) -> None:
        """Give classes other names together; what then has the same name is one class."""
        many = "1 class" if len(names) == 1 else f"{len(names):,} classes"
        self._edits.make(f"Mapped {many}", lambda index: [index.map_classes(names)])

    def draw_splits(self, draw: Draw) -> None:
        """Draw the split anew."""
        shares = " : ".join(str(share) for share in draw.shares)
        kept = f", {draw.kept} kept together" if draw.kept else ""
        how = "in the order of import" if draw.in_order else f"with seed {draw.seed}{kept}"
        text = f"Split {shares} {how}"

        def step(index: SampleIndex) -> list[Change]:
            keeps = bool(draw.kept)
            change = index.draw_splits(
                draw.fractions, draw.seed, keep_origins=keeps, in_order=draw.in_order
            )
            return [change]

        self._edits.make(text, step)

    def resplit_origin(self, name: str, split: str) -> None:
        """Move everything that comes from one speaker, for instance, to a split."""

        def step(index: SampleIndex) -> list[Change]:
            return [index.set_split(index.ids(Filter(origin=name)), split)]

        who = f"all of “{name}”" if name else "all that come from nobody known"
        self._edits.make(f"Moved {who} to {split}", step)

    def fix_twins(self) -> None:
        """Move twins that lie across splits to one side."""
        text = "Moved near twins to one side; training wins"
        self._edits.make(text, lambda index: [index.fix_twins_across_splits()])

    def _make(
        self, text: str, selected: Selected, change: Callable[[SampleIndex, Ids], Change]
    ) -> None:
        if selected.rows.ranges:
            self._edits.make(text, lambda index: [change(index, selected.ids(index))])


def _from(name: str) -> str:
    return f"from “{name}” now" if name else "from nobody known now"
