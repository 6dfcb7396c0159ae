"""A bench whose steps take the seconds that one says, on clocks that tell nothing else."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from deepdesk.core.work import StopToken
from deepdesk.engine.compute import Compute
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.tuning import bench as bench_module
from deepdesk.engine.tuning.bench import Bench
from tests.unit.engine.toy import ToyTask, clouds

CPU = Compute(device=torch.device("cpu"), precision="float32", threads=1)


class PaperTrial:
    """Stands for real steps: moves the clock by what `seconds_of(compute, samples)` says."""

    now = 0.0
    seconds_of = staticmethod(lambda _compute, _size: 0.01)
    taken: list[tuple[Compute, int]] = []  # noqa: RUF012 - emptied by the fixture

    def __init__(self, _task, _model, _training, compute):
        self._compute = compute

    def step(self, _fields, samples):
        size = len(samples)
        PaperTrial.taken.append((self._compute, size))
        PaperTrial.now += PaperTrial.seconds_of(self._compute, size)


def paper_bench(monkeypatch, seconds_of, *, samples=64, stop=None, **settings):
    """Return a bench over `samples` points whose steps take `seconds_of(compute, size)`."""
    PaperTrial.now = 0.0
    PaperTrial.taken = []
    PaperTrial.seconds_of = staticmethod(seconds_of)
    monkeypatch.setattr(bench_module, "Trial", PaperTrial)
    monkeypatch.setattr(Compute, "settle", lambda self: None)

    def clock():
        return PaperTrial.now

    training = TrainingConfig(batch_size=8, **settings)
    stop = stop or StopToken()
    return Bench(ToyTask(), nn.Linear(2, 2), clouds(samples), training, stop, clocks=(clock, clock))


def ways(**changes):
    """Return a way of computing on the CPU."""
    return replace(CPU, **changes)
