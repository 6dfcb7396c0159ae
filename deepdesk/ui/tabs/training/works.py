"""What the tab reads in the background: runs, their curves, their answers, small pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.drawn_cases import cases
from deepdesk.core.drawn_json import drawn_from_json
from deepdesk.core.errors import BadSampleError, DeepDeskError, ProjectError
from deepdesk.core.events import Choices, Result, Said
from deepdesk.core.learnt import WITHOUT_CLASSES, learnt_from
from deepdesk.core.payloads import Boxes, Image, Mask
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.engine.thresholds import kept_thresholds
from deepdesk.engine.tuning.kept import forget, kept_choices
from deepdesk.project.data_facts import facts_of
from deepdesk.project.safe_write import read_json
from deepdesk.ui.metric_words import MEMORY
from deepdesk.ui.tabs.training.history import RunHistory, history_of

if TYPE_CHECKING:
    from deepdesk.project.folder import Project

MOST_SAMPLES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether there is something to train on.

    Attributes:
        train: Usable samples of the train split.
        classes: Names in the order of their indices.
    """

    train: int
    validation: int
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """What the folder of a run tells.

    Attributes:
        history: Its curves.
        config: The settings it was made with, and as "forecast" what `foretold` found.
        choices: What was chosen for this machine, None where that was not kept.
    """

    history: RunHistory
    config: Mapping[str, Any]
    choices: Choices | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One validated sample with its truth and answer, and its small picture or None.

    Attributes:
        error: As in `core.task.Answer`, NaN where that is not known.
        drawn: Answer as it is drawn over the picture, None for nothing.
        drawn_truth: Truth likewise.
    """

    id: int
    name: str
    truth: str
    answer: str
    score: float
    is_right: bool
    picture: Image | None = None
    error: float = math.nan
    drawn: Boxes | Mask | None = field(default=None, compare=False)
    drawn_truth: Boxes | Mask | None = field(default=None, compare=False)


def readiness_work(project: Project, spec: TaskSpec) -> Work:
    """Return work that counts what training could use; its result is a `Readiness`."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        truth = learnt_from(spec.gives)
        with project.index() as index:
            usable = index.usable_counts(truth)
            # What learns from texts or numbers needs no two classes, however folders are named.
            names = () if truth in WITHOUT_CLASSES else tuple(row.name for row in index.classes())
            found = Readiness(train=usable["train"], validation=usable["validation"], classes=names)
        emit(Result(value=found))

    return work


def networks_work(project: Project, spec: TaskSpec, config: Any) -> Work:
    """Return work that lists the names of the networks on offer; it loads torch."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        with project.index() as index:
            facts = facts_of(index, spec, config)
        emit(Result(value=tuple(spec.load()(config, facts).architectures())))

    return work


def saving_work(project: Project, changes: Mapping[str, Any]) -> Work:
    """Return work that keeps settings in the project's file."""

    def work(_emit: EventSink, _stop: StopToken) -> None:
        project.save(**changes)

    return work


def runs_work(project: Project) -> Work:
    """Return work that lists the runs, newest first."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        emit(Result(value=tuple(project.runs.list())))

    return work


def past_run_work(project: Project, run: str) -> Work:
    """Return work that reads a run's log and settings; its result is a `PastRun`."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        folder = project.runs.get(run)
        info = folder.info()
        history = history_of(run, info.epochs, folder.metrics.read())
        history.units = info.units
        if lost := folder.lost_of_log():
            emit(Said(text=f"{run}: {lost}", level="warning"))
        history.steps_per_epoch = round(history.step / history.epoch) if history.epoch else 0
        config = folder.config()
        history.patience = _patience_of(config)
        config["forecast"] = foretold(folder.path, history)
        config["thresholds"] = kept_thresholds(folder.path)
        emit(
            Result(value=PastRun(history=history, config=config, choices=kept_choices(folder.path)))
        )

    return work


def forgetting_work(device: str, place: str) -> Work:
    """Return work that lets the next run measure this machine again; it loads torch."""

    def work(_emit: EventSink, _stop: StopToken) -> None:
        from deepdesk.engine.tuning.compiler import forget_fault

        forget(device, place)
        forget_fault(device)

    return work


def foretold(folder: Path, history: RunHistory) -> dict[str, float]:
    """Return what was forecast for the epochs that were trained, and the memory that was used.

    Keys are "seconds", "peak_bytes" and "used_bytes"; those that are not known are left out.
    """
    found: dict[str, float] = {}
    used = history.train.get(MEMORY)
    if used is not None and len(used):
        found["used_bytes"] = float(used.y.max())
    try:
        said = read_json(folder / "forecast.json", limit_bytes=1 << 16)
        found["seconds"] = _positive(said["seconds_per_epoch"]) * history.epoch
        found["peak_bytes"] = _positive(said["peak_bytes"])
    except (ProjectError, KeyError, TypeError, ValueError):
        # A run from before forecasts, or a file that somebody damaged: there is nothing to say.
        return found
    return found


def _positive(value: Any) -> float:
    if type(value) not in (int, float) or not 0 < value < 1e18:
        raise ValueError("number")
    return float(value)


