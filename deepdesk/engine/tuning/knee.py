"""The batch size up to which a larger batch makes an epoch faster, and the rate that goes with it.

McCandlish et al. (2018, arXiv:1812.06162) describe how far a larger batch pays in steps; here
it is only followed while it pays in time, and while an epoch keeps enough steps to learn from.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from deepdesk.core.events import Candidate
from deepdesk.engine.compute import Compute
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.tuning.bench import Bench

_GAIN = 1.15  # what a doubling has to bring
_LEAST_STEPS = 40  # of an epoch
_LARGEST = 1024
_MEMORY_FACTOR = 4  # what waits for the way back, its gradients, and room to work in
_MEMORY_SHARE = 0.5  # of what is free


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What bounds a batch.

    Attributes:
        samples: Of the train split.
        sample_bytes: What one sample keeps for the way back.
        free_bytes: Of the device.
    """

    samples: int
    sample_bytes: int
    free_bytes: int

    def hindrance(self, size: int) -> str:
        """Return why a batch cannot be so large, "" where it can."""
        if size > _LARGEST:
            return "Larger ones are known to need rules of their own."
        if self.samples // size < _LEAST_STEPS:
            return f"An epoch would have fewer than {_LEAST_STEPS} steps."
        if size * self.sample_bytes * _MEMORY_FACTOR > self.free_bytes * _MEMORY_SHARE:
            return "It might not fit into the memory that is free."
        return ""


def batch_at_knee(
    bench: Bench, compute: Compute, start: int, room: Room
) -> tuple[int, tuple[Candidate, ...]]:
    """Return the batch size to take and every size that was weighed, from `start` on.

    Args:
        bench: Measures.
        compute: As chosen.
        start: What the settings begin with; it is taken if nothing larger pays.
        room: Bounds.
    """
    size = max(1, min(start, room.samples))
    weighed = [Candidate(value=size, words=str(size), gain=1.0)]
    gain = 1.0
    while True:
        larger = size * 2
        why = room.hindrance(larger)
        step = 0.0
        if not why:
            shared = compute.threads > 1
            now, then = bench.compare([(compute, size), (compute, larger)], is_shared=shared)
            why = now.why or then.why
            step = 0.0 if why else now.seconds / then.seconds
            if not why and step < _GAIN:
                why = f"An epoch gains less than {_GAIN - 1:.0%}."
        total = gain * step
        weighed.append(Candidate(value=larger, words=str(larger), gain=total, why=why))
        if why:
            break
        size, gain = larger, total
    smaller = f"Slower than {size}."
    return size, tuple(
        c if c.value >= size else Candidate(value=c.value, words=c.words, gain=c.gain, why=smaller)
        for c in weighed
    )


# Linear for SGD (Goyal et al., 2017, arXiv:1706.02677, 2.1), as the square root for optimisers
# that divide by the size of the gradient (Malladi et al., 2022, arXiv:2205.10287, 4).
_RULES: dict[str, Callable[[float], float]] = {"sgd": float}


def scaled_rate(training: TrainingConfig, start: int, size: int) -> float:
    """Return the learning rate for a batch of `size` where the one set is for `start`."""
    return training.learning_rate * _RULES.get(training.optimizer, math.sqrt)(size / start)
