"""The terminal face: the same work as the window, progress on standard error.

Results go to standard output, as JSON lines with `--json`. Exit status: 0 done,
1 the world said no, 2 a wrong call, 130 interrupted.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk import __version__
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result, event_to_json
from deepdesk.core.work import StopToken, Work, run

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.project.folder import Project

Arguments = argparse.Namespace


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 2
    try:
        status: int = arguments.command(arguments)
    except DeepDeskError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deepdesk", description="Train networks on your files.")
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, words, command, add in _VERBS:
        verb = verbs.add_parser(name, help=words, description=words)
        verb.add_argument("--json", action="store_true", help="results as JSON, one object a line")
        add(verb)
        verb.set_defaults(command=command)
    return parser


def _add_project(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("project", type=Path, help="the project folder")


def _add_new(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("--task", required=True, help="what to train, see 'deepdesk tasks'")
    verb.add_argument("--data", type=Path, nargs="+", required=True, help="folders, zips, tables")
    verb.add_argument("--no-verify", action="store_true", help="do not wait for the contents")


def _add_import(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("data", type=Path, nargs="+", help="folders, zips, tables or files")
    verb.add_argument("--no-verify", action="store_true", help="do not wait for the contents")


def _add_train(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("--preset", default="", help="quick, balanced or best")
    verb.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting")
    verb.add_argument("--epochs", help="how often every sample is seen")
    verb.add_argument("--seed", help="the same seed gives the same run")
    verb.add_argument("--device", help="auto, cpu, cuda, mps or xpu")
    verb.add_argument("--network", default="", help="one of the task's networks")
    verb.add_argument("--from", dest="continue_from", default="", metavar="RUN", help="a run")


def _add_resume(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("run", nargs="?", default="", help="the latest unfinished one by default")


def _add_evaluate(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("--run", default="", help="the latest by default")
    verb.add_argument("--split", default="test", choices=("train", "validation", "test"))
    verb.add_argument("--data", type=Path, help="labelled data that the network has never seen")


def _add_predict(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("paths", type=Path, nargs="+", help="files or folders")
    verb.add_argument("--run", default="", help="the latest by default")


def _add_sample(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--folder", type=Path, help="where; a temporary folder by default")


def _add_nothing(_verb: argparse.ArgumentParser) -> None:
    pass


# --- commands


def _new(arguments: Arguments) -> int:
    from deepdesk.project.folder import Project
    from deepdesk.tasks import task_of

    spec = task_of(arguments.task)
    for path in arguments.data:
        if not path.exists():
            raise DeepDeskError(f"There is nothing at {path}.", "Check the name.")
    with Project.create(
        arguments.project, name=arguments.project.stem, task=arguments.task
    ) as project:
        return _bring_in(project, spec, arguments)


def _import(arguments: Arguments) -> int:
    with _opened(arguments) as project:
        return _bring_in(project, _spec(project), arguments)


def _bring_in(project: Project, spec: TaskSpec, arguments: Arguments) -> int:
    from deepdesk.data.importing import import_work
    from deepdesk.data.verify import verify_work

    watch = _Watch()
    sources = [path.absolute() for path in arguments.data]
    watch.finish(import_work(project.path, sources, reader_of=spec.reader))
    if not arguments.no_verify:
        watch.finish(verify_work(project.path, spec.reader))
    _print_summary(project, arguments)
    return 0


def _print_summary(project: Project, arguments: Arguments) -> None:
    from deepdesk.project.index import Filter

    with project.index() as index:
        rejected = index.page(Filter(problem="bad"), 0, 1_000)
        summary = {
            "samples": index.count(),
            "classes": [row.name for row in index.classes()],
            "splits": index.split_counts(),
            "rejected": [{"file": str(s.path), "reason": s.reason} for s in rejected],
        }
    _say(arguments, summary, _summary_text(summary))


def _summary_text(summary: Mapping[str, Any]) -> str:
    splits = ", ".join(f"{name} {count:,}" for name, count in summary["splits"].items())
    lines = [f"{summary['samples']:,} samples, {len(summary['classes']):,} classes ({splits})"]
    lines += [f"left out: {row['file']}: {row['reason']}" for row in summary["rejected"]]
    return "\n".join(lines)


def _train(arguments: Arguments) -> int:
    with _opened(arguments) as project:
        spec = _spec(project)
        return _trained(arguments, _train_work(project, spec, arguments))


def _train_work(project: Project, spec: TaskSpec, arguments: Arguments) -> Work:
    from deepdesk.core.settings import parse, settings_of
    from deepdesk.engine.plan import split_settings
    from deepdesk.engine.request import RunRequest
    from deepdesk.engine.run import train_work
    from deepdesk.engine.settings import TrainingConfig

    texts = dict(_pair(text) for text in arguments.set)
    named = {key: getattr(arguments, key) for key in ("epochs", "seed", "device")}
    texts |= {key: value for key, value in named.items() if value is not None}
    training, task = split_settings(spec, texts)
    training_settings = {s.key: s for s in settings_of(TrainingConfig)}
    task_settings = {s.key: s for s in settings_of(spec.config)}
    request = RunRequest(
        dial=arguments.preset,
        training={key: parse(training_settings[key], text) for key, text in training.items()},
        task={key: parse(task_settings[key], text) for key, text in task.items()},
        architecture=arguments.network,
        continue_from=arguments.continue_from,
    )
    return train_work(project, spec, request)


def _resume(arguments: Arguments) -> int:
    from deepdesk.engine.run import resume_work

    with _opened(arguments) as project:
        name = arguments.run or _newest(project, ("interrupted", "stopped", "paused", "failed"))
        spec = _spec(project)
        return _trained(arguments, resume_work(project, spec, name))


def _trained(arguments: Arguments, work: Work) -> int:
    watch = _Watch(events=arguments.json)
    ended = watch.run(work)
    last = watch.run_ended
    if last is not None:
        summary = {
            "event": "ended",
            "run": last.run,
            "status": last.status,
            "metrics": dict(last.metrics),
            "seconds": round(last.seconds, 3),
        }
        _say(arguments, summary, f"{last.run} {last.status}: {_metrics_text(last.metrics)}")
    return watch.status_of(ended)


def _runs(arguments: Arguments) -> int:
    with _opened(arguments, read_only=True) as project:
        for info in project.runs.list():
            row = {f.name: getattr(info, f.name) for f in dataclasses.fields(info)}
            row["path"] = str(info.path)
            _say(arguments, row, f"{info.name:24} {info.status:12} {_metrics_text(info.metrics)}")
    return 0


def _evaluate(arguments: Arguments) -> int:
    from deepdesk.engine.evaluate import evaluate_data, evaluate_split

    with _opened(arguments, read_only=True) as project:
        spec = _spec(project)
        name = arguments.run or _newest(project)
        watch = _Watch()
        if arguments.data is not None:
            work = evaluate_data(project, spec, name, arguments.data.absolute())
        else:
            work = evaluate_split(project, spec, name, arguments.split)
        watch.finish(work)
        for report in watch.results:
            text = f"{report['samples']:,} samples: {_metrics_text(report['metrics'])}"
            _say(arguments, report, text)
    return 0


def _predict(arguments: Arguments) -> int:
    from deepdesk.engine.predict import predict_work

    with _opened(arguments, read_only=True) as project:
        name = arguments.run or _newest(project)
        watch = _Watch(on_result=lambda value: _print_prediction(value, arguments))
        watch.finish(predict_work(project, _spec(project), name, arguments.paths))
        return 1 if watch.results and all(value.error for value in watch.results) else 0


def _print_prediction(prediction: Any, arguments: Arguments) -> None:
    from deepdesk.core.payload_json import payload_text, payload_to_json

    if not prediction.is_final:
        return
    file = str(prediction.path)
    if prediction.error:
        _say(arguments, {"file": file, "error": prediction.error}, f"{file}: {prediction.error}")
        return
    row = {
        "file": file,
        "prediction": payload_to_json(prediction.answer),
        "ms": round(prediction.milliseconds, 2),
    }
    _say(arguments, row, f"{file}: {payload_text(prediction.answer)}")


def _tasks(arguments: Arguments) -> int:
    from deepdesk.tasks import all_tasks

    rows = [
        {
            "key": spec.key,
            "title": spec.title,
            "takes": spec.takes.__name__,
            "gives": spec.gives.__name__,
            "presets": list(spec.dials),
        }
        for spec in all_tasks().values()
    ]
    text = "\n".join(f"{row['key']:24} {row['title']}" for row in rows)
    _say(arguments, {"tasks": rows}, text)
    return 0


def _doctor(arguments: Arguments) -> int:
    from deepdesk.engine.doctor import report

    facts = report()
    _say(arguments, facts, "\n".join(f"{name}: {value}" for name, value in facts.items()))
    return 0


def _sample(arguments: Arguments) -> int:
    """Make the first sample project, train it, measure it and ask it once."""
    from deepdesk.sample_run import run_sample

    return run_sample(main, arguments.folder, is_json=arguments.json)


_VERBS: tuple[
    tuple[str, str, Callable[[Arguments], int], Callable[[argparse.ArgumentParser], None]], ...
] = (
    ("new", "Make a project folder and import data.", _new, _add_new),
    ("import", "Add data to a project.", _import, _add_import),
    ("train", "Train one run; Ctrl-C stops and keeps the best weights.", _train, _add_train),
    ("resume", "Continue a run that was stopped or killed.", _resume, _add_resume),
    ("runs", "List the runs of a project.", _runs, _add_project),
    ("evaluate", "Measure a run on a split or on new data.", _evaluate, _add_evaluate),
    ("predict", "Ask a run about files or folders.", _predict, _add_predict),
    ("tasks", "List what can be trained.", _tasks, _add_nothing),
    ("doctor", "Say what this machine can do.", _doctor, _add_nothing),
    ("sample", "Run the sample project from end to end.", _sample, _add_sample),
)


# --- what the commands share


class _Watch:
    """Runs work in this thread, shows its progress, turns Ctrl-C into a request to stop."""

    def __init__(
        self, *, events: bool = False, on_result: Callable[[Any], None] | None = None
    ) -> None:
        from deepdesk.cli_progress import ProgressLine

        self.results: list[Any] = []
        self.run_ended: Any = None
        self._events = events
        self._on_result = on_result
        self._line = ProgressLine(sys.stderr)

    def run(self, work: Work) -> Ended:
        """Run to the end and return the last event."""
        stop = StopToken()
        ended: list[Ended] = []

        def emit(event: Any) -> None:
            self._take(event, ended)

        before = signal.signal(signal.SIGINT, lambda _signal, _frame: stop.stop())
        try:
            run(work, emit, stop)
        finally:
            signal.signal(signal.SIGINT, before)
            self._line.close()
        return ended[0]

    def finish(self, work: Work) -> None:
        """Run to the end.

        Raises:
            DeepDeskError: The work failed.
            KeyboardInterrupt: It was stopped.
        """
        ended = self.run(work)
        if ended.error is not None:
            _print_report(ended)
            raise ended.error
        if ended.stopped:
            raise KeyboardInterrupt

    def status_of(self, ended: Ended) -> int:
        """Return the exit status; print what went wrong."""
        if ended.error is not None:
            _print_report(ended)
            print(ended.error, file=sys.stderr)
            return 1
        return 130 if ended.stopped else 0

    def _take(self, event: Any, ended: list[Ended]) -> None:
        if isinstance(event, Ended):
            ended.append(event)
            return
        if isinstance(event, Result):
            self.results.append(event.value)
            if self._on_result is not None:
                self._on_result(event.value)
            return
        shown = event_to_json(event)
        if shown["event"] == "run_ended":
            self.run_ended = event
        elif self._events:
            print(json.dumps(_plain(shown)), flush=True)
        self._line.show(event)


def _print_report(ended: Ended) -> None:
    if ended.report:
        print(ended.report, file=sys.stderr)


def _say(arguments: Arguments, row: Mapping[str, Any], text: str) -> None:
    print(json.dumps(_plain(row)) if arguments.json else text, flush=True)


def _plain(value: Any) -> Any:
    """Return `value` with only what JSON knows; numbers that are none become null."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _metrics_text(metrics: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in metrics.items())


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise DeepDeskError(f"{text!r} is no setting.", "Write it as KEY=VALUE.")
    return key.strip(), value


def _opened(arguments: Arguments, *, read_only: bool = False) -> Project:
    from deepdesk.project.folder import Project

    return Project.open(arguments.project, read_only=read_only)


def _spec(project: Project) -> TaskSpec:
    from deepdesk.tasks import task_of

    return task_of(project.file.task)


def _newest(project: Project, statuses: Sequence[str] = ()) -> str:
    for info in project.runs.list():
        if info.status in statuses or not statuses:
            return str(info.name)
    wanted = "unfinished run" if statuses else "run"
    raise DeepDeskError(f"This project has no {wanted}.", "Start one with 'deepdesk train'.")
