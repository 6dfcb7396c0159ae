"""How large may a step be? Tries every size on a copy of the network, from tiny to far too large.

The range test of Smith, 2017 (arXiv:1506.01186, 3.3): the learning rate grows by the same factor
from batch to batch, and the loss says what it makes of it. Nothing in the project is changed.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from deepdesk.core.chance import Draws, key_of
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Progress, Result
from deepdesk.core.task import Task, TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.batches import Batch, SplitData, training_positions
from deepdesk.engine import run_data, run_feed
from deepdesk.engine.compute import Compute
from deepdesk.engine.devices import physical_cores
from deepdesk.engine.donor import first_network
from deepdesk.engine.network import Network
from deepdesk.engine.parts import parts_of
from deepdesk.engine.plan import RunPlan
from deepdesk.engine.request import RunRequest
from deepdesk.engine.run import new_plan
from deepdesk.engine.settings import TrainingConfig, batch_of
from deepdesk.nn.graph import Graph
from deepdesk.project.folder import Project

STEPS = 100
LONGEST_S = 300.0
# Lowest and highest rate that is tried.
RANGES = {"sgd": (1e-4, 10.0), "adamw": (1e-6, 1.0)}
# How much of the smoothed loss is the past; and when it counts as having run away.
_MEMORY = 0.9
_TOO_MUCH = 4.0
# The lowest loss is at the edge of what works, and smoothing shows it late, so a suggestion keeps
# away from it: a tenth (Howard and Gugger, 2020, "Deep Learning for Coders", 5). SGD may come
# nearer with a rate that is only reached for a moment: with the lowest loss at 0.43 on CIFAR-10, 8
# epochs of one cycle to 0.05, 0.2 and 0.4 came to 74.4, 76.8 and 76.2 %. AdamW may not: with the
# lowest loss at 0.09 on digits, 4 epochs to 0.03, 0.009 and 0.003 came to 92.9, 97.8 and 82.9 %.
SAFE_SHARE = 0.1
NEARER_SHARE = 1 / 3
_MAY_COME_NEARER = frozenset({("sgd", "one_cycle"), ("sgd", "cosine")})
_TELL_EVERY = 4
_FEWEST = 40  # tries; fewer say nothing, however long they take
_REACH = 5  # tries to each side of one where the steepness is measured


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCurve:
    """The loss at each rate that was tried.

    Attributes:
        rates: From low to high.
        losses: Smoothed, in the unit of the loss.
        whole: Lowest and highest rate that are to be tried.
        suggestion: A safe share of the rate at the lowest loss, 0.0 while there is none.
        steepest: The rate at which the loss falls fastest, 0.0 while there is none.
        is_done: Whether this is the whole curve.
        note: What a person should know of it, "" for nothing.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    whole: tuple[float, float]
    suggestion: float = 0.0
    steepest: float = 0.0
    is_done: bool = False
    note: str = ""


def rate_work(project: Project, spec: TaskSpec, request: RunRequest) -> Work:
    """Return work that emits a growing `RateCurve` as `Result`, the last one done."""

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Progress(what="Preparing"))
        plan, task, rows = new_plan(project, spec, request)
        rows = {split: rows[split] if split == "train" else _none(rows[split]) for split in rows}
        data = run_feed.decoded(project, task, plan, rows, emit, stop)["train"]
        emit(Progress(what="Building the network"))
        before = torch.get_num_threads()
        try:
            network = _network(project, spec, plan, task, emit)
            sweep(task, network, data, plan.training, emit, stop)
        finally:
            torch.set_num_threads(before)

    return work


def _none(
    rows: tuple[run_data.Ids, run_data.Ids, list[object]],
) -> tuple[run_data.Ids, run_data.Ids, list[object]]:
    ids, classes, _targets = rows
    return ids[:0], classes[:0], []


def _network(
    project: Project, spec: TaskSpec, plan: RunPlan, task: Task, emit: EventSink
) -> Network:
    """Return a network of its own that begins as the run would."""
    precision = "float32" if plan.precision == "auto" else plan.precision
    threads = plan.threads or max(1, physical_cores() - 1)
    compute = Compute(device=torch.device(plan.device), precision=precision, threads=threads)
    compute.use_threads()
    model, carried = first_network(project, spec, plan, task, emit)
    training = replace(plan.training, average_weights=0.0)
    parts = parts_of(model, Graph.from_json(plan.graph), training, carried)
    network = Network(compute.place(model), compute, training, STEPS, parts)
    network.begin_epoch(0)
    return network


