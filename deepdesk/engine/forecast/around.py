"""What a step does around the network: prepare samples, compare answers, keep count."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import torch

from deepdesk.core.chance import Draws
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.task import Task
from deepdesk.core.work import StopToken
from deepdesk.data.batches import SplitData
from deepdesk.engine.compute import Compute
from deepdesk.engine.forecast.timing import clock_of, threads_of
from deepdesk.nn.block import ANY_SIZE
from deepdesk.nn.graph import Contract

_ROUNDS = 4
_USUAL_LENGTH = 1000  # rows of an answer whose number the network decides


def around_seconds(
    task: Task, contract: Contract, size: int, device: str, stop: StopToken
) -> float | None:
    """Return the seconds a task spends on `size` samples beside the network, on one thread.

    Made-up samples of the task's own kind are gathered, prepared and augmented, made-up answers
    are compared with them. None where a task cannot do that with made-up samples.
    """
    compute = Compute(device=torch.device(device), threads=1)
    clock = clock_of(compute)
    spent = []
    try:
        data = _samples(task, size)
        with threads_of(compute) if device == "cpu" else nullcontext():
            for number in range(_ROUNDS):
                stop.check()
                start_s = clock()
                _step(task, contract, data, number, compute)
                spent.append(clock() - start_s)
                if sum(spent) > 1.0:
                    break
    except (DeepDeskError, ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
        return None
    return min(spent[1:], default=spent[0])


def _samples(task: Task, size: int) -> SplitData:
    generator = np.random.default_rng(0)
    arrays: dict[str, Any] = {}
    for name, field in task.fields.items():
        values = generator.integers(0, 2, (size, *field.shape))
        arrays[name] = values.astype(field.dtype)
    classes = np.arange(size, dtype=np.int64) % 2
    return SplitData(
        samples=np.arange(size), arrays=arrays, extras=task.extras(classes, [None] * size)
    )


def _step(task: Task, contract: Contract, data: SplitData, number: int, compute: Compute) -> None:
    size = len(data)
    batch = compute.here(data.gather(np.arange(size)))
    prepared = task.prepare(batch, Draws(0, number, data.samples))
    answers = {
        name: torch.zeros(size, *_sizes(shape), device=compute.device, requires_grad=True)
        for name, shape in contract.outputs.items()
    }
    given: Any = answers if len(answers) > 1 else next(iter(answers.values()))
    outputs = task.forward(_Given(given), prepared)
    loss = torch.stack(list(task.losses(outputs, prepared).values())).sum()
    loss.backward()
    for metric in (*task.metrics(), *task.metrics()):
        metric.update(outputs.detach(), prepared)


def _sizes(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of one answer, with a usual length for an axis that networks decide."""
    return tuple(_USUAL_LENGTH if size == ANY_SIZE else size for size in shape)


class _Given(torch.nn.Module):
    """A network that always gives the same answer."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self._answer = answer

    def forward(self, *_inputs: Any) -> Any:
        """Return the answer, whatever is asked; tensors of shape (N, ...)."""
        return self._answer
