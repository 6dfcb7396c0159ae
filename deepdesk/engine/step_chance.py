"""Chance inside a step, such as dropout, as a function of a key, which leaves no trace outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def step_chance(device: torch.device, key: int) -> Iterator[None]:
    """Seed torch's generators of the CPU and of `device` in here, and put them back afterwards.

    Dropout knows no other source than these, which the whole process shares; nothing else of
    ours draws from them, so what a step draws does not depend on what goes on beside it.
    """
    generators = [torch.default_generator]
    if device.type == "cuda":
        index = device.index if device.index is not None else torch.cuda.current_device()
        generators.append(torch.cuda.default_generators[index])
    elif device.type != "cpu":
        torch.manual_seed(key)
    before = [generator.get_state() for generator in generators]
    for generator in generators:
        generator.manual_seed(key)
    try:
        yield
    finally:
        for generator, state in zip(generators, before, strict=True):
            generator.set_state(state)
