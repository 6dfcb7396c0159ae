"""The training loop: data in, forward, error, backward, update, again.

The loop holds the tensors and the order of things; what is told and what is kept
are the recorder's and the keeper's affair. It knows no task and no window.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing

import torch
from torch import Tensor

from deepdesk.core.chance import Draws, key_of
from deepdesk.core.task import Task
from deepdesk.core.work import StopToken
from deepdesk.data.batches import Batch, SplitData, steps_per_epoch, training_positions
from deepdesk.engine.growing import detail_at
from deepdesk.engine.judge import Judge
from deepdesk.engine.keeper import Keeper
from deepdesk.engine.network import Network
from deepdesk.engine.optimizer import rate_at
from deepdesk.engine.recorder import Recorder
from deepdesk.engine.retreat import Retreat
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.step_chance import step_chance


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
        self.compute = network.compute
        self.team = network.compute.team
        recorder.team = self.team
        self.config = config
        self.recorder = recorder
        self.keeper = keeper
        self.batch_size = min(config.batch_size, len(self.train_data))
        self.steps_per_epoch = steps_per_epoch(len(self.train_data), self.batch_size)
        self.total_steps = self.steps_per_epoch * config.epochs
        self.judge = Judge(task, network, data["validation"], config, recorder, keeper)
        self.retreat = Retreat(
            network,
            recorder,
            keeper,
            steps_per_epoch=self.steps_per_epoch,
            shelves=[split.shelf for split in data.values() if split.shelf is not None],
        )

    @property
    def parts(self) -> int:
        """Parts in which a batch is worked through, by all processes together."""
        return self.keeper.progress.parts or self.config.accumulation

    def train(self, stop: StopToken) -> None:
        """Train from wherever the keeper's state is to the end.

        Raises:
            StoppedError: It was asked to stop; the state is copied and being committed.
            DeepDeskError: Numbers became infinite or the memory full, and nothing helped.
        """
        try:
            self.keeper.begin(self.network, self.recorder)
            while not self._is_over():
                trouble = self.retreat.trouble_of(lambda: self._epoch(stop))
                if trouble is not None:
                    sizes = (self.batch_size, self.parts)
                    self.retreat.get_over(trouble, self._replay, sizes, stop)
            self.keeper.save(self.network, self.recorder)
            self.keeper.settle()
        finally:
            self.keeper.wait()

    def _is_over(self) -> bool:
        progress = self.keeper.progress
        is_patience_over = 0 < self.config.patience <= progress.epochs_without_gain
        return progress.epochs_done >= self.config.epochs or is_patience_over

    def _epoch(self, stop: StopToken) -> None:
        progress = self.keeper.progress
        for batch in self._batches(progress.epochs_done, stop):
            losses = self._step(batch)
            progress.step += 1
            if self.recorder.stepped(progress.step, losses, self.network.rate, self.batch_size):
                self.recorder.check_finite(progress.step)
            self.keeper.save_if_due(self.network, self.recorder)
        self.judge.close_epoch(stop)

    def _step(self, batch: Batch) -> dict[str, Tensor]:
        """Take one optimiser step; return the named losses, shape (), on the device."""
        progress, network = self.keeper.progress, self.network
        rate = rate_at(progress.step, self.total_steps, self.config)
        network.set_rate(rate * progress.rate_scale)
        losses: dict[str, Tensor] = {}
        key = key_of("step", self.config.seed, progress.step, *self.team.own)
        # As many parts everywhere: batch norms are exchanged in each.
        parts = [*batch.parts(min(self.parts, self.batch_size // self.team.size))]
        # Without the samples that cannot be read; a team shares the size that was planned.
        count = len(batch) if self.team.size == 1 else self.batch_size
        with step_chance(self.compute.device, key):
            for part in parts:
                with self.team.holding(network.model, is_last=part is parts[-1]):
                    named = self._part(part, len(part) / count)
                for name, value in named.items():
                    losses[name] = losses[name] + value if name in losses else value
        network.update(self.config.clip_norm, steps_done=progress.step + 1)
        return losses

    def _part(self, part: Batch, share: float) -> dict[str, Tensor]:
        """Add the gradients of a part of a batch; return its share of the losses, shape ()."""
        step = self.keeper.progress.step
        epoch, done = step // self.steps_per_epoch, step / max(1, self.total_steps)
        draws = Draws(self.config.seed, epoch, part.samples, done=done)
        # Only a task that has smaller inputs is ever asked for them.
        detail = detail_at(step, self.total_steps, self.config.grow)
        smaller = {"detail": detail} if detail < 1 else {}
        prepared = self.task.prepare(self.compute.here(part.fields), draws, **smaller)
        with self.compute.autocast():
            outputs = self.task.forward(self.team.trained(self.network.model), prepared)
        losses = dict(self.task.losses(outputs, prepared))
        loss = torch.stack(list(losses.values())).sum()
        # Gradients are averaged over the team, and each process's share is of the whole batch.
        weight = share * self.team.size
        self.network.backward(loss if weight == 1 else loss * weight)
        self.recorder.seen(outputs.detach(), prepared)
        return {name: value.detach() * share for name, value in {"loss": loss, **losses}.items()}

    def _batches(self, epoch: int, stop: StopToken) -> Generator[Batch, None, None]:
        """Yield the batches of an epoch from the keeper's step on; wait or end where asked to."""
        self.network.begin_epoch(epoch)
        positions = training_positions(
            len(self.train_data),
            batch_size=self.batch_size,
            seed=self.config.seed,
            epoch=epoch,
            first_step=self.keeper.progress.step - epoch * self.steps_per_epoch,
        )
        # A team stops between two steps, all at the same one.
        until = stop if self.team.size == 1 else StopToken()
        own = self.team.parts(positions)
        with closing(self.train_data.stream(own, self.compute.device, until)) as batches:
            for batch in batches:
                self._wait_if_asked(stop)
                if self._is_skipped(batch):
                    continue
                yield batch

    def _is_skipped(self, batch: Batch) -> bool:
        """Count a step whose samples cannot be read, anywhere in the team, as done."""
        # Batch norms cannot work on a single sample of several.
        is_empty = self.team.any(len(batch) < min(2, self.batch_size // self.team.size))
        self.keeper.progress.step += is_empty
        return is_empty

    def _wait_if_asked(self, stop: StopToken) -> None:
        is_asked = self.team.any(stop.is_stopping or stop.is_paused)
        if is_asked:
            self.keeper.save(self.network, self.recorder)
            self.keeper.settle()
        if is_asked or self.team.size == 1:
            self.recorder.waited(self.team.led(stop.check))

    def _replay(self) -> Iterator[int]:
        """Take the steps from the keeper's state on again, untold, and yield the number of each."""
        progress = self.keeper.progress
        while progress.step < self.total_steps:
            for batch in self._batches(progress.step // self.steps_per_epoch, StopToken()):
                self._step(batch)
                progress.step += 1
                yield progress.step
