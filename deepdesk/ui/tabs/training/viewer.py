"""Which run is on the screen: the one under way, or an earlier one read from its log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, Signal

from deepdesk.core.events import Choices, Ended, Result
from deepdesk.core.work import Work
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.works import PastRun, past_run_work, runs_work

if TYPE_CHECKING:
    from deepdesk.project.runs import RunInfo


class Viewer(QObject):
    """Reads runs in the background and remembers what was read.

    Attributes:
        run: Folder name of the run in front, "" for none.
        behind: Folder names of the runs that are compared with it.
        live: Folder name of the run under way, "" for none.

    Signals:
        listed: tuple of `RunInfo`, newest first.
        shown: None, when another run, or more of it, can be shown.
    """

    listed = Signal(object)
    shown = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._past: dict[str, PastRun] = {}
        self._asked: set[str] = set()
        self.run = self.live = ""
        self.behind: tuple[str, ...] = ()

    def list_runs(self) -> None:
        """Read the list of runs again."""

        def take(event: Any) -> None:
            if isinstance(event, Result):
                infos: tuple[RunInfo, ...] = event.value
                self.listed.emit(infos)

        self.start(runs_work(self._desk.project), take)

    def forget(self, run: str) -> None:
        """Read a run anew when it is next wanted: it went on, or was edited."""
        self._past.pop(run, None)
        self._asked.discard(run)

    def choose(self, run: str) -> None:
        """Put a run in front."""
        self.run = run
        self.behind = tuple(name for name in self.behind if name != run)
        self.read_missing()
        self.shown.emit(None)

    def compare(self, runs: tuple[str, ...]) -> None:
        """Put runs behind the one in front."""
        self.behind = runs
        self.read_missing()
        self.shown.emit(None)

    def history(self) -> RunHistory | None:
        """Return the curves of the run in front, None until they are read."""
        past = self._past.get(self.run)
        return past.history if past else None

    def config(self) -> Mapping[str, Any]:
        """Return the settings of the run in front, {} until they are read."""
        past = self._past.get(self.run)
        return past.config if past else {}

    def choices(self) -> Choices | None:
        """Return what was chosen for the run in front, None until it is read."""
        past = self._past.get(self.run)
        return past.choices if past else None

    def histories_behind(self) -> dict[str, RunHistory]:
        """Return the curves of the compared runs that are read."""
        return {run: self._past[run].history for run in self.behind if run in self._past}

    def start(
        self,
        work: Work,
        take: Callable[[Any], None],
        ended: Callable[[Ended], None] | None = None,
    ) -> None:
        """Run work whose events count only while this tab is there."""

        def if_alive(call: Callable[[Any], None]) -> Callable[[Any], None]:
            return lambda event: call(event) if shiboken6.isValid(self) else None

        on_ended = None if ended is None else if_alive(ended)
        self._desk.start(work, "training", on_event=if_alive(take), on_ended=on_ended)

    def read_missing(self) -> None:
        """Read what is on the screen and not known."""
        for run in filter(None, (self.run, *self.behind)):
            if run not in self._asked:
                self._asked.add(run)
                self.start(past_run_work(self._desk.project, run), self._take)

    def _take(self, event: Any) -> None:
        if isinstance(event, Result):
            past: PastRun = event.value
            self._past[past.history.run] = past
            self.shown.emit(None)
