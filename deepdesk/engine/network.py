"""A model together with its optimiser and the average of its weights."""

from __future__ import annotations

import copy

import torch
from torch import nn

from deepdesk.engine.compute import Compute
from deepdesk.engine.optimizer import WeightAverage, make_optimizer
from deepdesk.engine.settings import TrainingConfig


class Network:
    """What is trained.

    Args:
        model: On its device, in float32.
        compute: Where and in what precision it runs.
        config: Settings of the optimiser and of averaging.
        total_steps: Of the whole run, for the reach of the average.
    """

    def __init__(
        self, model: nn.Module, compute: Compute, config: TrainingConfig, total_steps: int
    ) -> None:
        self.model = model
        self.compute = compute
        self.optimizer = make_optimizer(model, config)
        self.rate = config.learning_rate
        self._averaged: nn.Module | None = None
        self._average: WeightAverage | None = None
        if config.average_weights:
            self._averaged = copy.deepcopy(model).requires_grad_(False)
            self._average = WeightAverage(
                model, self._averaged, config.average_weights * total_steps
            )

    @property
    def answering(self) -> nn.Module:
        """The model that answers: the average, or the trained one itself."""
        return self._averaged if self._averaged is not None else self.model

    def release(self) -> None:
        """Let training go on after the answering model was used."""
        self.model.train()

    def set_rate(self, rate: float) -> None:
        """Set the learning rate of the next step."""
        self.rate = rate
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def update(self, clip_norm: float, *, steps_done: int) -> None:
        """Apply the gradients and forget them.

        Args:
            clip_norm: Longest gradient allowed, 0 for no limit.
            steps_done: Optimiser steps of the run including this one.
        """
        if clip_norm:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        if self._average is not None:
            self._average.update(steps_done)
