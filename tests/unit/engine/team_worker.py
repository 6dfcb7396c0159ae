"""One process of a team that trains the toy, started by the tests: `python -m ... JSON`."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path

import torch
from torch import nn

from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine import team
from deepdesk.engine.followed_run import FollowedRun
from deepdesk.project.runs import RunFolder
from tests.unit.engine.toy import CPU, toy_trainer

NORMED = "normed"
PLAIN = "plain"
WIDE = "wide"


class Wide(nn.Module):
    """Goes on in 64 bits, (N, C) -> (N, C): what is left of a difference is no rounding."""

    def forward(self, x):
        """Return it in 64 bits."""
        return x.double()


def network(kind):
    """Return a network without dropout, whose draws would be per process."""
    torch.manual_seed(0)
    norm = nn.Identity() if kind == PLAIN else nn.BatchNorm1d(8)
    layers = nn.Sequential(nn.Linear(2, 8), norm, nn.ReLU(), nn.Linear(8, 2))
    return nn.Sequential(Wide(), layers.double()) if kind == WIDE else layers


class StopAfter(StopToken):
    """Stops after so many looks at whether it should."""

    def __init__(self, looks):
        super().__init__()
        self.left = looks

    @property
    def is_stopping(self):
        """Whether enough looks were taken."""
        self.left -= 1
        if self.left < 0:
            self.stop()
        return super().is_stopping


def main(told):
    """Train as one process of `told["size"]`; the first one writes the run."""
    rank, size = told["rank"], told["size"]
    path = Path(told["run"])
    group = team.ALONE
    if size > 1:
        store = torch.distributed.FileStore(told["store"], size)
        group = team.joined(rank=rank, size=size, local_size=size, store=store)
    run = FollowedRun(path) if rank else RunFolder(path)
    compute = dataclasses.replace(CPU, team=group)
    torch.set_num_threads(1)
    given = (network(told["network"]), compute)
    trainer, _run = toy_trainer(path, run=run, network=given, **told["settings"])
    stop = StopAfter(told["stop_after"]) if told["stop_after"] and not rank else StopToken()
    try:
        trainer.train(stop)
    except StoppedError:
        trainer.keeper.save(trainer.network, trainer.recorder, must=True)
    trainer.keeper.save(trainer.network, trainer.recorder, must=True)
    run.metrics.close()
    team.leave()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
    sys.stderr.flush()
    # As workers of a run do: torch's threads may still run.
    os._exit(0)
