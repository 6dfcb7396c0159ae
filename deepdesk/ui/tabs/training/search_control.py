"""Searches from the window: asks, starts, watches, and takes the best settings over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from deepdesk.core.errors import ConfigError
from deepdesk.core.events import Ended, EpochEnded, Result, RunStarted, TrialEnded, TrialStarted
from deepdesk.engine.search.space import Asked
from deepdesk.project.searches import SearchFile
from deepdesk.ui.tabs.training.continuing import Continuing
from deepdesk.ui.tabs.training.search_page import SearchPage
from deepdesk.ui.tabs.training.search_taking import TakingOver
from deepdesk.ui.tabs.training.search_works import (
    SearchView,
    offers_work,
    search_view_work,
    searching_of,
)

if TYPE_CHECKING:
    from deepdesk.ui.tabs.training.tab import TrainingTab

_TIP = "Train many runs that differ in a few settings, and find the best"
_READ_MS = 150
_STOPPED = "The search was stopped; nothing of it is lost. Go on with it on its page."


class SearchControl(QObject):
    """Keeps the page of searches true.

    Attributes:
        page: In the place of the curves while it is shown.
    """

    def __init__(self, tab: TrainingTab, continuing: Continuing) -> None:
        super().__init__(tab)
        self._tab = tab
        self._desk = tab.desk
        self._project = tab.desk.project
        self._taking = TakingOver(tab, continuing)
        self.page = SearchPage(tab.desk.spec)
        # The tab's from the beginning, so that it goes with the tab though nobody opened it.
        self.page.setParent(tab)
        self.page.hide()
        self._view: SearchView | None = None
        self._shown_id = self._live_run = ""
        self._live: dict[str, float] = {}
        self._is_searching = False
        self._later = QTimer(self, singleShot=True, interval=_READ_MS)
        self._later.timeout.connect(self.read)
        self.link = tab.setup.ways.add("Search settings", _TIP, self.open)
        self._takes: dict[type[Any], Callable[[Any], None]] = {
            Result: self._take_search,
            TrialStarted: self._begin_trial,
            RunStarted: self._begin_run,
            EpochEnded: self._take_epoch,
            TrialEnded: self._end_trial,
        }
        self._connect()

    def open(self) -> None:
        """Show the page: the search under way or unfinished, else the form."""
        self._tab.show_page(self.page)
        self.page.set_phase(self._desk.store.session.phase)
        self._ask_offers()
        self.read()

    def start(self) -> None:
        """Begin the search that the form asks for."""
        panel = self._tab.setup
        try:
            base, asked = panel.request(), self.page.form.value()
        except ConfigError as error:
            panel.show_error(error)
            self.page.form.check()
            return
        self._tab.control.save_now()
        wanted = Asked(
            base=base,
            space=asked.space,
            method=asked.method,
            trials=asked.trials,
            seconds=asked.hours * 3600,
        )
        self._train(wanted)

    def go_on(self) -> None:
        """Go on with the search that is shown."""
        if self._view is not None:
            self._train(self._view.search.id)

    def read(self, search_id: str = "") -> None:
        """Read the search that is shown, or another one."""
        wanted = search_id or self._shown_id

        def take(event: Any) -> None:
            if isinstance(event, Result) and event.value is not None:
                self._take_view(event.value)

        self._tab.viewer.start(search_view_work(self._project, wanted), take, self._tell_error)

    def _train(self, asked: Asked | str) -> None:
        work = searching_of(self._project, self._desk.spec, asked)
        if self._desk.training.train_many(work):
            self._is_searching = True
            self._live.clear()
            self._tab.front.clear()

    def _take_search(self, event: Result) -> None:
        if isinstance(event.value, SearchFile):
            self._shown_id = event.value.id
            self._is_searching = True

    def _begin_trial(self, event: TrialStarted) -> None:
        self._desk.say(f"Trial {event.number + 1} of {event.trials} of the search.")
        self._later.start()

    def _begin_run(self, event: RunStarted) -> None:
        self._live_run = event.run
        if self._is_searching:
            self._later.start()

    def _take_epoch(self, event: EpochEnded) -> None:
        if not self._is_searching or self._view is None:
            return
        value = event.validation.get(self._view.search.metric)
        if value is None:
            return
        best = max if self._view.search.is_higher_better else min
        self._live[self._live_run] = best(value, self._live.get(self._live_run, value))
        self._show()

    def _end_trial(self, event: TrialEnded) -> None:
        self._live.pop(event.run, None)
        self._later.start()

    def _hear_end(self, ended: Ended) -> None:
        if not self._is_searching or self._desk.store.session.project is not self._project:
            return
        self._is_searching = False
        self._live.clear()
        if ended.stopped:
            self._desk.say(_STOPPED)
        self._later.start()

    def _take_view(self, view: SearchView) -> None:
        is_first = self._view is None
        self._view, self._shown_id = view, view.search.id
        is_wanted = not self.page.is_asking or self._is_searching
        if is_wanted or (is_first and not view.is_over):
            self._show()
        else:
            self.page.offer_earlier(view)

    def _choose(self, search_id: str) -> None:
        self.page.leave_form()
        self.read(search_id)

    def _show(self) -> None:
        if self._view is not None:
            phase = self._desk.store.session.phase
            self.page.show_view(self._view, self._live, phase=phase)

    def _ask_offers(self) -> None:
        try:
            request = self._tab.setup.request()
        except ConfigError:
            return

        def take(event: Any) -> None:
            if isinstance(event, Result):
                self.page.form.show_offers(event.value)

        work = offers_work(self._project, self._desk.spec, request)
        self._tab.viewer.start(work, take, self._tell_error)

    def _tell_error(self, ended: Ended) -> None:
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, "training")

    def _hear(self, event: Any) -> None:
        take = self._takes.get(type(event))
        if take is not None:
            take(event)

    def _follow(self, session: Any) -> None:
        if session.project is self._project:
            self.page.set_phase(session.phase)

    def _connect(self) -> None:
        page = self.page
        page.left.connect(lambda _none: self._tab.show_run_page())
        page.use_asked.connect(lambda number: self._taking.use(self._view, number))
        page.go_on_asked.connect(lambda _none: self.go_on())
        page.search_chosen.connect(self._choose)
        page.form.start_asked.connect(lambda _none: self.start())
        self._desk.run_event.connect(self._hear)
        self._desk.training.ended.connect(self._hear_end)
        self._desk.store.changed.connect(self._follow)
