"""One function per verb of the terminal; each returns its exit status."""

from __future__ import annotations

import argparse
import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.learnt import learnt_from
from deepdesk.core.work import Work
from deepdesk.engine.separate import separate_work, wanted_of_request, workers_of
from deepdesk.terminal.answer_file import AnswerFile
from deepdesk.terminal.differences import worst_lines
from deepdesk.terminal.given import given_files, printable, shown_name
from deepdesk.terminal.mapping import mapped_reader, names_from, warn_of_unmet
from deepdesk.terminal.splitting import origin_warning, split_summary, warn_of_origins
from deepdesk.terminal.timelines import TimelineFile
from deepdesk.terminal.training import given_request, is_apart, trained_apart, workers_to_go_on
from deepdesk.terminal.watch import Watch, say

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.engine.request import RunRequest
    from deepdesk.project.folder import Project
    from deepdesk.project.index import Sample, SampleIndex

Arguments = argparse.Namespace


def new_command(arguments: Arguments) -> int:
    """Make a project folder and import data."""
    from deepdesk.project.folder import Project
    from deepdesk.tasks import task_of

    spec = task_of(arguments.task)
    _check_data(arguments)
    with Project.create(
        arguments.project, name=arguments.project.stem, task=arguments.task
    ) as project:
        try:
            return _bring_in(project, spec, arguments)
        except DeepDeskError:
            _take_back(project)
            raise


def _take_back(project: Project) -> None:
    """Remove a project made a moment ago that got nothing: the call can be repeated."""
    with project.index() as index:
        is_empty = index.count() == 0
    if is_empty:
        project.close()
        shutil.rmtree(project.path, ignore_errors=True)


def import_command(arguments: Arguments) -> int:
    """Add data to a project."""
    _check_data(arguments)
    with _opened(arguments) as project:
        project.check_writable()
        return _bring_in(project, _spec(project), arguments)


def _check_data(arguments: Arguments) -> None:
    names_from(arguments.map)
    for path in arguments.data:
        if not path.exists():
            raise DeepDeskError(f"There is nothing at {path}.", "Check the name.")


def _bring_in(project: Project, spec: TaskSpec, arguments: Arguments) -> int:
    from deepdesk.data.importing import import_work
    from deepdesk.data.verify import verify_work

    watch = Watch()
    sources = [path.absolute() for path in arguments.data]
    keeps = arguments.keep_together
    reader = mapped_reader(spec, arguments.map)
    watch.finish(import_work(project.path, sources, reader_of=lambda: reader, keep_origins=keeps))
    warn_of_unmet(reader, arguments.map)
    if not arguments.no_verify:
        watch.finish(verify_work(project.path, spec.reader))
    _print_summary(project, spec, arguments)
    return 0


def _print_summary(project: Project, spec: TaskSpec, arguments: Arguments) -> None:
    from deepdesk.project.index import Filter

    with project.index() as index:
        rejected = index.page(Filter(problem="bad"), 0, 1_000)
        summary = {
            "samples": index.count(),
            "classes": [row.name for row in index.classes()],
            **_truths(index, spec),
            **split_summary(index),
            "rejected": [_left_out(sample) for sample in rejected],
        }
        warning = origin_warning(index, spec)
    say(arguments, summary, "\n".join([_summary_text(summary), *warning]))


def _truths(index: SampleIndex, spec: TaskSpec) -> dict[str, int]:
    """Return how many samples have a text or numbers, where a task learns from those."""
    truth = learnt_from(spec.gives)
    counted = {"text": "texts", "numbers": "numbers", "drawing": "drawings"}.get(truth)
    return {counted: sum(index.usable_counts(truth).values())} if counted else {}


