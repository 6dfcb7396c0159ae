"""The verb that searches for good settings."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.terminal.commands import request_of
from deepdesk.terminal.splitting import warn_of_origins
from deepdesk.terminal.watch import Watch, say

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.project.folder import Project
    from deepdesk.project.searches import SearchFile, Trial

Arguments = argparse.Namespace


def add_search(verb: argparse.ArgumentParser) -> None:
    """Take what a search is told on the command line, beside what a run is told."""
    verb.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="KEY[=RANGE]",
        help="a setting, with its range as 0.01..0.5 or its values as 32,64,128; 'network'; or"
        " a block's setting as block.setting",
    )
    verb.add_argument("--trials", type=int, default=20, help="how many at most")
    verb.add_argument(
        "--method", default="bayesian", choices=("random", "bayesian", "halving"), help="how"
    )
    verb.add_argument("--hours", type=float, default=0.0, help="of training at most; 0: no bound")
    verb.add_argument("--go-on", metavar="ID", default="", help="continue an earlier search")


def search_command(arguments: Arguments) -> int:
    """Search for good settings, or go on with a search."""
    from deepdesk.project.folder import Project
    from deepdesk.tasks import task_of

    with Project.open(arguments.project) as project:
        return _searched(project, task_of(project.file.task), arguments)


def _searched(project: Project, spec: TaskSpec, arguments: Arguments) -> int:
    from deepdesk.engine.search.work import continue_search_work, search_work
    from deepdesk.project.searches import trials_of

    if arguments.go_on:
        work = continue_search_work(project, spec, arguments.go_on)
    else:
        work = search_work(project, spec, _asked(project, spec, arguments))
    warn_of_origins(project, spec)
    watch = Watch(events=arguments.json)
    ended = watch.run(work)
    for search in watch.results:
        _print_trials(search, trials_of(project.runs, search), arguments)
        if ended.stopped:
            said = f"Stopped. Go on with: deepdesk search {project.path} --go-on {search.id}"
            say(arguments, {"event": "stopped", "search": search.id}, said)
    return watch.status_of(ended)


def _asked(project: Project, spec: TaskSpec, arguments: Arguments) -> Any:
    from deepdesk.engine.plan import chosen_graph, settled
    from deepdesk.engine.search.space import Asked, dimension_from, offers
    from deepdesk.project.data_facts import facts_of

    if not arguments.vary:
        raise DeepDeskError("Nothing is varied.", "Say what, as --vary learning_rate=0.01..0.5.")
    if arguments.trials < 1:
        raise DeepDeskError("A search needs at least one trial.", "Give --trials 20.")
    base = request_of(spec, arguments)
    _dial, architecture, training, config = settled(spec, project.file, base)
    with project.index() as index:
        facts = facts_of(index, spec, config)
    task = spec.load()(config, facts)
    found = offers(
        training,
        config,
        networks=tuple(task.architectures()),
        graph=chosen_graph(task, base, project.file, architecture),
    )
    return Asked(
        base=base,
        space=tuple(dimension_from(text, found) for text in arguments.vary),
        method=arguments.method,
        trials=arguments.trials,
        seconds=max(0.0, arguments.hours) * 3600,
    )


def _print_trials(search: SearchFile, trials: list[Trial], arguments: Arguments) -> None:
    from deepdesk.project.searches import best_of

    best = best_of(search, trials)
    for trial in trials:
        row = {
            "event": "trial",
            "search": search.id,
            "number": trial.number,
            "run": trial.run,
            "state": trial.state,
            "params": dict(trial.params),
            search.metric: trial.value,
            "is_best": trial is best,
        }
        values = "  ".join(f"{name} {_figure(value)}" for name, value in trial.params.items())
        reached = "" if trial.value is None else f"{trial.value:.4f}"
        mark = "  best" if trial is best else ""
        say(arguments, row, f"{trial.run:14} {trial.state:7} {reached:8} {values}{mark}")


def _figure(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
