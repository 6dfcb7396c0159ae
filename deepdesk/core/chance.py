"""Randomness without a state: every draw is a function of (seed, epoch, sample).

Because no generator is carried along, a run resumes in the middle of an epoch
in O(1), and the draws do not depend on how many workers read.
The mixing function is SplitMix64 (Steele et al., 2014, doi:10.1145/2660193.2660195).
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return SplitMix64 of each value, uint64, same shape."""
    with np.errstate(over="ignore"):
        z = values + _GOLDEN
        z = (z ^ (z >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        return np.asarray(z ^ (z >> np.uint64(31)), dtype=np.uint64)


def key_of(*parts: Any) -> int:
    """Return a 64-bit key for a tuple of ints and texts, the same on every machine."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def permutation(count: int, *parts: Any) -> NDArray[np.int64]:
    """Return an order of 0 to count-1, int64, (count,), drawn from the key of `parts`."""
    generator = np.random.Generator(np.random.Philox(key=key_of(*parts)))
    return generator.permutation(count)


class Draws:
    """Draws for a batch of samples, independent of the batch they are in.

    Args:
        seed: Of the run.
        epoch: From 0.
        samples: Stable sample numbers, int64, (N,).
        done: Share of the run's steps that are done, 0 to 1; it changes no draw.
    """

    def __init__(
        self, seed: int, epoch: int, samples: NDArray[np.int64], *, done: float = 0.0
    ) -> None:
        self.done = done
        base = np.uint64(key_of(seed, epoch))
        self._bits = mix(np.asarray(samples).astype(np.uint64) ^ mix(np.array([base]))[0])

    def __len__(self) -> int:
        return len(self._bits)

    def uniform(self, name: str, columns: int = 1) -> NDArray[np.float32]:
        """Return uniform draws in [0, 1), float32, (N, columns).

        Args:
            name: What the draw is for; other names give independent draws.
            columns: Draws per sample.
        """
        salts = np.array([key_of(name, i) for i in range(columns)], dtype=np.uint64)
        bits = mix(self._bits[:, None] ^ salts[None, :])
        # The upper 24 bits are all that float32 can tell apart below 1.
        return (bits >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)