def _summary_text(summary: Mapping[str, Any]) -> str:
    splits = ", ".join(f"{name} {count:,}" for name, count in summary["splits"].items())
    what = f"{len(summary['classes']):,} classes"
    for key, words in (("texts", "with a text"), ("numbers", "with numbers")):
        what = f"{summary[key]:,} {words}" if key in summary else what
    if "drawings" in summary:
        what += f", {summary['drawings']:,} labelled"
    lines = [f"{summary['samples']:,} samples, {what} ({splits})"]
    for row in summary["rejected"]:
        why = " ".join(filter(None, (row["reason"], row["remedy"])))
        lines.append(f"left out: {printable(row['file'])}: {why}")
    return "\n".join(lines)


def _left_out(sample: Sample) -> dict[str, str]:
    """Return why a sample is not used; what there is to know of one is what helps."""
    return {"file": str(sample.path), "reason": sample.reason, "remedy": sample.detail}


def train_command(arguments: Arguments) -> int:
    """Train one run."""
    if is_apart(arguments):
        return trained_apart(arguments, partial(_asked, arguments))
    with _opened(arguments) as project:
        spec = _spec(project)
        request = request_of(spec, arguments)
        warn_of_origins(project, spec)
        workers = workers_of(wanted_of_request(spec, project.file, request))
        if workers == 1:
            return _trained(arguments, _train_work(project, spec, request))
        return _trained(arguments, separate_work(project.path, request, workers=workers))


def _asked(arguments: Arguments, _project: Project, spec: TaskSpec) -> RunRequest:
    return given_request(arguments) or request_of(spec, arguments)


def _train_work(project: Project, spec: TaskSpec, request: RunRequest) -> Work:
    from deepdesk.engine.run import train_work

    return train_work(project, spec, request)


def request_of(spec: TaskSpec, arguments: Arguments) -> RunRequest:
    """Return the request that a command line makes; what is not on it stays open.

    Raises:
        DeepDeskError: A setting is unknown or has no legal value.
    """
    from deepdesk.core.settings import parse, settings_of
    from deepdesk.engine.plan import split_settings
    from deepdesk.engine.request import RunRequest
    from deepdesk.engine.settings import TrainingConfig

    texts = dict(_pair(text) for text in arguments.set)
    named = {key: getattr(arguments, key) for key in ("epochs", "seed", "device", "workers")}
    texts |= {key: value for key, value in named.items() if value is not None}
    training, task = split_settings(spec, texts)
    training_settings = {s.key: s for s in settings_of(TrainingConfig)}
    task_settings = {s.key: s for s in settings_of(spec.config)}
    return RunRequest(
        dial=arguments.preset,
        training={key: parse(training_settings[key], text) for key, text in training.items()},
        task={key: parse(task_settings[key], text) for key, text in task.items()},
        architecture=arguments.network,
        continue_from=arguments.continue_from,
    )


def answering_of(spec: TaskSpec, arguments: Arguments) -> dict[str, Any]:
    """Return the settings of answers that a command line changes.

    Raises:
        ConfigError: One is unknown, about more than answers, or has no legal value.
    """
    from deepdesk.core.settings import parse, settings_of
    from deepdesk.engine.answering import checked_answering

    settings = {s.key: s for s in settings_of(spec.config)}
    texts = dict(_pair(text) for text in arguments.set)
    changes = {k: parse(settings[k], v) if k in settings else v for k, v in texts.items()}
    return checked_answering(spec, changes)


def resume_command(arguments: Arguments) -> int:
    """Continue a run that was stopped or killed."""
    from deepdesk.engine.run import resume_work

    if is_apart(arguments):
        return trained_apart(arguments, partial(_resumed, arguments))
    with _opened(arguments) as project:
        spec = _spec(project)
        name = _resumed(arguments, project, spec)
        workers = workers_to_go_on(arguments, project, name)
        if workers > 1:
            return _trained(arguments, separate_work(project.path, name, workers=workers))
        return _trained(arguments, resume_work(project, spec, name))


def _resumed(arguments: Arguments, project: Project, _spec: TaskSpec) -> str:
    return arguments.run or _newest(project, ("interrupted", "stopped", "paused", "failed"))


