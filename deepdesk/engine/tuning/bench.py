"""Real steps on copies of a network, one way of computing after the other, on a clock."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from deepdesk.core.chance import Draws
from deepdesk.core.task import Task
from deepdesk.core.work import StopToken
from deepdesk.data.batches import SplitData
from deepdesk.engine.compute import Compute
from deepdesk.engine.network import Network
from deepdesk.engine.settings import TrainingConfig

Clock = Callable[[], float]
_ROUNDS = 5
_LEAST_ROUNDS = 4  # of fewer, one that was disturbed would decide
_GRACE_S = 2.0
_WHOLE_S = 5.0  # all measuring together, about
_STEP_S = 0.1  # a step that is measured, about: large networks take fewer samples
_LONGEST_S = 2.0
_LEAST_SAMPLES = 16
_RATE = 1e-6
TOO_SLOW = "Not measured: a step takes too long to try several."
SLOW_STEP = f"A step took longer than {_LONGEST_S:.0f} s."
NO_TIME = "Not measured: there was no time left for it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a step took.

    Attributes:
        seconds: For each sample, 0.0 where it was not measured.
        why: Why it was not, "" where it was.
    """

    seconds: float = 0.0
    why: str = ""


Entry = tuple[Compute, int]
Raw = tuple[Mapping[str, Tensor], NDArray[np.int64]]


class Bench:
    """Measures steps; the network it is given is not changed.

    Args:
        task: Gives forward and losses.
        model: Of any device and layout.
        data: Real samples.
        training: Settings of the optimiser.
        stop: Checked before each step.
        clocks: That of one thread, which other programs do not disturb, and that on the wall.
    """

    def __init__(
        self,
        task: Task,
        model: nn.Module,
        data: SplitData,
        training: TrainingConfig,
        stop: StopToken,
        clocks: tuple[Clock, Clock] = (time.thread_time, time.perf_counter),
    ) -> None:
        self._task = task
        self._model = model
        self._data = data
        self._training = replace(training, average_weights=0.0)
        self._stop = stop
        self._alone, self._real = clocks
        self._end_s = self._real() + _WHOLE_S
        self._gathered: dict[int, Raw] = {}
        self.is_slow = False

    def grant(self, seconds: float) -> None:
        """Allow so many seconds more, from now on."""
        self._end_s = max(self._end_s, self._real() + seconds)

    def portion(self, compute: Compute, part: int) -> int:
        """Return how many samples a measured step takes: at most a part of a batch."""
        least = min(_LEAST_SAMPLES, part, len(self._data))
        spent = self.compare([(compute, least)], is_shared=False, rounds=2)[0]
        if not spent.seconds:
            return least
        return min(part, len(self._data), max(least, int(_STEP_S / spent.seconds)))

    def compare(
        self, entries: Sequence[Entry], *, is_shared: bool, rounds: int = _ROUNDS
    ) -> list[Spent]:
        """Return what each of (compute, samples) takes, interleaved, the median of the rounds.

        Args:
            entries: What to measure.
            is_shared: In real time, with the threads each has, instead of on one thread's clock.
            rounds: At most so many; the first warms up.
        """
        if self.is_slow or self._real() > self._end_s:
            return [Spent(why=TOO_SLOW if self.is_slow else NO_TIME) for _entry in entries]
        lanes = [_Lane(self._taken(compute, is_shared), size) for compute, size in entries]
        with torch.random.fork_rng():
            for done in range(rounds):
                late_s = self._real() - self._end_s
                if late_s > (0.0 if done >= _LEAST_ROUNDS else _GRACE_S):
                    break
                for lane in lanes:
                    self._stop.check()
                    self._step(lane, is_shared=is_shared)
                    if lanes[0].why == SLOW_STEP:
                        self.is_slow = True
                        return [Spent(why=TOO_SLOW) for _entry in entries]
        return [lane.spent(min(rounds, _LEAST_ROUNDS)) for lane in lanes]

    def _raw(self, size: int) -> Raw:
        """Return samples and their tensors; waiting for them is no part of a step."""
        if size not in self._gathered:
            positions = np.arange(size)
            fields = self._data.gather(positions)
            self._gathered = {size: (fields, self._data.samples[positions]), **self._gathered}
        return self._gathered[size]

    def _taken(self, compute: Compute, is_shared: bool) -> Compute:
        on_one = compute.device.type == "cpu" and not is_shared
        return replace(compute, threads=1) if on_one else compute

    def _step(self, lane: _Lane, *, is_shared: bool) -> None:
        if lane.why:
            return
        clock = self._real if is_shared or lane.compute.device.type != "cpu" else self._alone
        lane.compute.settle()
        try:
            if lane.trial is None:
                lane.trial = Trial(self._task, self._model, self._training, lane.compute)
            raw = self._raw(lane.size)
            begun_s, start_s = self._real(), clock()
            lane.trial.step(*raw)
            lane.seconds.append(clock() - start_s)
        except (RuntimeError, MemoryError) as error:
            lane.trial = None
            lane.why = _refusal(error)
            return
        if self._real() - begun_s > _LONGEST_S:
            lane.trial, lane.why = None, SLOW_STEP


class _Lane:
    """One way of computing and what its steps took."""

    def __init__(self, compute: Compute, size: int) -> None:
        self.compute = compute
        self.size = size
        self.trial: Trial | None = None
        self.seconds: list[float] = []
        self.why = ""

    def spent(self, rounds: int) -> Spent:
        """Return the median without the first round, nothing of too few rounds."""
        if self.why or len(self.seconds) < rounds:
            return Spent(why=self.why or NO_TIME)
        return Spent(seconds=max(statistics.median(self.seconds[1:]), 1e-9) / self.size)


def _refusal(error: Exception) -> str:
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return "The memory of the device is too small for it."
    first = (str(error).splitlines() or [""])[0][:120]
    return f"It does not work here: {first}" if first else "It does not work here."


class Trial:
    """A copy of the network that takes real steps.

    Args:
        task: Gives forward and losses.
        model: Is copied.
        training: Settings of the optimiser.
        compute: Where and how.
    """

    def __init__(
        self, task: Task, model: nn.Module, training: TrainingConfig, compute: Compute
    ) -> None:
        self._task = task
        placed = compute.place(copy.deepcopy(model)).train()
        self._network = Network(placed, compute, training, 1)

    def step(self, fields: Mapping[str, Tensor], samples: NDArray[np.int64]) -> None:
        """Take one step, forward, backward and update; wait for its end.

        Args:
            fields: Raw, on the CPU, (N, ...) each.
            samples: Their numbers, int64, (N,).
        """
        network, compute = self._network, self._network.compute
        network.set_rate(_RATE)
        batch = self._task.prepare(compute.here(fields), Draws(0, 0, samples))
        with compute.autocast():
            outputs = self._task.forward(network.model, batch)
        loss = torch.stack(list(self._task.losses(outputs, batch).values())).sum()
        network.backward(loss)
        network.update(0.0, steps_done=1)
        float(loss.detach())
