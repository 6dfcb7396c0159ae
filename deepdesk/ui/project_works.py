"""Opening, making and looking at projects, as plain work without Qt."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Progress, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.metric_words import metric_text, metric_words

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.project.folder import Project

# Enough files to tell pictures from sounds; a folder of a million is not walked to its end.
LOOKED_AT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A project that was opened in a job.

    Attributes:
        states: Tab key to the state of its dot, before the tab is built.
        revision: Of the sample index.
    """

    project: Project
    states: Mapping[str, str]
    revision: int


def opening(path: Path) -> Work:
    """Return work that opens a project; its `Result` holds `Opened`."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        from deepdesk.project.folder import Project

        emit(Result(value=opened(Project.open(path))))

    return work


def creating(path: Path, *, name: str, task: str) -> Work:
    """Return work that makes an empty project; its `Result` holds `Opened`."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        from deepdesk.project.folder import Project

        path.parent.mkdir(parents=True, exist_ok=True)
        emit(Result(value=opened(Project.create(path, name=name, task=task))))

    return work


def opened(project: Project) -> Opened:
    """Return what the window needs to know of an open project at once."""
    with project.index() as index:
        count, revision = index.count(), index.revision()
    runs = project.runs.list()
    states = {
        "dataset": "ready" if count else "empty",
        "architecture": "ready",
        "training": "ready" if runs else "empty",
        "inference": "ready" if runs else "empty",
    }
    keep_in_recent(project)
    return Opened(project=project, states=states, revision=revision)


def keep_in_recent(project: Project) -> None:
    """Put a project on top of those used last, as it is now: its size and its newest figure."""
    from deepdesk.project.recent import remember

    with project.index() as index:
        count = index.count()
    measured = [run for run in project.runs.list() if run.metrics]
    newest = next(iter(measured), None)
    metric = figure_words(newest.main_metric, newest.metrics, newest.units) if newest else ""
    remember(project, samples=count, metric=metric)


def figure_words(
    name: str, metrics: Mapping[str, float], units: Mapping[str, str] | None = None
) -> str:
    """Return a figure with its unit for a list of projects, "" where it is unknown."""
    value = metrics.get(f"test_{name}", metrics.get(name))
    if value is None:
        return ""
    figure = metric_text(name, value, units)
    return figure if name == "accuracy" else f"{metric_words(name).inline} {figure}"


def sample_making(spec: TaskSpec, folder: Path) -> Work:
    """Return work that makes the sample project of a task; its `Result` holds the path.

    A sample project that is there already is left as it is.
    """
    path = folder / f"{spec.sample_name}.deepdesk"

    def work(emit: EventSink, stop: StopToken) -> None:
        if not path.exists():
            _make_sample(spec, path, emit, stop)
        emit(Result(value=path))

    return work


def _make_sample(spec: TaskSpec, path: Path, emit: EventSink, stop: StopToken) -> None:
    from deepdesk.data.importing import import_work
    from deepdesk.project.folder import Project

    if spec.sample is None:
        raise DatasetError(f"{spec.title} brings no sample.", "Give it a folder of your own.")
    emit(Progress(what="Writing the sample"))
    path.parent.mkdir(parents=True, exist_ok=True)
    project = Project.create(path, name=spec.sample_name, task=spec.key)
    try:
        if spec.sample_settings:
            project.save(task_settings=dict(spec.sample_settings))
        data = spec.sample(path / "files")
        import_work(path, [data], reader_of=spec.reader)(emit, stop)
        keep_in_recent(project)
    finally:
        project.close()


def task_for(sources: list[Path], tasks: Mapping[str, TaskSpec]) -> str:
    """Return the key of the task whose files `sources` hold the most of, "" if none fits."""
    from deepdesk.core.payloads import Image

    suffixes = Counter(_suffixes(sources))
    scores = {
        key: sum(suffixes[suffix] for suffix in spec.reader().suffixes)
        for key, spec in tasks.items()
    }
    best = max(scores, key=lambda key: scores[key], default="")
    best = best if best and scores[best] else ""
    if best and tasks[best].takes is not Image:
        return best
    return _drawn_task(sources, tasks) or best


def _drawn_task(sources: list[Path], tasks: Mapping[str, TaskSpec]) -> str:
    """Return the key of the task that learns from labels drawn on pictures, "" without any."""
    from deepdesk.core.payloads import Boxes, Mask
    from deepdesk.data.label_formats.telling import BOXES, MASKS, kind_of_labels
    from deepdesk.data.picture_files import IMAGE_SUFFIXES

    wanted = {BOXES: Boxes, MASKS: Mask}.get(kind_of_labels(sources, IMAGE_SUFFIXES))
    return next((key for key, spec in tasks.items() if spec.gives is wanted), "")


def _suffixes(sources: list[Path]) -> list[str]:
    found: list[str] = []
    for source in sources:
        if source.is_file():
            found.append(source.suffix.lower())
            continue
        for _folder, _folders, names in os.walk(source):
            found += [os.path.splitext(name)[1].lower() for name in names]  # noqa: PTH122 - faster
            if len(found) > LOOKED_AT:
                break
    return found
