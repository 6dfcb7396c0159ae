"""What a whole run will take: time, memory, disk and energy, before it begins."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from deepdesk.core.errors import ProjectError
from deepdesk.core.events import Progress, Result
from deepdesk.core.task import Task, TaskSpec
from deepdesk.core.work import EventSink, StopToken
from deepdesk.core.work import Work as Job
from deepdesk.engine.devices import DeviceInfo, device_for
from deepdesk.engine.energy import watts_of
from deepdesk.engine.forecast.around import around_seconds
from deepdesk.engine.forecast.calibrate import calibrate
from deepdesk.engine.forecast.calibration import Calibration, load
from deepdesk.engine.forecast.forecast import NodeSeconds, forecast
from deepdesk.engine.forecast.layout import Work
from deepdesk.engine.forecast.record import Outcome, last_outcome
from deepdesk.engine.forecast.trial import known_seconds, try_blocks
from deepdesk.engine.growing import fitting
from deepdesk.engine.plan import chosen_graph, settled
from deepdesk.engine.request import RunRequest
from deepdesk.engine.settings import TrainingConfig, part_size
from deepdesk.nn.cost import cost
from deepdesk.project.checkpoints import needed_bytes
from deepdesk.project.data_facts import facts_of
from deepdesk.project.folder import Project
from deepdesk.project.safe_write import free_bytes

_NUMBER_BYTES = 4  # float32
_MOMENTS = {"sgd": 1, "adamw": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a run will take on this machine, as far as it is known.

    Attributes:
        seconds: All epochs, by one process; 0.0 where nothing was measured yet.
        peak_bytes: Memory of one process at its fullest, 0 where nothing was measured yet.
        memory_bytes: Of the device.
        disk_bytes: Checkpoints and decoded samples together, at most.
        spare_bytes: That must stay free beside them.
        free_bytes: On the project's disk now.
        watts: That the machine draws while training, 0.0 for not known.
        watts_from: "measured", "stated watts" or "".
        is_rough: Whether blocks of the network itself were not timed yet.
        error_share: How far the time of the last run like it was off, None before any.
        workers: Processes that will share the work; what several gain was not measured.
    """

    seconds: float = 0.0
    peak_bytes: int = 0
    memory_bytes: int = 0
    disk_bytes: int = 0
    spare_bytes: int = 0
    free_bytes: int = 0
    watts: float = 0.0
    watts_from: str = ""
    is_rough: bool = True
    error_share: float | None = None
    workers: int = 1

    @property
    def joules(self) -> float:
        """Energy of the run, 0.0 for not known, as it is with several workers."""
        return self.watts * self.seconds if self.workers == 1 else 0.0

    @property
    def caveat(self) -> str:
        """What the figures leave out, as a sentence; "" for nothing."""
        if self.workers == 1:
            return ""
        return (
            f"Time and memory are those of one process. {self.workers} workers will share the"
            " work; how much faster they are was not measured."
        )

    @property
    def lacks_disk(self) -> bool:
        """Whether the disk will be too small."""
        return 0 < self.free_bytes < self.disk_bytes + self.spare_bytes

    @property
    def lacks_memory(self) -> bool:
        """Whether the memory will be too small."""
        return 0 < self.memory_bytes < self.peak_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A request, looked up."""

    work: Work
    training: TrainingConfig
    task: Task
    device: DeviceInfo
    total: int


def outlook_work(project: Project, spec: TaskSpec, request: RunRequest, *, measures: bool) -> Job:
    """Return work whose `Result`s are better and better outlooks on a request.

    Args:
        project: With its data.
        spec: Of the project's task.
        request: What Start would ask for.
        measures: Whether the machine and the blocks may be timed; not while it trains.

    Raises:
        DeepDeskError: The request cannot be trained, with the reason.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        asked = _asked(project, spec, request)
        calibration = load(asked.device.key)
        outcome = _outcome(project, asked)
        if calibration is not None:
            known = known_seconds(asked.work, asked.training, asked.device.key)
            emit(Result(value=_outlook(project, asked, calibration, known, outcome)))
        if not measures:
            return
        emit(Progress(what="Measuring this machine"))
        calibration = calibrate(asked.device.key, stop)
        size = part_size(asked.training)
        contract, key = asked.work.contract, asked.device.key
        around_s = around_seconds(asked.task, contract, size, key, stop)
        tried = try_blocks(asked.work, asked.training, calibration, stop)
        best = _outlook(project, asked, calibration, tried, outcome, around_s)
        emit(Result(value=best))

    return work


def _asked(project: Project, spec: TaskSpec, request: RunRequest) -> _Asked:
    _dial, architecture, training, config = settled(spec, project.file, request)
    with project.index() as index:
        facts = facts_of(index, spec, config)
        counts = index.split_counts()
        total = index.count()
    task = spec.load()(config, facts)
    contract = task.contract()
    graph = chosen_graph(task, request, project.file, architecture).fitted(contract)
    work = Work(
        graph=graph, contract=contract, samples=counts["train"], validation=counts["validation"]
    )
    training = fitting(training, graph, task)
    device = device_for(training.device)
    return _Asked(work=work, training=training, task=task, device=device, total=total)


def _outcome(project: Project, asked: _Asked) -> Outcome | None:
    try:
        return last_outcome(project, asked.work.graph, asked.work.contract, asked.training)
    except ProjectError:
        return None


def _outlook(
    project: Project,
    asked: _Asked,
    calibration: Calibration,
    tried: Mapping[str, NodeSeconds],
    outcome: Outcome | None,
    around_s: float | None = None,
) -> Outlook:
    said = forecast(asked.work, asked.training, calibration, tried=tried, around_s=around_s)
    watts, source = watts_of(asked.device.key)
    return Outlook(
        seconds=said.seconds_per_epoch * asked.training.epochs,
        peak_bytes=said.peak_bytes,
        memory_bytes=asked.device.memory_bytes,
        disk_bytes=_disk_bytes(asked),
        spare_bytes=needed_bytes(0),
        free_bytes=free_bytes(project.path),
        watts=watts,
        watts_from=source,
        is_rough=said.is_rough,
        error_share=None if outcome is None else outcome.error_share,
        workers=max(1, asked.training.workers),
    )


def _disk_bytes(asked: _Asked) -> int:
    """Return what checkpoints and decoded samples take at most."""
    copies = 3 + _MOMENTS.get(asked.training.optimizer, 2)
    parameters = cost(asked.work.graph, asked.work.contract, 1).parameters
    checkpoints = needed_bytes(parameters * _NUMBER_BYTES * copies) - needed_bytes(0)
    return checkpoints + decoded_bytes(asked.task, asked.total)


def decoded_bytes(task: Task, samples: int) -> int:
    """Return the bytes of `samples` decoded samples of a task."""
    each = sum(
        math.prod(field.shape) * np.dtype(field.dtype).itemsize for field in task.fields.values()
    )
    return each * samples
