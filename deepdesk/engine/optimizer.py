"""Optimisers, the learning-rate schedule and the averaging of weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from deepdesk.engine.parts import WHOLE, Parts
from deepdesk.engine.settings import TrainingConfig

# One cycle starts and ends at these shares of the highest rate
# (Smith and Topin, 2018, arXiv:1708.07120, with the tail of airbench).
_FIRST_SHARE = 0.1
_LAST_SHARE = 0.005


def make_optimizer(
    model: nn.Module, config: TrainingConfig, parts: Parts = WHOLE, *, is_fused: bool = True
) -> torch.optim.Optimizer:
    """Return the optimiser for the parameters of `model` that want gradients.

    Vectors (norms and biases) are not decayed (He et al., 2019, arXiv:1812.01187, 3.1). Each
    group has the "share" of the learning rate at which it learns. Weights that wait are groups of
    their own: torch's fused SGD cannot begin with some weights of a group later than with others.
    """
    sorted_in: dict[tuple[float, bool, bool], list[Tensor]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            kind = (-parts.share_of(name), parts.waits(name), parameter.ndim < 2)
            sorted_in.setdefault(kind, []).append(parameter)
    groups = [
        {
            "params": chosen,
            "share": -share,
            "weight_decay": 0.0 if is_vector else config.weight_decay,
        }
        for (share, _waits, is_vector), chosen in sorted(sorted_in.items(), key=lambda kv: kv[0])
    ]
    return _OPTIMIZERS[config.optimizer](groups, config, is_fused)


Groups = Iterable[dict[str, object]]


def _sgd(groups: Groups, config: TrainingConfig, is_fused: bool) -> torch.optim.Optimizer:
    return torch.optim.SGD(
        groups,
        lr=config.learning_rate,
        momentum=config.momentum,
        nesterov=config.momentum > 0,
        fused=is_fused,
    )


def _adamw(groups: Groups, config: TrainingConfig, is_fused: bool) -> torch.optim.Optimizer:
    return torch.optim.AdamW(
        groups, lr=config.learning_rate, betas=(config.momentum, 0.99), fused=is_fused
    )


_OPTIMIZERS: dict[str, Callable[[Groups, TrainingConfig, bool], torch.optim.Optimizer]] = {
    "sgd": _sgd,
    "adamw": _adamw,
}


def rate_at(step: int, total: int, config: TrainingConfig) -> float:
    """Return the learning rate of optimiser step `step` of `total`, a function of these alone."""
    progress = (step + 0.5) / max(1, total)
    return config.learning_rate * _SCHEDULES[config.schedule](progress, config.warm_up)


def _one_cycle(progress: float, warm_up: float) -> float:
    if progress < warm_up:
        return _FIRST_SHARE + (1.0 - _FIRST_SHARE) * progress / warm_up
    return 1.0 - (1.0 - _LAST_SHARE) * (progress - warm_up) / (1.0 - warm_up)


def _cosine(progress: float, warm_up: float) -> float:
    """Loshchilov and Hutter, 2017, arXiv:1608.03983, without restarts."""
    if progress < warm_up:
        return progress / warm_up
    return 0.5 * (1.0 + math.cos(math.pi * (progress - warm_up) / (1.0 - warm_up)))


def _constant(progress: float, warm_up: float) -> float:
    return min(1.0, progress / warm_up) if warm_up else 1.0


_SCHEDULES: dict[str, Callable[[float, float], float]] = {
    "one_cycle": _one_cycle,
    "cosine": _cosine,
    "constant": _constant,
}


class WeightAverage:
    """A running mean of weights and buffers, exponential beyond `horizon` steps.

    Averaged weights generalise better than their parts (Polyak and Juditsky, 1992,
    doi:10.1137/0330046; Izmailov et al., 2018, arXiv:1803.05407).

    Args:
        source: The network that is trained.
        target: A copy of it that receives the mean.
        horizon: Steps over which is averaged, at least 1.
    """

    def __init__(self, source: nn.Module, target: nn.Module, horizon: float) -> None:
        self._horizon = max(1.0, horizon)
        pairs = list(zip(_tensors(source), _tensors(target), strict=True))
        self._source = [s for s, _t in pairs if s.is_floating_point()]
        self._target = [t for s, t in pairs if s.is_floating_point()]
        self._counters = [(s, t) for s, t in pairs if not s.is_floating_point()]

    @torch.no_grad()
    def update(self, steps_done: int) -> None:
        """Take the source's weights in after `steps_done` optimiser steps in all."""
        share = 1.0 / min(float(max(1, steps_done)), self._horizon)
        torch._foreach_lerp_(self._target, self._source, share)
        for source, target in self._counters:
            target.copy_(source)


def _tensors(model: nn.Module) -> list[Tensor]:
    return [t.detach() for t in (*model.parameters(), *model.buffers())]
