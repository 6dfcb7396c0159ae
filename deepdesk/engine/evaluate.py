"""Measuring a finished run again: on a split of its project, or on other labelled data."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Result
from deepdesk.core.learnt import learnt_from
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.importing import import_work
from deepdesk.engine import run_data
from deepdesk.engine.evaluation import Evaluation
from deepdesk.engine.predict import Predictor
from deepdesk.project.folder import Project

_WORST = 10
_WORDS = {"text": ("text", "texts"), "numbers": ("number", "numbers")}
_Rows = tuple[run_data.Ids, run_data.Ids, list[Any]]
_RowsOf = Callable[[Project, tuple[str, ...]], _Rows]


def evaluate_split(
    project: Project,
    spec: TaskSpec,
    run_name: str,
    split: str,
    *,
    answering: Mapping[str, Any] = MappingProxyType({}),
) -> Work:
    """Return work that emits one `Result` with the metrics of a run on a split.

    The run's own samples of that split are measured, not those of today; `answering` holds
    settings of its answers that differ from those of training.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        predictor = Predictor(project, spec, run_name, answering=answering)
        rows = {split: run_data.kept_rows(project.runs.get(run_name))[split]}
        _report(predictor, rows, split, emit, stop)

    return work


def evaluate_data(
    project: Project,
    spec: TaskSpec,
    run_name: str,
    source: Path,
    *,
    answering: Mapping[str, Any] = MappingProxyType({}),
) -> Work:
    """Return work that emits one `Result` with the metrics on labelled data from elsewhere.

    The data is read into a project of its own in a temporary folder; classes are
    matched by name. `answering` is as in `evaluate_split`.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        predictor = Predictor(project, spec, run_name, answering=answering)
        with (
            tempfile.TemporaryDirectory(prefix="deepdesk-evaluate-") as folder,
            Project.create(Path(folder) / "other", name="other", task=spec.key) as other,
        ):
            import_work(other.path, [source], reader_of=spec.reader)(_quietly(emit), stop)
            predictor.project = other
            rows = {"test": _ALL_ROWS[learnt_from(spec.gives)](other, predictor.classes)}
            _report(predictor, rows, str(source), emit, stop)

    return work


def _quietly(emit: EventSink) -> EventSink:
    """Return a sink that leaves out results: only the metrics are one."""
    return lambda event: None if isinstance(event, Result) else emit(event)


def _all_rows(other: Project, classes: tuple[str, ...]) -> _Rows:
    """Return every labelled sample with its class index in the run's order.

    Raises:
        DatasetError: A class is none that the run knows.
    """
    with other.index() as index:
        names = [row.name for row in index.classes()]
        count = index.count()
    if count and not names:
        raise DatasetError(
            "The data has no classes to compare answers with.",
            "Give a folder with one folder per class, two at least, or a table of path and label.",
        )
    unknown = sorted(set(names) - set(classes))
    if unknown:
        raise _stranger(unknown[0], classes)
    order = run_data.index_map(names, classes)
    return run_data.joined(run_data.rows_of(other, "class"), order)


def _all_with(truth: str) -> _RowsOf:
    """Return what gives every sample that has a text or numbers, without classes."""

    def rows(other: Project, _classes: tuple[str, ...]) -> _Rows:
        ids, classes, targets = run_data.joined(run_data.rows_of(other, truth))
        if not len(ids):
            one, several = _WORDS[truth]
            raise DatasetError(
                f"The data has no {several} to compare answers with.",
                f"Give a table of path and {one}.",
            )
        return ids, classes, targets

    return rows


def _all_drawn(other: Project, classes: tuple[str, ...]) -> _Rows:
    """Return every sample that was drawn on.

    Raises:
        DatasetError: There is none, or a class is none that the run knows.
    """
    with other.index() as index:
        unknown = sorted({row.name for row in index.classes()} - set(classes))
    if unknown:
        raise _stranger(unknown[0], classes)
    ids, indices, targets = run_data.joined(run_data.rows_of(other, "drawing"))
    if not len(ids):
        raise DatasetError(
            "Nothing is drawn on this data to compare answers with.",
            "Give pictures with their labels, for instance as COCO or Pascal VOC.",
        )
    return ids, indices, targets


def _stranger(name: str, classes: tuple[str, ...]) -> DatasetError:
    known = ", ".join(classes[:20])
    return DatasetError(f"The run does not know the class {name!r}.", f"It knows: {known}.")


_ALL_ROWS: dict[str, _RowsOf] = {
    "class": _all_rows,
    "any": _all_rows,
    "text": _all_with("text"),
    "numbers": _all_with("numbers"),
    "drawing": _all_drawn,
}


def _report(
    predictor: Predictor, rows: run_data.Rows, where: str, emit: EventSink, stop: StopToken
) -> None:
    evaluation = predictor.evaluate(rows, emit, stop)
    if not evaluation.metrics:
        raise DatasetError(f"There is nothing to measure in {where}.", "Choose another split.")
    report = {
        "metrics": dict(evaluation.metrics),
        "samples": len(evaluation.answers),
        "on": where,
        "run": predictor.run_name,
        "worst": _worst(predictor.project, evaluation),
        **evaluation.details,
    }
    emit(Result(value=report))


def _worst(project: Project, evaluation: Evaluation) -> list[dict[str, object]]:
    """Return the answers farthest from right with their files, [] where right is all or nothing."""
    told = zip(evaluation.samples, evaluation.answers, strict=False)
    wrong = [(number, answer) for number, answer in told if answer.error > 0]
    wrong.sort(key=lambda pair: -pair[1].error)
    numbers = np.array([number for number, _answer in wrong[:_WORST]], dtype=np.int64)
    with project.index() as index:
        files = index.files_of(numbers)
    return [
        {
            "file": str(file),
            "truth": answer.truth,
            "answer": answer.answer,
            "error": round(answer.error, 4),
            # Counts of what is drawn are no texts to be laid over each other.
            "is_drawn": answer.drawn is not None,
        }
        for file, (_number, answer) in zip(files, wrong, strict=False)
    ]
