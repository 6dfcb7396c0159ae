"""Choosing by measuring: a few real steps decide precision and threads before the first epoch."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from deepdesk.core.chance import Draws
from deepdesk.core.task import Task
from deepdesk.core.work import StopToken
from deepdesk.data.batches import SplitData
from deepdesk.engine.compute import Compute
from deepdesk.engine.devices import physical_cores

Clock = Callable[[], float]
Positions = NDArray[np.int64]

_ROUNDS = 4
_LONGEST_S = 10.0
# A gain below this is noise; the plain choice is then the safer one.
_WORTH_IT = 1.1


class Tuning:
    """Takes real steps on copies of a network and says what is fastest.

    Args:
        task: Gives forward and losses.
        model: On its device; is not changed.
        data: Real samples, shape (N, ...).
        batch_size: Samples per step.
        stop: Checked before each step.
    """

    def __init__(
        self, task: Task, model: nn.Module, data: SplitData, *, batch_size: int, stop: StopToken
    ) -> None:
        self._task = task
        self._model = model
        self._data = data
        self._positions = np.arange(min(batch_size, len(data)))
        self._stop = stop

    def precision(self, compute: Compute) -> tuple[Compute, float]:
        """Return the faster of float32 and bfloat16, and its speed over float32.

        On a CPU one thread is measured in processor time, so that other programs do not decide.
        """
        on_cpu = compute.device.type == "cpu"
        plain = replace(compute, precision="float32", threads=1 if on_cpu else compute.threads)
        clock = time.process_time if on_cpu else time.perf_counter
        chosen, gain = self._faster([plain, replace(plain, precision="bfloat16")], clock)
        return replace(compute, precision=chosen.precision), gain

    def threads(self, compute: Compute) -> tuple[Compute, float]:
        """Return the better of one thread and one per core, and its speed over one thread.

        Measured in real time, with whatever else this machine does now: threads that work in
        step wait for the one that another program holds up, and two can be five times as slow
        as one.
        """
        cores = physical_cores()
        if compute.device.type != "cpu" or cores == 1:
            return replace(compute, threads=cores), 0.0
        single = replace(compute, threads=1)
        return self._faster([single, replace(compute, threads=cores)], time.perf_counter)

    def _faster(self, choices: list[Compute], clock: Clock) -> tuple[Compute, float]:
        """Return the fastest choice, and how many times as fast as the first it is."""
        plain, *others = choices
        trials = [_Trial(self._task, self._model, self._data, self._positions) for _c in choices]
        seconds: list[list[float]] = [[] for _c in choices]
        for _round in range(_ROUNDS):
            for compute, trial, spent in zip(choices, trials, seconds, strict=True):
                self._stop.check()
                compute.use_threads()
                start_s = clock()
                trial.step(compute)
                spent.append(clock() - start_s)
                if spent[-1] > _LONGEST_S:
                    return plain, 0.0
        # The first round warms up.
        plain_s, *others_s = (statistics.median(spent[1:]) for spent in seconds)
        best_s = min(others_s)
        gain = plain_s / best_s
        return (others[others_s.index(best_s)], gain) if gain >= _WORTH_IT else (plain, 1.0)


class _Trial:
    """A copy of the network that takes real steps."""

    def __init__(self, task: Task, model: nn.Module, data: SplitData, positions: Positions) -> None:
        self._task = task
        self._model = copy.deepcopy(model).train()
        self._data = data
        self._positions = positions

    def step(self, compute: Compute) -> None:
        """Take one step, forward and backward, and wait for its end."""
        draws = Draws(0, 0, self._data.samples[self._positions])
        batch = self._task.prepare(compute.here(self._data.gather(self._positions)), draws)
        with compute.autocast():
            outputs = self._task.forward(self._model, batch)
        loss = torch.stack(list(self._task.losses(outputs, batch).values())).sum()
        loss.backward()
        self._model.zero_grad(set_to_none=True)
        float(loss.detach())
