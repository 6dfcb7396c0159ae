"""Seconds and bytes of a training before it starts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from deepdesk.data.batches import steps_per_epoch
from deepdesk.engine.forecast.calibration import Calibration, precisions_of
from deepdesk.engine.forecast.layout import Steps, Work, steps_of
from deepdesk.engine.forecast.memory import Memory, memory_of
from deepdesk.engine.growing import mean_work
from deepdesk.engine.settings import TrainingConfig, batch_of, part_size

__all__ = ["Forecast", "NodeSeconds", "Work", "forecast"]
NodeSeconds = Mapping[str, tuple[float, float]]
# Bytes that an optimiser step reads and writes for each learned number (PERFORMANCE.md, B11).
_UPDATE_BYTES = {"sgd": 20, "adamw": 28}
_AVERAGE_BYTES = 12
# How often the samples of a batch are read and written before the network sees them.
_PREPARE_PASSES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a training will take.

    Attributes:
        seconds_per_step: One optimiser step, with all its parts.
        seconds_per_epoch: All steps, and measuring on validation; the mean over a run whose
            inputs begin small.
        peak_bytes: Memory of the process at its fullest, or of the GPU.
        node_seconds: Of each block in one step.
        memory: What `peak_bytes` is made of.
        precision: The faster one where the settings leave it open.
        threads: As many as it was reckoned with.
        is_rough: Whether it comes from the calibration alone, not from trying the blocks.
        error_share: How far the last forecast like it was off, None before any run.
    """

    seconds_per_step: float
    seconds_per_epoch: float
    peak_bytes: int
    node_seconds: Mapping[str, float]
    memory: Memory
    precision: str
    threads: int
    is_rough: bool = True
    error_share: float | None = None


def forecast(
    work: Work,
    training: TrainingConfig,
    calibration: Calibration,
    *,
    tried: Mapping[str, NodeSeconds] | None = None,
    around_s: float | None = None,
) -> Forecast:
    """Return what a training will take on the calibrated machine.

    Args:
        work: Network and number of samples.
        training: Settings; open ones are chosen as training would.
        calibration: Of the device that will train.
        tried: By precision, node id to seconds (forward, backward) of a part of a batch on
            one thread, where the blocks themselves were timed.
        around_s: Of what the task does beside the network with a part of a batch, None to guess.

    Raises:
        GraphError: The graph cannot be built.
    """
    training = replace(training, batch_size=min(batch_of(training), max(1, work.samples)))
    part = part_size(training)
    steps = steps_of(work, part)
    choices = precisions_of(training.precision)
    spent = {p: _node_seconds(steps, calibration, p, (tried or {}).get(p)) for p in choices}
    precision = min(choices, key=lambda name: sum(map(sum, spent[name].values())))
    threads, gain = _threads(training, steps, calibration, precision)
    nodes = {
        name: _with_recompute(way, training) * training.batch_size / part / gain
        for name, way in spent[precision].items()
    }
    per_part = around_s if around_s is not None else _around_seconds(work, part, calibration)
    step = sum(nodes.values()) + _update_seconds(training, steps, calibration)
    step += per_part * -(-training.batch_size // part)
    forward = sum(way[0] for way in spent[precision].values()) / gain / part
    answering = work.validation * (forward + per_part / part)
    steps_in_full = mean_work(training.grow) * steps_per_epoch(work.samples, training.batch_size)
    half, base = precision == "bfloat16", calibration.base_bytes
    memory = memory_of(steps, work.contract, training, half=half, base_bytes=base)
    return Forecast(
        seconds_per_step=step,
        seconds_per_epoch=step * steps_in_full + answering,
        peak_bytes=memory.peak_bytes,
        node_seconds=nodes,
        memory=memory,
        precision=precision,
        threads=threads,
        is_rough=not tried,
    )


def _node_seconds(
    steps: Steps,
    calibration: Calibration,
    precision: str,
    tried: NodeSeconds | None,
) -> dict[str, tuple[float, float]]:
    known = tried or {}
    return {
        step.node.id: known.get(step.node.id) or calibration.seconds(step.operators, precision)
        for step in steps
    }


def _threads(
    training: TrainingConfig,
    steps: Steps,
    calibration: Calibration,
    precision: str,
) -> tuple[int, float]:
    """Return (threads, how many times as fast as one): the faster where it is left open."""
    if training.threads == 1 or calibration.cores == 1:
        return 1, 1.0
    every = [operator for step in steps for operator in step.operators]
    gain = calibration.gain(every, precision)
    threads = training.threads or (calibration.cores if gain > 1 else 1)
    return threads, gain ** (min(threads, calibration.cores) > 1)


def _update_seconds(training: TrainingConfig, steps: Steps, calibration: Calibration) -> float:
    """Return seconds of the optimiser and of averaging."""
    learned = sum(step.cost.trainable for step in steps)
    averaged = sum(step.cost.parameters for step in steps) * bool(training.average_weights)
    moved = learned * _UPDATE_BYTES.get(training.optimizer, 28) + averaged * _AVERAGE_BYTES
    return moved / calibration.stream_rate


def _with_recompute(way: tuple[float, float], training: TrainingConfig) -> float:
    forward, backward = way
    return forward * (2 if training.checkpointing else 1) + backward


def _around_seconds(work: Work, part: int, calibration: Calibration) -> float:
    numbers = sum(math.prod(shape) for shape in work.contract.inputs.values()) * part
    return _PREPARE_PASSES * 4 * numbers / calibration.stream_rate