def _patience_of(config: Mapping[str, Any]) -> int:
    """Return the setting of a saved run, 0 where it is none that is legal."""
    training = config.get("training")
    patience = training.get("patience") if isinstance(training, Mapping) else 0
    return patience if type(patience) is int and patience > 0 else 0


def pictures_work(project: Project, spec: TaskSpec, ids: Sequence[int], side_px: int) -> Work:
    """Return work that makes a small picture of each sample, as `Result` of (id, Image)."""

    def work(emit: EventSink, stop: StopToken) -> None:
        reader = spec.reader()
        with project.index() as index:
            samples = index.samples(list(ids))
        for sample in samples:
            stop.check()
            try:
                emit(Result(value=(sample.id, reader.thumbnail(sample.path, side_px))))
            except BadSampleError:
                continue

    return work


def cell_work(
    project: Project, spec: TaskSpec, run: str, pair: tuple[str, str], side_px: int
) -> Work:
    """Return work that shows the samples of a cell, as `Result` of `Answered`, surest first.

    Args:
        pair: Class of truth and class of answer.

    Raises:
        ProjectError: The run keeps no answers, or they are damaged.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        rows = [row for row in kept_answers(project, run) if (row.truth, row.answer) == pair]
        rows.sort(key=lambda row: -row.score)
        _show(project, spec, rows, side_px, emit, stop)

    return work


def drawn_cell_work(
    project: Project, spec: TaskSpec, run: str, pair: tuple[str, str], side_px: int
) -> Work:
    """Return work that shows the pictures on which a case occurs, as `cell_work` does, most first.

    Args:
        pair: Class of truth and class of answer, one of them `NOTHING` for what is missed or made
            up.

    Raises:
        ProjectError: The run keeps no answers, or they are damaged.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        found: list[tuple[int, Answered]] = []
        for row in kept_answers(project, run):
            stop.check()
            count = 0 if row.drawn is None else cases(row.drawn, row.drawn_truth)[pair]
            if count:
                found.append((count, row))
        found.sort(key=lambda one: -one[0])
        _show(project, spec, [row for _count, row in found], side_px, emit, stop)

    return work


def _show(
    project: Project,
    spec: TaskSpec,
    rows: Sequence[Answered],
    side_px: int,
    emit: EventSink,
    stop: StopToken,
) -> None:
    """Tell how many there are, and the first of them with their pictures."""
    chosen = {row.id: row for row in rows[:MOST_SAMPLES]}
    emit(Result(value=len(rows)))
    reader = spec.reader()
    with project.index() as index:
        paths = {sample.id: sample.path for sample in index.samples(list(chosen))}
    for row in chosen.values():
        stop.check()
        if row.id in paths:
            emit(Result(value=_pictured(reader, paths[row.id], row, side_px)))


def kept_answers(project: Project, run: str) -> list[Answered]:
    """Return the answers of a run's best epoch to the validation split.

    Raises:
        ProjectError: There are none, or they are damaged.
    """
    saved = read_json(project.runs.get(run).path / "evaluation.json")
    try:
        columns: Mapping[str, Sequence[Any]] = saved["predictions"]
        ids, truth, answer, score = (columns[name] for name in ("ids", "truth", "answer", "score"))
        # Earlier versions kept neither; a column that is there must fit the others.
        right = columns.get("right", [a == b for a, b in zip(truth, answer, strict=True)])
        error = columns.get("error", [None] * len(ids))
        drawn: Mapping[str, Any] = saved["predictions"].get("drawn", {})
        return [
            Answered(
                id=int(i),
                name="",
                truth=str(of_truth),
                answer=str(said),
                score=_number_or_nan(sure),
                is_right=bool(is_right),
                error=math.nan if wrong is None else float(wrong),
                **_drawn(drawn.get(str(at))),
            )
            for at, (i, of_truth, said, sure, is_right, wrong) in enumerate(
                zip(ids, truth, answer, score, right, error, strict=True)
            )
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise DeepDeskError(
            f"The answers kept with run {run} cannot be read.", "Train again to get them anew."
        ) from error


def _pictured(reader: Any, path: Any, row: Answered, side_px: int) -> Answered:
    try:
        picture = reader.thumbnail(path, side_px)
    except BadSampleError:
        picture = None
    return replace(row, name=path.name, picture=picture)


def answered_of(row: Mapping[str, Any]) -> Answered:
    """Return an answer as an epoch tells it; numbers that JSON could not hold are NaN."""
    truth, answer = str(row.get("truth", "")), str(row.get("answer", ""))
    return Answered(
        id=int(row["id"]),
        name="",
        truth=truth,
        answer=answer,
        score=_number_or_nan(row.get("score")),
        is_right=bool(row.get("is_right", truth == answer)),
        error=_number_or_nan(row.get("error")),
        **_drawn([row.get("drawn"), row.get("drawn_truth")]),
    )


def _drawn(saved: Any) -> dict[str, Any]:
    """Return what is drawn on a sample, nothing where that cannot be read."""
    try:
        answer, truth = saved or (None, None)
        return {"drawn": drawn_from_json(answer), "drawn_truth": drawn_from_json(truth)}
    except (TypeError, ValueError):
        return {}


def _number_or_nan(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
