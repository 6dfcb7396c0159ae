"""Batches of decoded samples in an order that is a function of (seed, epoch)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepdesk.core.chance import permutation


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Samples that are worked on at once.

    Attributes:
        samples: Sample numbers, int64, (N,).
        fields: Fields and extras by name, tensors of shape (N, ...).
    """

    samples: NDArray[np.int64]
    fields: Mapping[str, Tensor]

    def __len__(self) -> int:
        return len(self.samples)

    def parts(self, count: int) -> Iterator[Batch]:
        """Yield at most `count` parts of about the same size, in order, none empty."""
        for places in np.array_split(np.arange(len(self)), min(count, len(self))):
            cut = slice(int(places[0]), int(places[-1]) + 1)
            fields = {name: tensor[cut] for name, tensor in self.fields.items()}
            yield Batch(samples=self.samples[cut], fields=fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitData:
    """The samples of one split, ready to be gathered.

    Attributes:
        samples: Sample numbers, int64, (N,).
        arrays: Field name to array with a row for every sample number.
        extras: Name to values in the order of `samples`, (N, ...), such as class indices.
    """

    samples: NDArray[np.int64]
    arrays: Mapping[str, NDArray[Any]]
    extras: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.samples)

    def gather(self, positions: NDArray[np.int64]) -> dict[str, Tensor]:
        """Return the fields and extras at `positions` as CPU tensors, shape (positions, ...).

        The tensors are copies: the mapped files are never handed out.
        """
        rows = self.samples[positions]
        batch = {name: torch.from_numpy(array[rows]) for name, array in self.arrays.items()}
        for name, values in self.extras.items():
            batch[name] = torch.from_numpy(np.ascontiguousarray(values[positions]))
        return batch

    def stream(self, batches: Iterable[NDArray[np.int64]]) -> Iterator[Batch]:
        """Yield the batch of each of `batches`, positions int64, (N,), in order."""
        for positions in batches:
            yield Batch(samples=self.samples[positions], fields=self.gather(positions))


def steps_per_epoch(count: int, batch_size: int) -> int:
    """Return the number of full batches in an epoch, at least 1.

    The rest is left out: a new order every epoch reaches every sample, and a tiny
    last batch would disturb batch normalisation.
    """
    return max(1, count // batch_size)


def epoch_order(count: int, *, seed: int, epoch: int) -> NDArray[np.int64]:
    """Return the order of an epoch, int64, (count,), the same wherever it is asked."""
    return permutation(count, "order", seed, epoch)


def training_positions(
    count: int, *, batch_size: int, seed: int, epoch: int, first_step: int = 0
) -> Iterator[NDArray[np.int64]]:
    """Yield the positions of each batch of an epoch, int64, (batch_size,), from `first_step` on."""
    order = epoch_order(count, seed=seed, epoch=epoch)
    for step in range(first_step, steps_per_epoch(count, batch_size)):
        yield order[step * batch_size : (step + 1) * batch_size]


def plain_positions(count: int, batch_size: int) -> Iterator[NDArray[np.int64]]:
    """Yield 0 to count-1 in order, in batches of shape (batch_size,) or less, int64."""
    for start in range(0, count, batch_size):
        yield np.arange(start, min(start + batch_size, count))
