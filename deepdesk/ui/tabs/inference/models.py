"""The networks that can be asked: every run with saved weights, also one still training. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result, Said
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.engine.answering import kept_answering
from deepdesk.ui.run_names import spoken

if TYPE_CHECKING:
    from deepdesk.project.folder import Project
    from deepdesk.project.runs import RunInfo

BEST, LATEST = "best", "latest"
_WORDS = {BEST: "best epoch", LATEST: "latest checkpoint"}
_ALIVE = ("running", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights to ask: of a run, "best" or "latest".

    `answering` holds the settings of answers that were changed after training, by name.
    """

    run: str
    checkpoint: str = BEST
    answering: tuple[tuple[str, Any], ...] = ()

    def is_of(self, other: Model) -> bool:
        """Return whether both are the same weights, however they answer."""
        return (self.run, self.checkpoint) == (other.run, other.checkpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A line of the chooser.

    Attributes:
        title: What a person called the run, or its name in words.
        step: Of the newest checkpoint, 0 while there is none.
        is_training: Whether newer weights may come.
        epoch: That the weights are of, 0 where that is not known.
        metrics: Of the run's best epoch; `main_metric` names the one to tell.
        units: Of the metrics, for those that have one.
    """

    model: Model
    title: str
    step: int
    is_training: bool
    epoch: int
    metrics: Mapping[str, float]
    main_metric: str
    units: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The line in words."""
        words = f"{self.title} · {_WORDS[self.model.checkpoint]}"
        if not self.step:
            return f"{self.title} · no weights yet"
        return f"{words} · step {self.step:,}" if self.is_training else words


def listing_models(project: Project, spec: TaskSpec) -> Work:
    """Return work whose `Result` holds the choices, newest run first."""

    def work(emit: EventSink, stop: StopToken) -> None:
        found: list[Choice] = []
        for info in project.runs.list():
            stop.check()
            folder = project.runs.get(info.name)
            changes = _answering(folder.path, spec, emit)
            found += choices_of(info, folder.checkpoints.latest() or 0, changes)
        emit(Result(value=tuple(found)))

    return work


def _answering(run: Path, spec: TaskSpec, emit: EventSink) -> tuple[tuple[str, Any], ...]:
    """Return how a run was wished to answer; a damaged wish is said, and counts as none."""
    try:
        return tuple(sorted(kept_answering(run, spec).items()))
    except DeepDeskError as error:
        emit(Said(text=f"{run.name} answers as it was trained: {error}", level="warning"))
        return ()


def choices_of(
    info: RunInfo, step: int, answering: tuple[tuple[str, Any], ...] = ()
) -> list[Choice]:
    """Return the lines of one run; none if it ended without weights."""
    is_training = info.status in _ALIVE
    if not step:
        return [_choice(info, BEST, 0, answering)] if is_training else []
    best = _choice(info, BEST, step, answering)
    if not is_training and info.best_epoch and info.best_epoch == info.epochs_done:
        return [best]
    return [best, _choice(info, LATEST, step, answering)]


def preferred(choices: tuple[Choice, ...]) -> Choice | None:
    """Return the newest run that can answer, one that has ended first; None if there is none."""
    able = sorted((choice for choice in choices if choice.step), key=lambda one: one.is_training)
    return able[0] if able else None


def _choice(
    info: RunInfo, checkpoint: str, step: int, answering: tuple[tuple[str, Any], ...]
) -> Choice:
    named = info.title if info.title and info.title != info.name else spoken(info.name)
    return Choice(
        model=Model(run=info.name, checkpoint=checkpoint, answering=answering),
        title=named,
        step=step,
        is_training=info.status in _ALIVE,
        epoch=info.best_epoch if checkpoint == BEST else info.epochs_done,
        metrics=dict(info.metrics),
        main_metric=info.main_metric,
        units=dict(info.units),
    )
