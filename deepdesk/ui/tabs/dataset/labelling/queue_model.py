"""The pictures in the order in which they are worked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from deepdesk.core.drawing import is_drawing
from deepdesk.project.index import Filter, Sample, SampleIndex
from deepdesk.ui.tabs.dataset.index_worker import IndexWorker
from deepdesk.ui.widgets.plain_tip import plain_tip

ORDERS = {"new": "Not labelled first", "unsure": "Least certain first", "all": "As they came"}
PAGE = 64
AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The pictures of a project: all of them, and those that nobody has labelled."""

    ids: tuple[int, ...] = ()
    unlabelled: frozenset[int] = frozenset()


def ask_waiting(index: SampleIndex, before: Waiting) -> Waiting:
    """Return which pictures there are.

    Where they are those of `before` its list is taken over, so that the window need not compare a
    million of them.
    """
    ids = tuple(index.ids(Filter()).tolist())
    new = index.ids(Filter(without_target=True)).tolist()
    return Waiting(ids=before.ids if ids == before.ids else ids, unlabelled=frozenset(new))


def in_order(waiting: Waiting, order: str, unsureness: Mapping[int, float]) -> list[int]:
    """Return the ids in one of `ORDERS`; what is unsure comes before what was not measured."""
    if order == "all":
        return list(waiting.ids)
    new = [number for number in waiting.ids if number in waiting.unlabelled]
    if order == "unsure":
        new.sort(key=lambda number: -unsureness.get(number, -1.0))
    return new + [number for number in waiting.ids if number not in waiting.unlabelled]


class QueueModel(QAbstractListModel):
    """Rows are pictures; names are read where they are in sight."""

    def __init__(self, worker: IndexWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._ids: list[int] = []
        self._rows: dict[int, int] = {}
        self._samples: dict[int, Sample] = {}
        self._asked: set[int] = set()
        self.waiting = Waiting()
        self.unsureness: dict[int, float] = {}

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        number = self._ids[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return number
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            sample = self._sample(number, index.row())
            if sample is None:
                return "…"
            is_shown = role == Qt.ItemDataRole.DisplayRole
            return sample.path.name if is_shown else plain_tip(str(sample.path))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            sample = self._sample(number, index.row())
            name = "" if sample is None else sample.path.name
            return f"{name}, {self.state_of(number)}"
        return None

    def state_of(self, number: int) -> str:
        """Return how a picture stands, in a word or two."""
        if number in self.waiting.unlabelled:
            unsure = self.unsureness.get(number)
            return "not labelled" if unsure is None else f"unsure {unsure:.2f}"
        sample = self._samples.get(number)
        if sample is None or not is_drawing(sample.target):
            return "labelled"
        target = sample.target
        count = len(target["shapes"])
        if count:
            return "1 shape" if count == 1 else f"{count:,} shapes"
        return "mask" if "mask" in target else "nothing on it"

    def is_new(self, number: int) -> bool:
        """Return whether nobody has labelled a picture."""
        return number in self.waiting.unlabelled

    def row_of(self, number: int) -> int:
        """Return the row of a picture, -1 for none."""
        return self._rows.get(number, -1)

    def id_at(self, row: int) -> int:
        """Return the picture of a row, -1 for none."""
        return self._ids[row] if 0 <= row < len(self._ids) else -1

    def first_new(self) -> int:
        """Return the first picture of the queue that nobody has labelled, -1 for none."""
        return next((number for number in self._ids if number in self.waiting.unlabelled), -1)

    def show(self, waiting: Waiting, ids: Sequence[int]) -> None:
        """Show the pictures in an order, as `in_order` returns it."""
        self.beginResetModel()
        self.waiting = waiting
        self._take(ids)
        self._samples.clear()
        self._asked.clear()
        self.endResetModel()

    def follow(self, waiting: Waiting) -> None:
        """Take in what changed, and leave the order as a person sees it."""
        before, self.waiting = self.waiting, waiting
        self._samples.clear()
        self._asked.clear()
        if waiting.ids is before.ids:
            self.refresh()
            return
        kept = set(waiting.ids)
        now = [number for number in self._ids if number in kept]
        new = [number for number in waiting.ids if number not in self._rows]
        self.beginResetModel()
        self._take(now + new)
        self.endResetModel()

    def refresh(self) -> None:
        """Draw all rows in sight anew."""
        if self._ids:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))

    def _take(self, ids: Sequence[int]) -> None:
        self._ids = list(ids)
        self._rows = {number: row for row, number in enumerate(self._ids)}

    def _sample(self, number: int, row: int) -> Sample | None:
        sample = self._samples.get(number)
        if sample is None and number not in self._asked:
            first = row - row % PAGE
            wanted = self._ids[first : first + PAGE]
            self._asked.update(wanted)
            self._worker.ask(lambda index: index.samples(wanted), self._keep)
        return sample

    def _keep(self, samples: Sequence[Sample]) -> None:
        for sample in samples:
            self._samples[sample.id] = sample
        self._asked.difference_update(sample.id for sample in samples)
        self.refresh()
