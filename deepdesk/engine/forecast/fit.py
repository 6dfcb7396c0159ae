"""Making a training fit the memory of a machine, one step after the other, cheapest first.

First what leaves the result of training as it is: the batch in parts whose gradients add up,
half precision, results computed twice instead of kept. Only then smaller inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from deepdesk.engine.forecast.calibration import Calibration
from deepdesk.engine.forecast.forecast import Forecast, forecast
from deepdesk.engine.forecast.layout import Work
from deepdesk.engine.settings import TrainingConfig, batch_of, part_size

# The rest is for other programs, and for what a forecast may be off.
USABLE_SHARE = 0.8
_LEAST_PART = 8  # smaller parts are slow, and batch norm sees too little of the data
_LARGEST_BATCH = 1024
_KNEE = 0.97  # a larger batch has to save at least three percent of the time


@dataclass(frozen=True, slots=True, kw_only=True)
class Smaller:
    """Inputs of a smaller size.

    Attributes:
        title: "Picture size 64 to 48 px".
        settings: Of the task, that make them.
        work: The network for them.
    """

    title: str
    settings: Mapping[str, Any]
    work: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class FitStep:
    """One change, on top of those before it.

    Attributes:
        title: What it does: "Batch of 128 in 4 parts of 32".
        why: What it costs beside time, one sentence.
        training: Changed settings of the training.
        task: Changed settings of the task.
        before_bytes: Predicted peak before it.
        after_bytes: Predicted peak after it.
        time_factor: How many times as long an epoch takes after it as before.
    """

    title: str
    why: str
    training: Mapping[str, Any] = field(default_factory=dict)
    task: Mapping[str, Any] = field(default_factory=dict)
    before_bytes: int
    after_bytes: int
    time_factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What makes a training fit.

    Attributes:
        machine_bytes: Memory of the device.
        usable_bytes: What a training may take of it.
        now: Forecast of the settings as they are.
        then: Forecast after all steps.
        steps: In order; () when nothing has to be done, or nothing helps.
        is_within: Whether it fits as it is; the steps are then an offer to go faster.
    """

    machine_bytes: int
    usable_bytes: int
    now: Forecast
    then: Forecast
    steps: tuple[FitStep, ...]
    is_within: bool

    @property
    def is_enough(self) -> bool:
        """Whether it fits after the steps."""
        return self.then.peak_bytes <= self.usable_bytes

    @property
    def training(self) -> dict[str, Any]:
        """Settings of the training that all steps change together."""
        return {key: value for step in self.steps for key, value in step.training.items()}

    @property
    def task(self) -> dict[str, Any]:
        """Settings of the task that all steps change together."""
        return {key: value for step in self.steps for key, value in step.task.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    work: Work
    training: TrainingConfig
    said: Forecast


_Change = tuple[str, str, dict[str, Any]]


def fit(
    work: Work,
    training: TrainingConfig,
    calibration: Calibration,
    machine_bytes: int,
    smaller: Sequence[Smaller] = (),
) -> Fit:
    """Return what makes a training fit `machine_bytes`, or a larger batch where it does.

    Args:
        work: Network and samples.
        training: Settings as they are.
        calibration: Of the device.
        machine_bytes: Its memory.
        smaller: Inputs of smaller sizes, largest first, for when nothing else helps.

    Raises:
        GraphError: The graph cannot be built.
    """
    usable = round(machine_bytes * USABLE_SHARE)
    batch = min(batch_of(training), max(1, work.samples))
    training = replace(training, batch_size=batch)
    start = _State(work=work, training=training, said=forecast(work, training, calibration))
    is_within = start.said.peak_bytes <= usable
    walk = _growing if is_within else _shrinking
    states = [(None, start), *walk(start, calibration, usable, smaller)]
    steps = tuple(
        _step(before, after, change)
        for (_c, before), (change, after) in pairwise(states)
        if change is not None
    )
    return Fit(
        machine_bytes=machine_bytes,
        usable_bytes=usable,
        now=start.said,
        then=states[-1][1].said,
        steps=steps,
        is_within=is_within,
    )


def _shrinking(
    state: _State, calibration: Calibration, usable: int, smaller: Sequence[Smaller]
) -> Iterator[tuple[_Change | Smaller, _State]]:
    """Yield changes that help, until it fits or nothing is left."""
    for offer in (_in_parts, _in_half, _twice, _in_small_parts):
        change = offer(state, calibration, usable)
        if change is None:
            continue
        after = _after(state, change[2], calibration)
        if after.said.peak_bytes < state.said.peak_bytes:
            yield change, after
            state = after
        if state.said.peak_bytes <= usable:
            return
    for less in smaller:
        after = replace(state, work=less.work)
        after = _after(after, {}, calibration)
        if after.said.peak_bytes <= usable or less is smaller[-1]:
            yield less, after
            return


def _growing(
    state: _State, calibration: Calibration, usable: int, smaller: Sequence[Smaller]
) -> Iterator[tuple[_Change | Smaller, _State]]:
    """Yield the largest batch that still makes an epoch faster, if there is one."""
    del smaller
    best = state
    while best.training.batch_size * 2 <= min(_LARGEST_BATCH, state.work.samples):
        larger = best.training.batch_size * 2
        after = _after(best, {"batch_size": larger}, calibration)
        is_faster = after.said.seconds_per_epoch < best.said.seconds_per_epoch * _KNEE
        if not is_faster or after.said.peak_bytes > usable:
            break
        best = after
    if best is not state:
        size = best.training.batch_size
        title = f"Batch of {size} instead of {state.training.batch_size}"
        why = "Beyond it an epoch gains nothing. Raise the learning rate about as much."
        yield (title, why, {"batch_size": size}), best


def _in_parts(state: _State, calibration: Calibration, usable: int) -> _Change | None:
    return _parts(state, calibration, usable, least=_LEAST_PART)


def _in_small_parts(state: _State, calibration: Calibration, usable: int) -> _Change | None:
    return _parts(state, calibration, usable, least=1)


def _parts(state: _State, calibration: Calibration, usable: int, *, least: int) -> _Change | None:
    """Return the fewest parts that fit, or as many as `least` samples a part allow."""
    training = state.training
    parts = training.accumulation
    while part_size(replace(training, accumulation=parts)) > least:
        doubled = min(parts * 2, training.batch_size)
        if part_size(replace(training, accumulation=doubled)) < least:
            break
        parts = doubled
        after = _after(state, {"accumulation": parts}, calibration)
        if after.said.peak_bytes <= usable:
            break
    if parts == training.accumulation:
        return None
    size = part_size(replace(training, accumulation=parts))
    title = f"Batch of {training.batch_size} in {parts} parts of {size}"
    return title, "The gradients add up to those of the whole batch.", {"accumulation": parts}


def _in_half(state: _State, calibration: Calibration, usable: int) -> _Change | None:
    del calibration, usable
    if state.said.precision == "bfloat16":
        return None
    why = "Results are kept in half the bits; weights stay in float32."
    return "bfloat16 mixed precision", why, {"precision": "bfloat16"}


def _twice(state: _State, calibration: Calibration, usable: int) -> _Change | None:
    del calibration, usable
    if state.training.checkpointing:
        return None
    why = "Blocks forget their insides and compute them again: the same result."
    return "Compute twice, keep less", why, {"checkpointing": True}


def _after(state: _State, changes: Mapping[str, Any], calibration: Calibration) -> _State:
    training = replace(state.training, **changes)
    return replace(state, training=training, said=forecast(state.work, training, calibration))


def _step(before: _State, after: _State, change: _Change | Smaller) -> FitStep:
    if isinstance(change, Smaller):
        title, why = change.title, "Fine detail is lost."
        changed: dict[str, Any] = {}
        task = change.settings
    else:
        title, why, changed = change
        task = {}
    return FitStep(
        title=title,
        why=why,
        training=changed,
        task=task,
        before_bytes=before.said.peak_bytes,
        after_bytes=after.said.peak_bytes,
        time_factor=after.said.seconds_per_epoch / max(before.said.seconds_per_epoch, 1e-12),
    )
