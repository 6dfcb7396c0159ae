"""What the page of searches reads in the background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deepdesk.core.events import Result
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.data_facts import facts_of
from deepdesk.project.searches import SearchFile, Trial, best_of, trials_of

if TYPE_CHECKING:
    from deepdesk.engine.request import RunRequest
    from deepdesk.engine.search.space import Asked
    from deepdesk.project.folder import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """A search with its trials, as they are on the disk.

    Attributes:
        names: Of all searches of the project, oldest first.
    """

    search: SearchFile
    trials: tuple[Trial, ...]
    best: Trial | None
    names: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left to do."""
        asked = self.search
        spent_s = sum(trial.seconds for trial in self.trials)
        is_spent = 0 < asked.seconds <= spent_s
        last = max((trial.number for trial in self.trials), default=-1)
        has_open = any(trial.state == "open" for trial in self.trials)
        return not has_open and (is_spent or last + 1 >= asked.trials)


def search_view_work(project: Project, search_id: str = "") -> Work:
    """Return work that reads a search, the newest by default; its result is a `SearchView` or None.

    Raises:
        ProjectError: Its file is damaged.
    """

    def work(emit: EventSink, _stop: StopToken) -> None:
        searches = project.searches
        names = searches.names()
        if not names:
            emit(Result(value=None))
            return
        search = searches.get(search_id if search_id in names else names[-1])
        trials = tuple(trials_of(project.runs, search))
        best = best_of(search, list(trials))
        emit(Result(value=SearchView(search=search, trials=trials, best=best, names=names)))

    return work


def offers_work(project: Project, spec: TaskSpec, request: RunRequest) -> Work:
    """Return work that lists what can be varied; its result is a tuple of `Offer`. Loads torch."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        from deepdesk.engine.plan import chosen_graph, settled
        from deepdesk.engine.search.space import offers

        file = project.file
        _dial, architecture, training, config = settled(spec, file, request)
        with project.index() as index:
            facts = facts_of(index, spec, config)
        task = spec.load()(config, facts)
        graph = chosen_graph(task, request, file, architecture)
        found = offers(training, config, networks=tuple(task.architectures()), graph=graph)
        emit(Result(value=tuple(found)))

    return work


def searching_of(project: Project, spec: TaskSpec, asked: Asked | str) -> Work:
    """Return the work of a new search, or of going on with the one of that name."""

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.engine.search.work import continue_search_work, search_work

        if isinstance(asked, str):
            continue_search_work(project, spec, asked)(emit, stop)
        else:
            search_work(project, spec, asked)(emit, stop)

    return work
