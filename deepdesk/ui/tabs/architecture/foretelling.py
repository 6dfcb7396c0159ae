"""From a drawing to one that knows time and memory. It loads torch: background work only."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache

from deepdesk.core.errors import GraphError, ProjectError
from deepdesk.core.events import Progress, Result
from deepdesk.core.work import EventSink, StopToken
from deepdesk.core.work import Work as Job
from deepdesk.engine.forecast.around import around_seconds
from deepdesk.engine.forecast.calibrate import calibrate
from deepdesk.engine.forecast.calibration import Calibration, load
from deepdesk.engine.forecast.forecast import Forecast, NodeSeconds, forecast
from deepdesk.engine.forecast.layout import Work
from deepdesk.engine.forecast.record import last_outcome
from deepdesk.engine.forecast.trial import known_seconds, try_blocks
from deepdesk.engine.settings import part_size
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.architecture.drawing import Drawing, Survey

# What a task does beside the network, once measured: (task, size, device) to seconds.
_AROUND: dict[tuple[str, str, int, str], float] = {}


@lru_cache(maxsize=4)
def _calibration(device: str, _tries: int) -> Calibration | None:
    return load(device)


def calibration_of(device: str) -> Calibration | None:
    """Return the calibration of this machine if there is one, read from disk once."""
    found = _calibration(device, 0)
    if found is None:
        _calibration.cache_clear()
    return found


def foretold(drawing: Drawing) -> Drawing:
    """Return the drawing with time and memory, as far as they are known without measuring."""
    survey = drawing.survey
    if drawing.problems or survey.training is None or not survey.samples:
        return drawing
    calibration = calibration_of(survey.device)
    if calibration is None:
        return drawing
    try:
        tried = known_seconds(work_of(drawing), survey.training, survey.device)
        return with_forecast(drawing, _forecast(drawing, calibration, tried))
    except GraphError:
        return drawing


def with_forecast(drawing: Drawing, said: Forecast) -> Drawing:
    """Return the drawing with a forecast, and with the time of each block."""
    cards = tuple(
        dataclasses.replace(
            card,
            cost=None
            if card.cost is None
            else dataclasses.replace(card.cost, seconds=said.node_seconds.get(card.id, 0.0)),
        )
        for card in drawing.cards
    )
    total = drawing.total
    if total is not None:
        total = dataclasses.replace(total, seconds=sum(said.node_seconds.values()))
    return dataclasses.replace(drawing, cards=cards, total=total, forecast=said)


def work_of(drawing: Drawing) -> Work:
    """Return what there is to do."""
    survey = drawing.survey
    return Work(
        graph=drawing.graph,
        contract=survey.contract,
        samples=survey.samples,
        validation=survey.validation,
    )


def foretelling_work(drawing: Drawing, project: Project) -> Job:
    """Return work that measures what is not known yet; each `Result` is a better drawing."""

    def work(emit: EventSink, stop: StopToken) -> None:
        survey, training = drawing.survey, drawing.survey.training
        if training is None or drawing.problems or not survey.samples:
            return
        emit(Progress(what="Measuring this machine"))
        calibration = calibrate(survey.device, stop)
        better = with_outcome(drawing, project)
        if drawing.forecast is None or better.outcome is not None:
            better = with_forecast(better, _forecast(drawing, calibration, {}))
            emit(Result(value=better))
        _measure_around(survey, stop)
        tried = try_blocks(work_of(drawing), training, calibration, stop)
        emit(Result(value=with_forecast(better, _forecast(drawing, calibration, tried))))

    return work


def with_outcome(drawing: Drawing, project: Project) -> Drawing:
    """Return the drawing with how the last forecast of this network came out."""
    training = drawing.survey.training
    if training is None:
        return drawing
    try:
        outcome = last_outcome(project, drawing.graph, drawing.survey.contract, training)
    except ProjectError:
        return drawing
    return dataclasses.replace(drawing, outcome=outcome)


def _forecast(
    drawing: Drawing, calibration: Calibration, tried: Mapping[str, NodeSeconds]
) -> Forecast:
    training = drawing.survey.training
    assert training is not None, "asked for before there are settings"
    around = _AROUND.get(_around_key(drawing.survey))
    return forecast(work_of(drawing), training, calibration, tried=tried, around_s=around)


def _around_key(survey: Survey) -> tuple[str, str, int, str]:
    training = survey.training
    size = part_size(training) if training is not None else 0
    config = str(getattr(survey.task, "config", ""))
    return type(survey.task).__name__, config, size, survey.device


def _measure_around(survey: Survey, stop: StopToken) -> None:
    key = _around_key(survey)
    if key not in _AROUND and survey.task is not None:
        seconds = around_seconds(survey.task, survey.contract, key[2], survey.device, stop)
        if seconds is not None:
            _AROUND[key] = seconds
