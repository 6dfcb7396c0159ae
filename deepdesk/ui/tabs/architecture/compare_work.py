"""Compare, in the background: load two networks, count them, and find what differs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Progress, Result
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.nn.comparing import Difference, differences
from deepdesk.nn.graph import Graph
from deepdesk.project.runs import RunInfo
from deepdesk.ui.run_names import title_of
from deepdesk.ui.tabs.architecture.drawing import Choice, Drawing, Survey

if TYPE_CHECKING:
    from deepdesk.project.folder import Project

CURRENT = "current"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A network that can be compared: one that is known, that of a run, or one from a file.

    Attributes:
        key: Unique among all picks.
        title: On screen.
        graph: The network, None where it has to be read from the run or the file.
        run: Folder name, "" for none.
    """

    key: str
    title: str
    graph: Graph | None = None
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two networks with what it costs.

    Attributes:
        pick: Which it is.
        drawing: Its blocks and totals.
        seconds_per_epoch: Forecast for this machine, None where none can be made.
        score: Main metric of its run on validation, None where there is none.
        metric: Name of the main metric.
    """

    pick: Pick
    drawing: Drawing
    seconds_per_epoch: float | None = None
    score: float | None = None
    metric: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two networks and what differs between them."""

    before: Side
    after: Side
    differences: tuple[Difference, ...]


def run_picks_work(project: Project) -> Work:
    """Return work whose result is a tuple of `Pick`: the runs, newest first."""

    def work(emit: EventSink, stop: StopToken) -> None:
        found = []
        for info in project.runs.list():
            stop.check()
            name = title_of(info)
            found.append(run_pick(info.name, name))
        emit(Result(value=tuple(found)))

    return work


def run_pick(run: str, name: str) -> Pick:
    """Return the network of a run as a pick."""
    return Pick(key=f"run {run}", title=f"Run {name}", run=run)


def file_pick(path: Path, graph: Graph) -> Pick:
    """Return the network of a file as a pick."""
    return Pick(key=f"file {path}", title=path.name, graph=graph)


def compare_work(
    project: Project, spec: TaskSpec, survey: Survey, picks: tuple[Pick, Pick]
) -> Work:
    """Return work whose result is the `Comparison` of two networks.

    Raises:
        DeepDeskError: A run's network cannot be read.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Progress(what="Comparing"))
        before, after = (_side(project, spec, survey, pick, stop) for pick in picks)
        found = differences(before.drawing.graph, after.drawing.graph)
        emit(Result(value=Comparison(before=before, after=after, differences=found)))

    return work


def _side(project: Project, spec: TaskSpec, survey: Survey, pick: Pick, stop: StopToken) -> Side:
    from deepdesk.ui.tabs.architecture.measuring import drawn

    info: RunInfo | None = None
    graph = pick.graph
    if graph is None:
        run = project.runs.get(pick.run)
        info = run.info()
        graph, survey = _of_run(spec, survey, run.config())
    drawing = drawn(survey, Choice(graph=graph.to_json()), stop)
    stop.check()
    return Side(
        pick=pick,
        drawing=drawing,
        seconds_per_epoch=_seconds(drawing),
        score=None if info is None else info.metrics.get(info.main_metric),
        metric="" if info is None else info.main_metric,
    )


def _of_run(spec: TaskSpec, survey: Survey, config: dict[str, Any]) -> tuple[Graph, Survey]:
    """Return the network of a run, and the survey with what that run was trained for."""
    from deepdesk.engine.plan import plan_from_json

    plan = plan_from_json(spec, config)
    task: Any = spec.load()(plan.config, plan.facts)
    fitted = dataclasses.replace(
        survey, contract=task.contract(), classes=len(plan.facts.classes), waiting=""
    )
    return Graph.from_json(plan.graph), fitted


def _seconds(drawing: Drawing) -> float | None:
    """Return the seconds of an epoch if this machine was measured before; it is not done here."""
    from deepdesk.engine.forecast import calibration
    from deepdesk.engine.forecast.forecast import Work as Plan
    from deepdesk.engine.forecast.forecast import forecast

    survey = drawing.survey
    known = calibration.load(survey.device)
    training = survey.training
    if known is None or training is None or drawing.problems or not survey.samples:
        return None
    plan = Plan(
        graph=drawing.graph,
        contract=survey.contract,
        samples=survey.samples,
        validation=survey.validation,
    )
    try:
        return float(forecast(plan, training, known).seconds_per_epoch)
    except DeepDeskError:
        return None
