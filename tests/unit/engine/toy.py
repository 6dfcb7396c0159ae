"""A task small enough to train in milliseconds: which of two clouds is a point in?"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from torch import nn

from deepdesk.core.task import Answer, Field
from deepdesk.data.batches import SplitData
from deepdesk.engine.compute import Compute
from deepdesk.engine.file_alone import FileAlone
from deepdesk.engine.keeper import Keeper, RunProgress
from deepdesk.engine.metrics import Accuracy
from deepdesk.engine.network import Network
from deepdesk.engine.recorder import Recorder
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.team_keeper import TeamKeeper
from deepdesk.engine.trainer import Trainer
from deepdesk.project.runs import Runs

CPU = Compute(device=torch.device("cpu"), threads=1)
SAMPLES = 64


class ToyTask(FileAlone):
    """Only what the loop asks of a task; draws jitter the points."""

    def __init__(self):
        self.fields = {"point": Field(shape=(2,), dtype="float32")}
        self.poison_step = -1
        self.steps = 0

    def prepare(self, batch, draws):
        if draws is None:
            return batch
        jitter = torch.from_numpy(draws.uniform("jitter", 2)) * 0.1
        return {**batch, "point": batch["point"] + jitter}

    def forward(self, model, batch):
        return model(batch["point"])

    def losses(self, outputs, batch):
        self.steps += outputs.requires_grad
        loss = nn.functional.cross_entropy(outputs, batch["label"])
        return {"cross_entropy": loss * float("nan") if self.steps == self.poison_step else loss}

    def metrics(self):
        return (Accuracy(),)

    def answers(self, outputs, batch):
        return [
            Answer(truth=str(t), answer=str(a), score=1.0, is_right=bool(t == a))
            for t, a in zip(batch["label"].tolist(), outputs.argmax(1).tolist(), strict=True)
        ]


def clouds(count=SAMPLES, seed=0):
    """Return a split of points around (-1, 0) and (1, 0)."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    points = generator.normal(0, 0.5, (count, 2)).astype(np.float32)
    points[:, 0] += labels * 2 - 1
    return SplitData(samples=np.arange(count), arrays={"point": points}, extras={"label": labels})


def toy_model():
    """Return the small network that most tests train, with the same weights each time."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 2))


def toy_trainer(
    folder, *, events=None, run=None, task=None, validation=None, network=(None, CPU), **settings
):
    """Return a trainer in a new run folder, or in `run`, resumed when it has a checkpoint."""
    task = task or ToyTask()
    defaults = {"epochs": 3, "batch_size": 16, "learning_rate": 0.1, "checkpoint_s": 0.0}
    config = TrainingConfig(**{**defaults, **settings})
    data = {"train": clouds(), "validation": clouds(32, 1) if validation is None else validation}
    run = run or Runs(folder).new("toy", {})
    model, compute, *parts = network
    steps = SAMPLES // config.batch_size
    emit = (events if events is not None else []).append
    network = Network(model or toy_model(), compute, config, steps * config.epochs, *parts)
    recorder = Recorder(
        task,
        run.metrics,
        emit,
        device=CPU.device,
        validation=data["validation"],
        steps=(steps, steps * config.epochs),
    )
    kind = Keeper if compute.team.size == 1 else partial(TeamKeeper, team=compute.team)
    keeper = kind(
        run,
        RunProgress(),
        every_s=config.checkpoint_s,
        emit=emit,
        sample_ids=data["validation"].samples.tolist(),
    )
    keeper.resume(network, recorder)
    trainer = Trainer(task, network, data, config, recorder=recorder, keeper=keeper)
    return trainer, run
