"""The training loop: data in, forward, error, backward, update, again.

The loop holds the tensors and the order of things; what is told and what is kept
are the recorder's and the keeper's affair. It knows no task and no window.
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from deepdesk.core.chance import Draws, key_of
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.task import Task
from deepdesk.core.work import StopToken
from deepdesk.data.batches import Batch, SplitData, steps_per_epoch, training_positions
from deepdesk.engine.evaluation import evaluate
from deepdesk.engine.keeper import Keeper
from deepdesk.engine.network import Network
from deepdesk.engine.optimizer import rate_at
from deepdesk.engine.recorder import Recorder
from deepdesk.engine.settings import TrainingConfig, evaluation_size


class Trainer:
    """One run of a task on its data.

    Args:
        task: Says what a batch becomes and what is minimised.
        network: Model, optimiser, average, and where it computes; changed in place.
        data: "train" and "validation".
        config: Checked settings.
        recorder: Is told every step and epoch.
        keeper: Commits checkpoints and remembers the best.
    """

    def __init__(
        self,
        task: Task,
        network: Network,
        data: dict[str, SplitData],
        config: TrainingConfig,
        *,
        recorder: Recorder,
        keeper: Keeper,
    ) -> None:
        self.task = task
        self.network = network
        self.train_data = data["train"]
        self.validation_data = data["validation"]
        self.compute = network.compute
        self.config = config
        self.recorder = recorder
        self.keeper = keeper
        self.batch_size = min(config.batch_size, len(self.train_data))
        self.evaluation_size = evaluation_size(replace(config, batch_size=self.batch_size))
        self.steps_per_epoch = steps_per_epoch(len(self.train_data), self.batch_size)
        self.total_steps = self.steps_per_epoch * config.epochs

    def train(self, stop: StopToken) -> None:
        """Train from wherever the keeper's state is to the end.

        Raises:
            StoppedError: It was asked to stop; the state is committed.
            DeepDeskError: The loss is no longer a number; the last good state is kept.
        """
        progress = self.keeper.progress
        while progress.epochs_done < self.config.epochs and not self._is_patience_over():
            self._epoch(progress.epochs_done, stop)
            self._close_epoch(stop)

    def _epoch(self, epoch: int, stop: StopToken) -> None:
        progress = self.keeper.progress
        self.network.model.train()
        batches = training_positions(
            len(self.train_data),
            batch_size=self.batch_size,
            seed=self.config.seed,
            epoch=epoch,
            first_step=progress.step - epoch * self.steps_per_epoch,
        )
        for batch in self.train_data.stream(batches):
            self._wait_if_asked(stop)
            losses = self._step(epoch, batch)
            progress.step += 1
            if self.recorder.stepped(progress.step, losses, self.network.rate, self.batch_size):
                self._check_finite(self.recorder.last_loss)
            self.keeper.save_if_due(self.network, self.recorder)

    def _step(self, epoch: int, batch: Batch) -> dict[str, Tensor]:
        """Take one optimiser step; return the named losses, shape (), on the device."""
        step, network = self.keeper.progress.step, self.network
        torch.manual_seed(key_of("step", self.config.seed, step))
        network.set_rate(rate_at(step, self.total_steps, self.config))
        losses: dict[str, Tensor] = {}
        for part in batch.parts(self.config.accumulation):
            for name, value in self._part(epoch, part, len(part) / len(batch)).items():
                losses[name] = losses[name] + value if name in losses else value
        network.update(self.config.clip_norm, steps_done=step + 1)
        return losses

    def _part(self, epoch: int, part: Batch, share: float) -> dict[str, Tensor]:
        """Add the gradients of a part of a batch; return its share of the losses, shape ()."""
        draws = Draws(self.config.seed, epoch, part.samples)
        prepared = self.task.prepare(self.compute.here(part.fields), draws)
        with self.compute.autocast():
            outputs = self.task.forward(self.network.model, prepared)
        losses = dict(self.task.losses(outputs, prepared))
        loss = torch.stack(list(losses.values())).sum()
        (loss if share == 1 else loss * share).backward()
        self.recorder.seen(outputs.detach(), prepared)
        return {name: value.detach() * share for name, value in {"loss": loss, **losses}.items()}

    def _close_epoch(self, stop: StopToken) -> None:
        evaluation = evaluate(
            self.task,
            self.network.answering,
            self.validation_data,
            self.compute,
            batch_size=self.evaluation_size,
            stop=stop,
        )
        self.network.release()
        is_best = self.keeper.close_epoch(self.network, evaluation, self.recorder.main_metric)
        self.recorder.epoch_ended(self.keeper.progress, evaluation, is_best=is_best)
        self.keeper.save_if_due(self.network, self.recorder, epoch_end=True)

    def _wait_if_asked(self, stop: StopToken) -> None:
        if stop.is_stopping or stop.is_paused:
            self.keeper.save(self.network, self.recorder)
        self.recorder.waited(stop.check())

    def _is_patience_over(self) -> bool:
        patience = self.config.patience
        return 0 < patience <= self.keeper.progress.epochs_without_gain

    def _check_finite(self, loss: float) -> None:
        if not math.isfinite(loss):
            raise DeepDeskError(
                f"The loss is no longer a number after step {self.keeper.progress.step:,}.",
                "Lower the learning rate; the last good state was kept.",
            )
