"""Timing a module forward and backward, on a clock that other programs do not disturb."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from deepdesk.core.work import StopToken
from deepdesk.engine.compute import Compute

Seconds = tuple[float, float]
_ROUNDS = 18


def clock_of(compute: Compute) -> Callable[[], float]:
    """Return the clock of a device; of one thread its own time, so others do not count."""
    if compute.device.type == "cuda":
        return _after_device
    return time.thread_time if compute.threads == 1 else time.perf_counter


def _after_device() -> float:
    torch.cuda.synchronize()
    return time.perf_counter()


@contextmanager
def threads_of(compute: Compute) -> Iterator[None]:
    """Compute with the threads of `compute`, and with those of before afterwards."""
    before = torch.get_num_threads()
    compute.use_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)


def timed(
    module: nn.Module,
    inputs: Sequence[Tensor],
    compute: Compute,
    stop: StopToken,
    *,
    budget_s: float,
    usual: Callable[[Sequence[float]], float] = min,
) -> Seconds:
    """Return the seconds of one pass (forward, backward); the first rounds warm up.

    Args:
        module: On the device, in training mode.
        inputs: (N, ...) each; those that want a gradient get one.
        compute: Precision and threads.
        stop: Checked before each round.
        budget_s: About how long to measure; at least two rounds are.
        usual: Which of several times counts; others only ever add, so it is the shortest.
    """
    clock = clock_of(compute)
    forward: list[float] = []
    backward: list[float] = []
    end_s = time.perf_counter() + budget_s
    for done in range(_ROUNDS):
        if done > 1 and time.perf_counter() > end_s:
            break
        stop.check()
        start_s = clock()
        with compute.autocast():
            out = module(*inputs)
        forward.append(clock() - start_s)
        if out.requires_grad:
            gradient = torch.ones_like(out)
            start_s = clock()
            out.backward(gradient)
            backward.append(clock() - start_s)
        module.zero_grad(set_to_none=True)
        for tensor in inputs:
            tensor.grad = None
    # Kernels and the memory allocator need a few rounds until they are as in a long run.
    warm = max(1, len(forward) // 3)
    return usual(forward[warm:]), usual(backward[warm:] or [0.0])
