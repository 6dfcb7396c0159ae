"""The middle column's grid together with the index that fills it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPixmap

from deepdesk.project.index import Filter, Sample, SampleIndex
from deepdesk.ui.tabs.dataset.actions import Selected
from deepdesk.ui.tabs.dataset.grid import SampleGrid
from deepdesk.ui.tabs.dataset.index_worker import IndexWorker
from deepdesk.ui.tabs.dataset.menus import SPLIT_KEYS
from deepdesk.ui.tabs.dataset.pages import PAGE_ROWS, Pages
from deepdesk.ui.truth_words import WrittenTruth

# Up to this many, ids of selected samples are taken from the pages that are at hand.
FEW = 500
LONGEST_TIP = 600
_NO_KEYS = Qt.KeyboardModifier.NoModifier


class Browser(QObject):
    """Keeps a grid in step with a filter and with changes of the data.

    Args:
        worker: Answers questions to the index.
        pixmap_of: Returns the tile of a sample, or None for "not yet".
        parent: Qt parent.
        tip: What a sample says about itself under the pointer, `tip_of` unless given.

    Signals:
        counted: Number of samples that the filter leaves.
        looked_at: The current `Sample`, or None.
    """

    counted = Signal(object)
    looked_at = Signal(object)

    def __init__(
        self,
        worker: IndexWorker,
        pixmap_of: Callable[[Sample, int], QPixmap | None],
        parent: QObject | None = None,
        *,
        tip: Callable[[Sample], str] | None = None,
    ) -> None:
        super().__init__(parent)
        self._tip = tip or tip_of
        self.shown = Filter()
        self.pages = Pages(self._ask_page)
        self.grid = SampleGrid(self.pages, pixmap_of, self._tip)
        self.grid.setAccessibleName("Samples")
        self._worker = worker
        self._generation = 0
        self._near: range = range(0)
        self.grid.picked.changed.connect(lambda _rows: self._tell_current())

    @property
    def current(self) -> Sample | None:
        """The sample that the keyboard is on, None while it is not here."""
        return self.pages.sample(self.grid.picked.current)

    @property
    def selected(self) -> Selected:
        """What is selected, for an edit."""
        rows = self.grid.picked.rows
        known: tuple[int, ...] | None = None
        if len(rows) <= FEW:
            samples = [self.pages.sample(row) for row in rows]
            ids = tuple(sample.id for sample in samples if sample is not None)
            known = ids if len(ids) == len(samples) else None
        return Selected(shown=self.shown, rows=rows, known=known)

    def narrow(self, shown: Filter) -> None:
        """Show what another filter leaves, from its first sample on."""
        if shown == self.shown and self._generation:
            return
        self.shown = shown
        self._generation += 1
        self._worker.ask(lambda index: _beginning(index, shown), self._begin, lane="count")

    def refresh(self) -> None:
        """Take in that the data changed, staying where we are."""
        shown = self.shown
        if self._generation:
            self._worker.ask(lambda index: index.count(shown), self._go_on, lane="recount")
        else:
            self.narrow(shown)

    def _begin(self, found: tuple[int, list[Sample]]) -> None:
        count, first = found
        self.pages.reset(count)
        self.pages.put(0, first)
        self.grid.verticalScrollBar().setValue(0)
        self.grid.picked.reset(count)
        self.grid.picked.move(0, _NO_KEYS)
        self.grid.refresh()
        self.counted.emit(count)

    def _go_on(self, count: int) -> None:
        was_empty = self.pages.count == 0
        self.pages.expire(count)
        self.grid.picked.resize(count)
        if was_empty and count:
            self.grid.picked.move(0, _NO_KEYS)
        self.grid.refresh()
        self.counted.emit(count)

    def _ask_page(self, page: int) -> None:
        generation, shown = self._generation, self.shown
        self._near = self.grid.rows_in_sight()
        current = self.grid.picked.current // PAGE_ROWS

        def question(index: SampleIndex) -> list[Sample] | None:
            first = page * PAGE_ROWS
            # After a fast scroll most pages that were asked for are out of sight again.
            if page != current and not (
                first < self._near.stop + PAGE_ROWS and first + 2 * PAGE_ROWS > self._near.start
            ):
                return None
            return index.page(shown, first, PAGE_ROWS)

        self._worker.ask(question, lambda samples: self._put(generation, page, samples))

    def _put(self, generation: int, page: int, samples: list[Sample] | None) -> None:
        if generation != self._generation:
            return
        if samples is None:
            self.pages.forget(page)
            return
        self.pages.put(page, samples)
        self.grid.viewport().update()
        if self.grid.picked.current // PAGE_ROWS == page:
            self._tell_current()

    def _tell_current(self) -> None:
        sample = self.current
        if sample is not None or self.grid.picked.current < 0:
            words = "" if sample is None else self._tip(sample).replace("\n", ", ")
            self.grid.setAccessibleDescription(words)
            self.looked_at.emit(sample)


def _beginning(index: SampleIndex, shown: Filter) -> tuple[int, list[Sample]]:
    return index.count(shown), index.page(shown, 0, PAGE_ROWS)


def tip_of(sample: Sample) -> str:
    """Return what a sample says about itself under the pointer."""
    keys = ", ".join(f"{key} {split}" for split, key in SPLIT_KEYS.items())
    lines = [
        sample.path.name,
        f"{sample.label or 'no class'} · {sample.split}",
        sample.reason or sample.twin or sample.note,
        f"1 to 9 relabel · {keys} · Del remove",
    ]
    return "\n".join(line for line in lines if line)


def written_tip_of(truth: WrittenTruth, sample: Sample) -> str:
    """Return what a sample whose truth is written says about itself under the pointer."""
    keys = ", ".join(f"{key} {split}" for split, key in SPLIT_KEYS.items())
    text = truth.words_of(sample.target)
    lines = [
        sample.path.name,
        text if len(text) <= LONGEST_TIP else f"{text[: LONGEST_TIP - 1]}…",
        " · ".join(part for part in (sample.origin, sample.split) if part),
        sample.reason or sample.twin or sample.note,
        f"{keys} · Del remove",
    ]
    return "\n".join(line for line in lines if line)