def _trained(arguments: Arguments, work: Work) -> int:
    watch = Watch(events=arguments.json)
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
        say(arguments, summary, f"{last.run} {last.status}: {_metrics_text(last.metrics)}")
    return watch.status_of(ended)


def runs_command(arguments: Arguments) -> int:
    """List the runs of a project."""
    with _opened(arguments, read_only=True) as project:
        for info in project.runs.list():
            row = {f.name: getattr(info, f.name) for f in dataclasses.fields(info)}
            row["path"] = str(info.path)
            say(arguments, row, f"{info.name:24} {info.status:12} {_metrics_text(info.metrics)}")
    return 0


def evaluate_command(arguments: Arguments) -> int:
    """Measure a run on a split or on new data."""
    from deepdesk.engine.evaluate import evaluate_data, evaluate_split

    with _opened(arguments, read_only=True) as project:
        spec = _spec(project)
        name = arguments.run or newest_trained(project)
        watch = Watch()
        changed = answering_of(spec, arguments)
        if arguments.data is not None:
            source = arguments.data.absolute()
            work = evaluate_data(project, spec, name, source, answering=changed)
        else:
            work = evaluate_split(project, spec, name, arguments.split, answering=changed)
        watch.finish(work)
        for report in watch.results:
            text = f"{report['samples']:,} samples: {_metrics_text(report['metrics'])}"
            say(arguments, report, "\n".join([text, *worst_lines(report["worst"])]))
    return 0


def predict_command(arguments: Arguments) -> int:
    """Ask a run about files or folders."""
    from deepdesk.engine.predict import predict_work

    answered: set[bool] = set()
    timeline = TimelineFile(arguments)
    with _opened(arguments, read_only=True) as project, given_files(arguments.paths) as paths:
        spec = _spec(project)
        file = AnswerFile(arguments, spec)
        name = arguments.run or newest_trained(project)

        def take(prediction: Any) -> None:
            answered.add(not prediction.error)
            _print_prediction(prediction, arguments)
            timeline.take(prediction)
            file.take(prediction)

        answering = answering_of(spec, arguments)
        Watch(on_result=take).finish(predict_work(project, spec, name, paths, answering=answering))
        file.finish()
    if not answered:
        raise DeepDeskError("There is nothing to answer for in there.", "Give files to read.")
    return 0 if True in answered else 1


def _print_prediction(prediction: Any, arguments: Arguments) -> None:
    from deepdesk.core.payload_json import payload_text, payload_to_json

    if not prediction.is_final:
        return
    file = shown_name(prediction.path)
    if prediction.error:
        row = {"file": file, "error": prediction.error}
        say(arguments, row, f"{printable(file)}: {prediction.error}")
        return
    row = {
        "file": file,
        "prediction": payload_to_json(prediction.answer),
        "ms": round(prediction.milliseconds, 2),
    }
    say(arguments, row, f"{printable(file)}: {payload_text(prediction.answer)}")


def tasks_command(arguments: Arguments) -> int:
    """List what can be trained."""
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
    say(arguments, {"tasks": rows}, text)
    return 0


def sample_command(arguments: Arguments) -> int:
    """Make the first sample project, train it, measure it and ask it once."""
    from deepdesk.terminal.sample import run_sample

    return run_sample(arguments.call, arguments.folder, is_json=arguments.json)


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


def _newest(project: Project, statuses: Sequence[str]) -> str:
    for info in project.runs.list():
        if info.status in statuses:
            return str(info.name)
    raise DeepDeskError("This project has no unfinished run.", "Start one with 'deepdesk train'.")


def newest_trained(project: Project) -> str:
    """Return the name of the newest run that has weights.

    Raises:
        DeepDeskError: There is none.
    """
    for info in project.runs.list():
        if project.runs.get(info.name).checkpoints.latest() is not None:
            return str(info.name)
    raise DeepDeskError(
        "This project has no run with saved weights.", "Start one with 'deepdesk train'."
    )
