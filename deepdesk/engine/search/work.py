"""A search from question to best trial, as work that the window, the terminal and tests share.

Each trial is trained by the ordinary work of a run. Whatever ends the search, its runs are what it
is continued from: a trial that was cut short goes on first, then the next one is proposed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from deepdesk.core.errors import ConfigError, DeepDeskError, ProjectError, StorageError
from deepdesk.core.events import (
    EpochEnded,
    Result,
    RunStarted,
    Said,
    TrialEnded,
    TrialStarted,
)
from deepdesk.core.settings import from_json, to_json
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StoppedError, StopToken, Work
from deepdesk.engine.plan import chosen_graph, settled
from deepdesk.engine.request import RunRequest, request_from_json, request_to_json
from deepdesk.engine.search.space import Asked, trial_request
from deepdesk.engine.search.study import Proposal
from deepdesk.engine.separate import work_where_wanted
from deepdesk.engine.settings import TrainingConfig
from deepdesk.project.data_facts import facts_of
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunFolder
from deepdesk.project.searches import (
    SearchFile,
    Trial,
    best_of,
    mark_pruned,
    trial_from,
)

# What goes wrong this often in a row goes wrong always.
_MOST_FAILURES = 3
_ENDED = ("done", "pruned", "failed")


def search_work(project: Project, spec: TaskSpec, asked: Asked) -> Work:
    """Return work that begins a search; its result is the `SearchFile`, told before it begins."""

    def work(emit: EventSink, stop: StopToken) -> None:
        project.check_writable()
        search = new_search(project, spec, asked)
        emit(Result(value=search))
        _Search(project, spec, search).go_on(emit, stop)

    return work


def continue_search_work(project: Project, spec: TaskSpec, search_id: str) -> Work:
    """Return work that goes on with a search; its result is the `SearchFile`."""

    def work(emit: EventSink, stop: StopToken) -> None:
        project.check_writable()
        search = project.searches.get(search_id)
        emit(Result(value=search))
        _Search(project, spec, search).go_on(emit, stop)

    return work


def new_search(project: Project, spec: TaskSpec, asked: Asked) -> SearchFile:
    """Keep what a search was asked, with everything settled that its trials have in common.

    Raises:
        ConfigError: A setting is not legal, or nothing is varied.
        GraphError: A block that is varied is not there.
    """
    if not asked.space:
        raise ConfigError("space", "The search varies nothing.", "Choose a setting to vary.")
    dial, architecture, training, config = settled(spec, project.file, asked.base)
    with project.index() as index:
        facts = facts_of(index, spec, config)
    task = spec.load()(config, facts)
    graph = chosen_graph(task, asked.base, project.file, architecture)
    is_network_varied = any(one.where == "network" for one in asked.space)
    donor = "" if asked.base.is_fresh else asked.base.continue_from or project.file.start_from
    base = RunRequest(
        dial=dial,
        training=to_json(training),
        task=to_json(config),
        graph=None if is_network_varied else graph.to_json(),
        architecture=architecture if is_network_varied else "",
        continue_from=donor,
        is_fresh=not donor,
    )
    lowest = {one.name: one.choices[0] if one.choices else one.low for one in asked.space}
    whole = {one.name: int(one.low) for one in asked.space if one.kind == "int"}
    settled(spec, project.file, trial_request(base, asked.space, {**lowest, **whole}))
    metric = task.metrics()[0]
    return project.searches.new(
        base=request_to_json(base),
        space=asked.space,
        method=asked.method,
        trials=asked.trials,
        seconds=asked.seconds,
        seed=training.seed,
        metric=metric.name,
        is_higher_better=metric.higher_is_better,
    )


class _Search:
    """One time that a search is worked on, new or continued."""

    def __init__(self, project: Project, spec: TaskSpec, search: SearchFile) -> None:
        self.project = project
        self.spec = spec
        self.search = search
        self.base = request_from_json(search.base)
        self.epochs = from_json(TrainingConfig, dict(self.base.training)).epochs
        self._failures = 0
        # Trials that are at their end are read once.
        self._ended: dict[str, Trial] = {}

    def go_on(self, emit: EventSink, stop: StopToken) -> None:
        """Work through what is left of the search."""
        while True:
            stop.check()
            trials = self._trials()
            is_open = [trial for trial in trials if trial.state == "open"]
            if is_open:
                self._try(is_open[0].number, trials, is_open[0], emit, stop)
                continue
            number = 1 + max((trial.number for trial in trials), default=-1)
            spent_s = sum(trial.seconds for trial in trials)
            if number >= self.search.trials or 0 < self.search.seconds <= spent_s:
                break
            self._try(number, trials, None, emit, stop)
        emit(Said(text=self._outcome(trials)))

    def _try(
        self,
        number: int,
        trials: list[Trial],
        begun: Trial | None,
        emit: EventSink,
        stop: StopToken,
    ) -> None:
        """Train one trial to its end, new or begun."""
        proposal = Proposal(self.search, trials, number, self.epochs)
        if begun is None:
            params = dict(proposal.params())
        else:
            params = dict(begun.params)
            proposal.adopt(params)
            for epoch, value in begun.epochs:
                proposal.is_hopeless(epoch, value)
        emit(
            TrialStarted(
                search=self.search.id, number=number, trials=self.search.trials, params=params
            )
        )
        turn = _Turn(self, proposal, number, emit, stop)
        turn.run = begun.run if begun is not None else ""
        try:
            self._work_of(params, number, begun)(turn.tell, turn.stop)
            self._failures = 0
        except StoppedError:
            if stop.is_stopping:
                raise
            self._failures = 0
        except (StorageError, ProjectError):
            raise
        except DeepDeskError as error:
            self._fail(turn.run, params, number, error)
            emit(Said(text=f"Trial {number + 1} failed. {error}", level="warning"))
            self._failures += 1
            if self._failures >= _MOST_FAILURES:
                raise
        self._tell_end(number, emit)

    def _work_of(self, params: dict[str, Any], number: int, begun: Trial | None) -> Work:
        if begun is not None:
            return work_where_wanted(self.project, self.spec, begun.run)

        def work(emit: EventSink, stop: StopToken) -> None:
            request = trial_request(self.base, self.search.space, params)
            told = {"id": self.search.id, "number": number, "params": params}
            request = dataclasses.replace(request, search=told)
            work_where_wanted(self.project, self.spec, request)(emit, stop)

        return work

    def _fail(self, run: str, params: dict[str, Any], number: int, error: DeepDeskError) -> None:
        """Let a run tell that its trial failed; one that never began gets a folder for it."""
        names = [info.name for info in self.project.runs.list()]
        told = {"id": self.search.id, "number": number, "params": params}
        if run in names:
            folder = self.project.runs.get(run)
        else:
            folder = self._begun(number) or self.project.runs.new(self.base.dial, {"search": told})
        if folder.info().status != "failed":
            folder.update(status="failed", title=self.title(number), note=str(error)[:1_000])

    def _begun(self, number: int) -> RunFolder | None:
        """Return the folder of a trial that was made before anything was told of it."""
        for info in self.project.runs.list():
            folder = self.project.runs.get(info.name)
            trial = trial_from(folder, self.search)
            if trial is not None and trial.number == number:
                return folder
        return None

    def _tell_end(self, number: int, emit: EventSink) -> None:
        trial = next((t for t in self._trials() if t.number == number), None)
        if trial is not None:
            emit(
                TrialEnded(
                    search=self.search.id,
                    number=number,
                    run=trial.run,
                    state=trial.state,
                    value=trial.value,
                )
            )

    def _trials(self) -> list[Trial]:
        runs = self.project.runs
        found: list[Trial] = []
        for info in runs.list():
            trial = self._ended.get(info.name) or trial_from(runs.get(info.name), self.search)
            if trial is not None:
                found.append(trial)
                if trial.state in _ENDED:
                    self._ended[trial.run] = trial
        return sorted(found, key=lambda trial: trial.number)

    def title(self, number: int) -> str:
        """Return what the run of a trial is called."""
        return f"Search {int(self.search.id)}, trial {number + 1}"

    def _outcome(self, trials: list[Trial]) -> str:
        best = best_of(self.search, trials)
        head = f"Search {int(self.search.id)} is finished after {len(trials)} trials"
        if best is None or best.value is None:
            return f"{head}; none of them reached an answer."
        return f"{head}. Best was trial {best.number + 1}."


class _Turn:
    """Watches one trial: names its run, and lets go of it when it is hopeless."""

    def __init__(
        self, search: _Search, proposal: Proposal, number: int, emit: EventSink, stop: StopToken
    ) -> None:
        self.stop = _TrialStop(stop)
        self.run = ""
        self._search = search
        self._proposal = proposal
        self._number = number
        self._emit = emit
        self._epochs = search.epochs
        self._takes: dict[type[Any], Callable[[Any], None]] = {
            RunStarted: self._begin,
            EpochEnded: self._judge,
        }

    def tell(self, event: Any) -> None:
        """Take an event of the run in, and hand it on."""
        take = self._takes.get(type(event))
        if take is not None:
            take(event)
        self._emit(event)

    def _begin(self, event: RunStarted) -> None:
        self.run = event.run
        self._epochs = event.epochs
        folder = self._search.project.runs.get(event.run)
        if folder.info().title == event.run:
            folder.update(title=self._search.title(self._number))

    def _judge(self, event: EpochEnded) -> None:
        value = event.validation.get(self._search.search.metric)
        if value is None or event.epoch >= self._epochs:
            return
        if self._proposal.is_hopeless(event.epoch, float(value)):
            folder = self._search.project.runs.get(self.run)
            mark_pruned(folder, event.epoch)
            words = f"Let go after {event.epoch} of {self._epochs} epochs: others were ahead."
            if not folder.info().note:
                folder.update(note=words)
            self.stop.stop()


class _TrialStop(StopToken):
    """Stops one trial; a stop or a pause of the whole search reaches it as well."""

    def __init__(self, whole: StopToken) -> None:
        super().__init__()
        self._whole = whole

    @property
    def is_stopping(self) -> bool:
        return super().is_stopping or self._whole.is_stopping

    @property
    def is_paused(self) -> bool:
        return self._whole.is_paused

    def check(self) -> float:
        """Wait while the search is paused; raise if it, or this trial, is to stop."""
        waited_s = self._whole.check()
        super().check()
        return waited_s
