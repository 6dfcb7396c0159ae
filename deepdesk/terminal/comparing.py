"""The verbs that look at runs side by side and hand their curves to other programs."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from deepdesk.terminal.watch import Watch, say

Arguments = argparse.Namespace


def add_compare(verb: argparse.ArgumentParser) -> None:
    """Say what `compare` takes."""
    verb.add_argument("project", type=Path, help="the project folder")
    verb.add_argument("first", metavar="RUN", help="a run")
    verb.add_argument("second", metavar="RUN", help="another run")


def compare_command(arguments: Arguments) -> int:
    """Say what two runs did differently, and whether one is better beyond chance."""
    from deepdesk.engine.comparison.differences import differences_of
    from deepdesk.engine.comparison.facts import facts_of, siblings
    from deepdesk.engine.comparison.verdict import verdicts
    from deepdesk.project.folder import Project
    from deepdesk.tasks import task_of

    with Project.open(arguments.project, read_only=True) as project:
        first, second = (
            facts_of(project.runs.get(name)) for name in (arguments.first, arguments.second)
        )
        others = [facts_of(project.runs.get(info.name)) for info in project.runs.list()]
        lines = differences_of(first, second, task_of(project.file.task))
        groups = (siblings(first, others), siblings(second, others))
        said = verdicts(first, second, groups)
    names = (first.name, second.name)
    report = {
        "runs": names,
        "metrics": [dict(run.info.metrics) for run in (first, second)],
        "differences": [dataclasses.asdict(line) for line in lines],
        "verdicts": [
            {**dataclasses.asdict(verdict), "words": verdict.words(names)} for verdict in said
        ],
    }
    text = [f"{line.about}: {line.name}: {line.first} / {line.second}" for line in lines]
    text += [f"{verdict.words(names)}. {verdict.ground}" for verdict in said]
    say(arguments, report, "\n".join(text))
    return 0


def add_logs(verb: argparse.ArgumentParser) -> None:
    """Say what `logs` takes."""
    verb.add_argument("project", type=Path, help="the project folder")
    verb.add_argument("run", metavar="RUN", help="the run")
    verb.add_argument("--format", default="csv", choices=("csv", "tensorboard"), help="for whom")
    verb.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to")


def logs_command(arguments: Arguments) -> int:
    """Write the curves of a run for other programs."""
    from deepdesk.engine.run_logs import export_work
    from deepdesk.project.folder import Project

    with Project.open(arguments.project, read_only=True) as project:
        run = project.runs.get(arguments.run)
        watch = Watch()
        watch.finish(export_work(run, arguments.format, arguments.out.absolute()))
        for path in watch.results:
            say(arguments, {"file": str(path)}, str(path))
    return 0
