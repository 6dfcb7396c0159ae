"""The queue of the page: which pictures wait, in which order, and how unsure the network is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from deepdesk.core.events import Progress
from deepdesk.ui.tabs.dataset.index_worker import IndexWorker
from deepdesk.ui.tabs.dataset.labelling.proposing import Picture, Proposed
from deepdesk.ui.tabs.dataset.labelling.queue_model import Waiting, ask_waiting, in_order

if TYPE_CHECKING:
    from deepdesk.project.index import Sample
    from deepdesk.ui.tabs.dataset.labelling.page import LabellingPage

NO_NETWORK = "There is no trained network yet. Label some pictures, then train."
LATER_MS = 250


class Queueing(QObject):
    """Keeps the queue right while pictures are labelled and measured."""

    def __init__(self, page: LabellingPage, worker: IndexWorker) -> None:
        super().__init__(page)
        self._page, self._worker = page, worker
        self._order = "new"
        self._run = ""
        self._is_shown = False
        self._is_measuring = False
        # The picture that was worked on when the queue was put in another order.
        self._sorted_at = -1
        panel = page.queue
        panel.chosen.connect(self._choose)
        panel.order_chosen.connect(self._choose_order)
        panel.measure_asked.connect(lambda _none: self._toggle())
        page.proposer.networks_found.connect(lambda found: self._offer(bool(found)))
        page.proposer.measured.connect(self._take)
        page.proposer.proposed.connect(self._take)
        page.proposer.progressed.connect(self._show_progress)
        page.table.saved.connect(lambda _number: self.refresh())
        # Rows are drawn anew a few times a second, however fast a network answers.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER_MS)
        self._later.timeout.connect(panel.model.refresh)
        self._offer(False)

    def refresh(self) -> None:
        """Ask which pictures wait."""
        before = self._page.queue.model.waiting
        self._worker.ask(
            lambda index: ask_waiting(index, before), self._show, lane="labelling-queue"
        )

    def begin(self) -> None:
        """Put the queue in order anew, as when the page is opened."""
        self._is_shown = False
        self.refresh()

    def row_after(self, row: int) -> int:
        """Return the row that comes after one: the first, if the order has changed meanwhile."""
        is_new_order = row > 0 and self._page.queue.model.id_at(row) == self._sorted_at
        self._sorted_at = -1
        return 0 if is_new_order else row + 1

    def _choose(self, number: int) -> None:
        self._page.open(number)
        self._page.canvas.setFocus()

    def _show(self, waiting: Waiting) -> None:
        panel = self._page.queue
        if self._is_shown:
            panel.model.follow(waiting)
            self._settle(waiting)
            return
        self._is_shown = bool(waiting.ids)
        self._sort(waiting)

    def _sort(self, waiting: Waiting, *, begins: bool = False) -> None:
        """Put the queue in order, off the window's thread.

        Args:
            begins: Whether its first picture is the next one, whichever is worked on.
        """
        order, unsureness = self._order, dict(self._page.queue.model.unsureness)
        self._worker.ask(
            lambda _index: (waiting, in_order(waiting, order, unsureness)),
            partial(self._show_sorted, begins=begins),
            lane="labelling-order",
        )

    def _show_sorted(self, given: tuple[Waiting, list[int]], *, begins: bool) -> None:
        self._page.queue.model.show(*given)
        self._settle(given[0])
        self._sorted_at = self._page.current if begins else -1
        if begins:
            self._page.queue.list.scrollToTop()

    def _settle(self, waiting: Waiting) -> None:
        panel, page = self._page.queue, self._page
        panel.show_counts(waiting)
        if page.current < 0 and waiting.ids and page.isVisible():
            page.open(panel.model.id_at(0))
        panel.show_current(page.current)

    def _choose_order(self, order: str) -> None:
        self._order = order
        panel = self._page.queue
        self._sort(panel.model.waiting, begins=order != "all")
        if order == "unsure" and not self._is_measuring and self._unmeasured():
            self._toggle()

    def _toggle(self) -> None:
        page = self._page
        if self._is_measuring:
            self._is_measuring = False
            page.proposer.stop_measuring()
            return
        if page.proposer.network is None:
            return
        self._is_measuring = True
        waiting = page.queue.model.waiting
        new = self._unmeasured() or [one for one in waiting.ids if one in waiting.unlabelled]
        self._worker.ask(lambda index: index.samples(new), self._measure)

    def _unmeasured(self) -> list[int]:
        """Return what nobody has labelled and the network has not looked at."""
        network, model = self._page.proposer.network, self._page.queue.model
        self._forget_others("" if network is None else network.run)
        waiting, known = model.waiting, model.unsureness
        return [one for one in waiting.ids if one in waiting.unlabelled and one not in known]

    def _forget_others(self, run: str) -> None:
        """Forget how unsure another network was; numbers of two are not to be compared."""
        if run != self._run:
            self._run = run
            self._page.queue.model.unsureness.clear()

    def _measure(self, samples: list[Sample]) -> None:
        pictures = [Picture(id=sample.id, path=sample.path) for sample in samples]
        self._page.proposer.measure([one for one in pictures if one.path])

    def _take(self, proposed: Proposed) -> None:
        if proposed.unsure is not None:
            self._forget_others(proposed.run)
            self._page.queue.model.unsureness[proposed.id] = proposed.unsure
            if not self._later.isActive():
                self._later.start()

    def _show_progress(self, progress: Progress | None) -> None:
        panel = self._page.queue
        if progress is None and self._is_measuring:
            self._is_measuring = False
            if self._order == "unsure":
                self._sort(panel.model.waiting, begins=True)
        shown = progress if self._is_measuring else None
        panel.show_progress(shown)

    def _offer(self, has_network: bool) -> None:
        self._page.queue.offer_measuring("" if has_network else NO_NETWORK)
