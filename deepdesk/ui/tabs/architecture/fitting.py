"""What the window that fits a run to the machine asks for. It loads torch: background only."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

from deepdesk.core.errors import DeepDeskError, GraphError
from deepdesk.core.events import Progress, Result
from deepdesk.core.settings import settings_of
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken
from deepdesk.core.work import Work as Job
from deepdesk.engine.forecast.calibrate import calibrate
from deepdesk.engine.forecast.fit import Smaller, fit
from deepdesk.engine.forecast.layout import Work
from deepdesk.nn.shapes import shapes_of
from deepdesk.ui.tabs.architecture.drawing import Drawing, Survey
from deepdesk.ui.tabs.architecture.foretelling import work_of


def fitting_work(drawing: Drawing, spec: TaskSpec, machine_bytes: int) -> Job:
    """Return work whose result is a `Fit`; it measures the machine where that was not done.

    Raises:
        DeepDeskError: The network cannot be trained as it is.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        survey = drawing.survey
        if survey.training is None or drawing.problems:
            raise DeepDeskError("This network cannot be trained yet.", drawing.verdict)
        emit(Progress(what="Measuring this machine"))
        calibration = calibrate(survey.device, stop)
        emit(Progress(what="Trying settings"))
        todo = work_of(drawing)
        todo = dataclasses.replace(todo, samples=max(todo.samples, survey.batch_size))
        smaller = tuple(_smaller(todo, spec, survey))
        stop.check()
        emit(Result(value=fit(todo, survey.training, calibration, machine_bytes, smaller)))

    return work


def _smaller(todo: Work, spec: TaskSpec, survey: Survey) -> list[Smaller]:
    """Return the network for inputs of smaller sizes, largest first, where the task has sizes."""
    found: list[Smaller] = []
    config: Any = getattr(survey.task, "config", None)
    side = max((shape[-1] for shape in todo.contract.inputs.values() if len(shape) == 3), default=0)
    for setting in settings_of(type(config)) if config is not None else ():
        sizes = [v for v, _words in setting.knob.choices if isinstance(v, int) and 0 < v < side]
        for size in sorted(sizes, reverse=True) if setting.knob.unit == "px" else ():
            changed = {setting.key: size}
            with contextlib.suppress(DeepDeskError, GraphError):
                work = _resized(todo, spec, dataclasses.replace(config, **changed), survey)
                title = f"{setting.knob.label} {size} instead of {side}"
                found.append(Smaller(title=title, settings=changed, work=work))
    return found


def _resized(todo: Work, spec: TaskSpec, config: Any, survey: Survey) -> Work:
    names = tuple(str(number) for number in range(survey.classes))
    side = next(iter(todo.contract.inputs.values()))[-1]
    facts = dataclasses.replace(survey.facts, classes=names, typical_size=(side, side))
    task: Any = spec.load()(config, facts)
    contract = task.contract()
    offered = task.architectures().get(todo.graph.name, todo.graph)
    is_same = [n.id for n in offered.nodes] == [n.id for n in todo.graph.nodes]
    graph = (offered if is_same else todo.graph).fitted(contract)
    shapes_of(graph, contract)
    return dataclasses.replace(todo, graph=graph, contract=contract)
