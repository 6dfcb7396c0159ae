"""Choosing by measuring: a few real steps decide the precision before the first epoch."""

from __future__ import annotations

import copy
import time
from dataclasses import replace

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
    trials = {
        precision: _Trial(task, model, data, replace(compute, precision=precision), batch_size)
        for precision in ("float32", "bfloat16")
    }
    for _round in range(_STEPS + 1):
        for trial in trials.values():
            stop.check()
            trial.step()
            if trial.last_s > _LONGEST_S:
                return "float32", 0.0
    gain = trials["float32"].best_s / trials["bfloat16"].best_s
    return ("bfloat16", gain) if gain >= _WORTH_IT else ("float32", 1.0)


class _Trial:
    """A copy of the network that takes real steps in one precision; the first only warms up."""

    def __init__(
        self, task: Task, model: nn.Module, data: SplitData, compute: Compute, size: int
    ) -> None:
        self._task = task
        self._model = copy.deepcopy(model).train()
        self._data = data
        self._compute = compute
        self._positions = np.arange(min(size, len(data)))
        self._is_warm = False
        # On the CPU other programs must not decide: count the time it worked, not the time it took.
        self._clock = time.process_time if compute.device.type == "cpu" else time.perf_counter
        self.best_s = float("inf")
        self.last_s = 0.0

    def step(self) -> None:
        """Take one step, forward and backward, and note how long it took."""
        start_s = self._clock()
        draws = Draws(0, 0, self._data.samples[self._positions])
        batch = self._compute.here(self._data.gather(self._positions))
        prepared = self._task.prepare(batch, draws)
        with self._compute.autocast():
            outputs = self._task.forward(self._model, prepared)
        loss = torch.stack(list(self._task.losses(outputs, prepared).values())).sum()
        loss.backward()
        self._model.zero_grad(set_to_none=True)
        float(loss.detach())
        self.last_s = self._clock() - start_s
        if self._is_warm:
            self.best_s = min(self.best_s, self.last_s)
        self._is_warm = True
