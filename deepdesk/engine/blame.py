"""Which block of a network went wrong first: its steps are taken again under watch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from deepdesk.core.work import StopToken
from deepdesk.engine.state import all_finite

SAMPLES = "samples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """Where numbers were infinite or none for the first time.

    Attributes:
        step: The step that went wrong, from 1.
        block: Id of the block, or "" when it is of none.
        what: "output", "gradient", "weights" or "samples".
    """

    step: int
    block: str
    what: str


def first_bad(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    steps: Iterator[int],
    *,
    seconds: float,
    stop: StopToken,
) -> Blame | None:
    """Take steps until one goes wrong; None when none does within the time.

    Args:
        model: Its children are the blocks.
        optimizer: What it remembers is watched too.
        steps: Takes a step each time and yields its number, from 1.
        seconds: For all of it.
        stop: Ends it early.
    """
    end_s = time.monotonic() + seconds
    found: list[tuple[str, str]] = []
    with _watched(model, found):
        for step in steps:
            for block, what in found or _bad_weights(model, optimizer):
                return Blame(step=step, block=block, what=what)
            if time.monotonic() > end_s or stop.is_stopping:
                return None
    return None


@contextmanager
def _watched(model: nn.Module, found: list[tuple[str, str]]) -> Iterator[None]:
    """Note in `found` (block, what) of every bad number in passes through a model, in order."""
    inner = getattr(model, "_orig_mod", model)

    def look(block: str, what: str, value: Any) -> None:
        if not all_finite(_tensors_in(value)):
            found.append((block, what))

    handles = [inner.register_forward_pre_hook(lambda _module, given: look("", SAMPLES, given))]
    for block, module in inner.named_children():
        handles.append(module.register_forward_hook(_listener(look, block)))
        for parameter in module.parameters():
            if parameter.requires_grad:
                handles.append(parameter.register_post_accumulate_grad_hook(_gradient(look, block)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


_Look = Callable[[str, str, Any], None]


def _listener(look: _Look, block: str) -> Callable[[nn.Module, Any, Any], None]:
    return lambda _module, _given, output: look(block, "output", output)


def _gradient(look: _Look, block: str) -> Callable[[Tensor], None]:
    return lambda parameter: look(block, "gradient", parameter.grad)


def _tensors_in(value: Any) -> list[Tensor]:
    """Return the tensors, of any shape, in nested tuples, lists and dicts."""
    if isinstance(value, Tensor):
        return [value.detach()]
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list | tuple):
        return []
    return [tensor for part in inner for tensor in _tensors_in(part)]


def _bad_weights(model: nn.Module, optimizer: torch.optim.Optimizer) -> list[tuple[str, str]]:
    """Return (block, "weights") of the first block with bad weights, buffers or momenta."""
    for name, tensor in (*model.named_parameters(), *model.named_buffers()):
        kept = optimizer.state.get(tensor, {}) if isinstance(tensor, nn.Parameter) else {}
        if not all_finite([tensor.detach(), *_tensors_in(dict(kept))]):
            return [(name.removeprefix("_orig_mod.").partition(".")[0], "weights")]
    return []
