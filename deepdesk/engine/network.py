"""A model together with its optimiser and the average of its weights."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from deepdesk.engine.compute import Compute
from deepdesk.engine.loss_scale import LossScale
from deepdesk.engine.optimizer import WeightAverage, make_optimizer
from deepdesk.engine.parts import WHOLE, Parts
from deepdesk.engine.settings import TrainingConfig


class Network:
    """What is trained.

    Args:
        model: On its device, in float32.
        compute: Where and in what precision it runs.
        config: Settings of the optimiser and of averaging.
        total_steps: Of the whole run, for the reach of the average.
        parts: Blocks that learn more slowly or later than the others.
    """

    def __init__(
        self,
        model: nn.Module,
        compute: Compute,
        config: TrainingConfig,
        total_steps: int,
        parts: Parts = WHOLE,
    ) -> None:
        self.model = model = compute.team.prepare(model)
        self.compute = compute
        self.optimizer = make_optimizer(model, config, parts, is_fused=compute.fused == "on")
        is_narrow = compute.precision == "float16"
        self.loss_scale = LossScale(compute.device.type) if is_narrow else None
        self._parts = parts
        self._frozen: tuple[str, ...] = ()
        # A block may hold weights of its own back for good; they are never let go here.
        blocks = [model.get_submodule(name) for name in parts.frozen]
        self._waiting = [p for block in blocks for p in block.parameters() if p.requires_grad]
        self.rate = config.learning_rate
        self._averaged: nn.Module | None = None
        self._average: WeightAverage | None = None
        if config.average_weights:
            self._averaged = copy.deepcopy(model).requires_grad_(False)
            self._average = WeightAverage(
                model, self._averaged, config.average_weights * total_steps
            )
        # After the copy: what answers meets batches of other sizes.
        compute.compile(model)

    @property
    def answering(self) -> nn.Module:
        """The model that answers: the average, or the trained one itself."""
        return self._averaged if self._averaged is not None else self.model

    def release(self) -> None:
        """Let training go on after the answering model was used."""
        self.model.train()
        # Frozen batch norms must not count either, and dropout would only blur what is known.
        for name in self._frozen:
            self.model.get_submodule(name).eval()

    def begin_epoch(self, epoch: int) -> None:
        """Make ready to train in an epoch, from 0; blocks that are frozen in it stay as they are.

        Frozen weights keep their place in the optimiser, which passes over them: what it says of
        a weight is found at the same place before and after.
        """
        self._frozen = self._parts.frozen_in(epoch)
        for parameter in self._waiting:
            parameter.requires_grad_(not self._frozen)
        self.release()

    def set_rate(self, rate: float) -> None:
        """Set the learning rate of the next step; slower blocks get their share of it."""
        self.compute.begin_step()
        self.rate = rate
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]

    def backward(self, loss: Tensor) -> None:
        """Add the gradients of a loss, shape ()."""
        (loss if self.loss_scale is None else self.loss_scale.of(loss)).backward()

    def kept(self) -> dict[str, LossScale]:
        """Return what a checkpoint keeps beside weights and optimiser, by name."""
        return {} if self.loss_scale is None else {"loss-scale": self.loss_scale}

    def update(self, clip_norm: float, *, steps_done: int) -> None:
        """Apply the gradients and forget them.

        Args:
            clip_norm: Longest gradient allowed, 0 for no limit.
            steps_done: Optimiser steps of the run including this one.
        """
        if self.loss_scale is not None:
            self.loss_scale.step(self.model, self.optimizer, clip_norm)
        else:
            if clip_norm:
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), clip_norm)
            self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        if self._average is not None:
            self._average.update(steps_done)
