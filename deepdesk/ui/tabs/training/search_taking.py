"""Takes the settings of a trial over into the form of the next run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.searches import SearchFile
from deepdesk.ui.tabs.training.continuing import Beginning, Continuing, beginning_of
from deepdesk.ui.tabs.training.search_works import SearchView
from deepdesk.ui.undo import SwapCommand

if TYPE_CHECKING:
    from deepdesk.project.folder import Project
    from deepdesk.ui.tabs.training.tab import TrainingTab


class TakingOver:
    """Reads the settings of a trial's run and shows them."""

    def __init__(self, tab: TrainingTab, continuing: Continuing) -> None:
        self._tab = tab
        self._desk = tab.desk
        self._project = tab.desk.project
        self._continuing = continuing

    def use(self, view: SearchView | None, number: int) -> None:
        """Put the settings of a trial into the form."""
        trials = [t for t in view.trials if t.number == number] if view is not None else []
        if not trials or view is None:
            return
        search = view.search

        def take(event: Any) -> None:
            if isinstance(event, Result):
                self._use(search, number, event.value)

        self._tab.viewer.start(_config_work(self._project, trials[0].run), take, self._tell_error)

    def _use(self, search: SearchFile, number: int, config: Mapping[str, Any]) -> None:
        text = f"Took the settings of trial {number + 1} over; Start trains with them."
        panel = self._tab.setup
        before = panel.changed_settings()
        after = {
            "dial": config.get("dial", ""),
            "training_settings": config.get("training", {}),
            "task_settings": config.get("config", {}),
        }
        beginning = beginning_of(self._project.file)
        places = {one.where for one in search.space}
        wanted = beginning
        if "block" in places:
            network = str(config.get("architecture", ""))
            wanted = dataclasses.replace(beginning, architecture=network, graph=config.get("graph"))
        elif "network" in places:
            network = str(config.get("architecture", ""))
            wanted = Beginning(architecture=network, graph=None, start_from=beginning.start_from)
        self._desk.undo.beginMacro(text)
        self._desk.undo.push(SwapCommand(text, before, after, panel.take_values))
        if wanted != beginning:
            self._continuing.choose(text, wanted)
        self._desk.undo.endMacro()
        self._desk.say(text, undo=True)

    def _tell_error(self, ended: Ended) -> None:
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, "training")


def _config_work(project: Project, run: str) -> Work:
    def work(emit: EventSink, _stop: StopToken) -> None:
        emit(Result(value=project.runs.get(run).config()))

    return work
