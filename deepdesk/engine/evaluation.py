"""Measuring a network on a split."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from deepdesk.core.task import Answer, Task
from deepdesk.core.work import StopToken
from deepdesk.data.batches import SplitData, plain_positions
from deepdesk.engine.compute import Compute


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What came out on a split.

    Attributes:
        metrics: "loss" and each metric of the task by name.
        details: JSON-ready extras of the metrics.
        answers: One per sample that can be read, in the order of the split.
        samples: The numbers of these samples.
    """

    metrics: Mapping[str, float]
    details: Mapping[str, Any] = field(default_factory=dict)
    answers: Sequence[Answer] = ()
    samples: Sequence[int] = ()


@torch.no_grad()
def outputs_of(
    task: Task,
    model: nn.Module,
    data: SplitData,
    compute: Compute,
    *,
    batch_size: int,
    stop: StopToken,
) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Yield (outputs, prepared batch) over a split in its order, no augmentation.

    Args:
        task: Gives `prepare` and `forward`.
        model: On the device of `compute`; is put into evaluation mode.
        data: The split, (N, ...).
        compute: Device and precision.
        batch_size: Samples at once.
        stop: Checked before each batch.
    """
    model.eval()
    for raw in data.stream(plain_positions(len(data), batch_size), compute.device, stop):
        stop.check()
        if not len(raw):
            continue
        batch = task.prepare(compute.here(raw.fields), None)
        with compute.autocast():
            outputs = task.forward(model, batch)
        yield outputs, batch


@torch.no_grad()
def evaluate(
    task: Task,
    model: nn.Module,
    data: SplitData,
    compute: Compute,
    *,
    batch_size: int,
    stop: StopToken,
) -> Evaluation:
    """Return the metrics of `model` over a whole split, no augmentation.

    Args:
        task: Gives forward, losses and metrics.
        model: On the device of `compute`; is put into evaluation mode.
        data: The split; an empty one gives no metrics.
        compute: Device and precision.
        batch_size: Samples at once.
        stop: Checked before each batch.
    """
    metrics = task.metrics()
    answers: list[Answer] = []
    loss_sum, count = 0.0, 0
    for outputs, batch in outputs_of(task, model, data, compute, batch_size=batch_size, stop=stop):
        said = task.answers(outputs, batch)
        loss_sum += float(sum(task.losses(outputs, batch).values())) * len(said)
        count += len(said)
        for metric in metrics:
            metric.update(outputs, batch)
        answers.extend(said)
    if not count:
        return Evaluation(metrics={})
    values = {"loss": loss_sum / count, **{metric.name: metric.compute() for metric in metrics}}
    details: dict[str, Any] = {}
    for metric in metrics:
        details.update(metric.details())
    finite = {name: value for name, value in values.items() if math.isfinite(value)}
    samples = data.samples[data.usable(np.arange(len(data)), stop)].tolist()
    return Evaluation(metrics=finite, details=details, answers=answers, samples=samples)
