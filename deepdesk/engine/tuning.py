"""Choosing by measuring: a few real steps decide the precision before the first epoch."""

from __future__ import annotations

import copy
import time

import numpy as np
import torch
from torch import nn

from deepdesk.core.chance import Draws
from deepdesk.core.task import Task
from deepdesk.core.work import StopToken
from deepdesk.data.batches import SplitData
from deepdesk.engine.compute import Compute

_STEPS = 3
_LONGEST_S = 10.0
# A gain below this is noise, and float32 is the safer choice.
_WORTH_IT = 1.1


def pick_precision(
    task: Task,
    model: nn.Module,
    data: SplitData,
    compute: Compute,
    *,
    batch_size: int,
    stop: StopToken,
) -> tuple[str, float]:
    """Return the faster of float32 and bfloat16, and its speed over float32.

    Args:
        task: Gives forward and losses.
        model: Is not changed: a copy takes the steps.
        data: Real samples, (N, ...).
        compute: Device and threads to measure on.
        batch_size: Samples per step.
        stop: Checked before each step.
    """
    seconds: dict[str, float] = {}
    for precision in ("float32", "bfloat16"):
        own = Compute(device=compute.device, precision=precision, threads=compute.threads)
        seconds[precision] = _step_seconds(task, model, data, own, batch_size, stop)
        if seconds[precision] > _LONGEST_S:
            return "float32", 0.0
    gain = seconds["float32"] / seconds["bfloat16"]
    return ("bfloat16", gain) if gain >= _WORTH_IT else ("float32", 1.0)


def _step_seconds(
    task: Task, model: nn.Module, data: SplitData, compute: Compute, size: int, stop: StopToken
) -> float:
    """Return the fastest of a few steps; the first only warms up unless it is very slow."""
    trial = copy.deepcopy(model).train()
    positions = np.arange(min(size, len(data)))
    draws = Draws(0, 0, data.samples[positions])
    best_s = float("inf")
    for step in range(_STEPS + 1):
        stop.check()
        start_s = time.perf_counter()
        batch = task.prepare(compute.here(data.gather(positions)), draws)
        with compute.autocast():
            outputs = task.forward(trial, batch)
        loss = torch.stack(list(task.losses(outputs, batch).values())).sum()
        loss.backward()
        trial.zero_grad(set_to_none=True)
        float(loss.detach())
        elapsed_s = time.perf_counter() - start_s
        if elapsed_s > _LONGEST_S:
            return elapsed_s
        if step:
            best_s = min(best_s, elapsed_s)
    return best_s
