"""fastai 2.8: its own loaders, batch transforms and Learner."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastai.callback.core import Callback
from fastai.callback.schedule import ParamScheduler, SchedLin, combine_scheds
from fastai.data.transforms import Normalize
from fastai.learner import Learner
from fastai.losses import CrossEntropyLossFlat
from fastai.metrics import accuracy
from fastai.optimizer import OptimWrapper
from fastai.vision.augment import Flip, RandomCrop
from fastai.vision.data import ImageDataLoaders

from tests.benchmarks.peers.recipe import (
    BATCH,
    DECAY,
    DEVIATION,
    FIRST_SHARE,
    LAST_SHARE,
    MEAN,
    MOMENTUM,
    RATE,
    SIDE_PX,
    SMOOTHING,
    WARM_UP,
    Job,
    Watch,
    main,
    network_of,
)


class Noted(Callback):
    """Notes each epoch, and ends when the goal is reached."""

    order = 70

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def after_epoch(self) -> None:
        """Read the accuracy that the Recorder has just written."""
        from fastai.callback.core import CancelFitException

        if self.watch.epoch(float(self.learn.recorder.values[-1][-1])):
            raise CancelFitException


def train(job: Job) -> dict[str, Any]:
    """Train and return the figures."""
    import torch

    watch = Watch(job)
    data = ImageDataLoaders.from_folder(
        job.data,
        train="train",
        valid="test",
        bs=BATCH,
        num_workers=0,
        item_tfms=[RandomCrop(SIDE_PX)],
        batch_tfms=[Flip(), Normalize.from_stats(MEAN, DEVIATION)],
        device=torch.device("cpu"),
    )
    model = network_of(job, data.c)
    learner = Learner(
        data,
        model,
        loss_func=CrossEntropyLossFlat(label_smoothing=SMOOTHING),
        metrics=accuracy,
        opt_func=partial(
            OptimWrapper,
            opt=partial(torch.optim.SGD, momentum=MOMENTUM, weight_decay=DECAY, nesterov=True),
        ),
    )
    rate = combine_scheds(
        [WARM_UP, 1 - WARM_UP],
        [SchedLin(RATE * FIRST_SHARE, RATE), SchedLin(RATE, RATE * LAST_SHARE)],
    )
    callbacks = [ParamScheduler({"lr": rate}), Noted(watch)]
    with learner.no_bar():
        learner.fit(job.epochs, lr=RATE, cbs=callbacks)
    return watch.figures(len(data.train) * BATCH)


if __name__ == "__main__":
    main(train)