def sweep(
    task: Task,
    network: Network,
    data: SplitData,
    training: TrainingConfig,
    emit: EventSink,
    stop: StopToken,
) -> None:
    """Train `network` at growing rates and emit its `RateCurve` as `Result`, the last one done.

    Args:
        task: Gives forward and losses.
        network: Is changed: hand over a copy.
        data: Training samples, (N, ...).
        training: Checked settings.
        emit: Told of the curve.
        stop: Checked before each step.

    Raises:
        DeepDeskError: The loss is no number from the beginning.
    """
    low, high = RANGES[training.optimizer]
    rates: list[float] = []
    raw: list[float] = []
    start_s, note = time.monotonic(), ""
    for number, (epoch, batch) in enumerate(_batches(data, training)):
        stop.check()
        rate = rate_of(number, low, high)
        loss = _step(task, network, training, (number, epoch, batch), rate)
        if not math.isfinite(loss):
            break
        rates.append(rate)
        raw.append(loss)
        smooth = smoothed(raw)
        emit(Progress(what="Trying learning rates", done=number + 1, total=STEPS))
        if number + 1 == STEPS or smooth[-1] > _TOO_MUCH * min(smooth):
            break
        if number + 1 >= _FEWEST and time.monotonic() - start_s > LONGEST_S:
            note = "Stopped after five minutes: a higher rate may be better."
            break
        if not (number + 1) % _TELL_EVERY:
            emit(Result(value=RateCurve(rates=tuple(rates), losses=smooth, whole=(low, high))))
    emit(Result(value=finished(rates, raw, (low, high), safe_share(training), note)))


def safe_share(training: TrainingConfig) -> float:
    """Return the share of the rate at the lowest loss that is suggested, 0 to 1."""
    how = (training.optimizer, training.schedule)
    return NEARER_SHARE if how in _MAY_COME_NEARER else SAFE_SHARE


def rate_of(number: int, low: float, high: float) -> float:
    """Return the learning rate of try `number` of `STEPS`, evenly spaced in magnitude."""
    return low * math.exp(math.log(high / low) * number / (STEPS - 1))


def smoothed(losses: Sequence[float]) -> tuple[float, ...]:
    """Return the running mean that forgets, corrected for its beginning (arXiv:1412.6980, 3)."""
    mean, kept = 0.0, []
    for number, loss in enumerate(losses, start=1):
        mean = _MEMORY * mean + (1.0 - _MEMORY) * loss
        kept.append(mean / (1.0 - _MEMORY**number))
    return tuple(kept)


def finished(
    rates: Sequence[float],
    losses: Sequence[float],
    whole: tuple[float, float],
    share: float,
    note: str = "",
) -> RateCurve:
    """Return the whole curve with its suggestion.

    Args:
        rates: From low to high.
        losses: Of each, as they came.
        whole: Lowest and highest rate that were to be tried.
        share: Of the rate at the lowest loss that is suggested.
        note: What a person should know of it.

    Raises:
        DeepDeskError: The loss was never a number long enough.
    """
    if len(rates) < 2:
        raise DeepDeskError(
            "The loss is no number even at the lowest learning rate.",
            "Look at the data and the network: something in them is far too large.",
        )
    smooth = smoothed(losses)
    lowest = min(range(len(smooth)), key=smooth.__getitem__)
    steepest = _steepest(smooth[: lowest + 1])
    if not note and smooth[lowest] > 0.98 * smooth[0]:
        note = "No rate lowered the loss much, so the suggestion says little."
    return RateCurve(
        rates=tuple(rates),
        losses=smooth,
        whole=whole,
        suggestion=float(f"{rates[lowest] * share:.1e}"),
        steepest=rates[steepest],
        is_done=True,
        note=note,
    )


def _steepest(losses: Sequence[float]) -> int:
    """Return where losses fall fastest, over so many tries that noise does not decide."""
    reach = min(_REACH, (len(losses) - 1) // 2)
    inner = range(reach, len(losses) - reach)
    return min(inner, key=lambda at: losses[at + reach] - losses[at - reach])


def _batches(data: SplitData, training: TrainingConfig) -> Iterator[tuple[int, Batch]]:
    """Yield (epoch, batch) as training sees them, epoch after epoch."""
    size = min(batch_of(training), len(data))
    for epoch in itertools.count():
        positions = training_positions(len(data), batch_size=size, seed=training.seed, epoch=epoch)
        for batch in data.stream(positions):
            yield epoch, batch


def _step(
    task: Task, network: Network, training: TrainingConfig, at: tuple[int, int, Batch], rate: float
) -> float:
    """Take one step as training would, at `rate`; return the loss before it."""
    number, epoch, batch = at
    torch.manual_seed(key_of("step", training.seed, number))
    network.set_rate(rate)
    total = 0.0
    for part in batch.parts(training.accumulation):
        share = len(part) / len(batch)
        draws = Draws(training.seed, epoch, part.samples)
        prepared = task.prepare(network.compute.here(part.fields), draws)
        with network.compute.autocast():
            outputs = task.forward(network.model, prepared)
        loss = torch.stack(list(task.losses(outputs, prepared).values())).sum() * share
        loss.backward()
        total += float(loss.detach())
    if math.isfinite(total):
        network.update(training.clip_norm, steps_done=number + 1)
    return total
