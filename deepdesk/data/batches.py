"""Batches of decoded samples in an order that is a function of (seed, epoch)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deepdesk.core.chance import permutation
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data.feed import Feed
from deepdesk.data.ring import Ring
from deepdesk.data.shelf import Shelf

# Gathering in the loop costs microseconds; only a disk that has to be asked takes longer.
_WATCHED = 16
_SLOW = 0.05


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
    """The samples of one split, ready to be gathered, or on their way.

    Attributes:
        samples: Sample numbers, int64, (N,).
        arrays: Field name to array with a row for every sample number.
        extras: Name to values in the order of `samples`, (N, ...), such as class indices.
        feed: Makes the rows ready in the background; None when all of them are.
        first: Position of the first sample in the feed.
        shelf: Where the rows may be put once all are ready; None to leave them in `arrays`.
    """

    samples: NDArray[np.int64]
    arrays: Mapping[str, NDArray[Any]]
    extras: Mapping[str, NDArray[Any]]
    feed: Feed | None = None
    first: int = 0
    shelf: Shelf | None = None

    def __len__(self) -> int:
        return len(self.samples)

    def usable(
        self,
        positions: NDArray[np.int64],
        stop: StopToken | None = None,
        look: Callable[[], None] | None = None,
    ) -> NDArray[np.int64]:
        """Wait for the rows at `positions`, (N,); return those that can be used, int64, (M,).

        Raises:
            StoppedError: Somebody asked for the end.
        """
        if self.feed is None:
            return positions
        is_usable = self.feed.wait(positions + self.first, stop or StopToken(), look=look)
        return positions if is_usable.all() else positions[is_usable]

    def gather(self, positions: NDArray[np.int64]) -> dict[str, Tensor]:
        """Return the fields and extras at `positions` as CPU tensors, shape (positions, ...).

        Waits for rows that are not ready; what cannot be read is zeros. The tensors are
        copies: the mapped files are never handed out.
        """
        if self.feed is not None:
            self.feed.wait(positions + self.first, StopToken())
        return self.taken(positions, is_pinned=False)

    def taken(self, positions: NDArray[np.int64], *, is_pinned: bool) -> dict[str, Tensor]:
        """Return what lies at `positions` as CPU tensors, (positions, ...), without waiting.

        Args:
            positions: Of rows that are ready, int64, (N,).
            is_pinned: Into memory from which a GPU fetches by itself.
        """
        rows = self.samples[positions]
        batch = {name: _take(array, rows, is_pinned) for name, array in self.arrays.items()}
        if self.feed is not None and self.feed.cache.spilled:
            self.feed.cache.patch(rows, {n: batch[n].numpy() for n in self.arrays})
        for name, values in self.extras.items():
            batch[name] = _take(values, positions, is_pinned)
        return batch

    def stream(
        self,
        batches: Iterable[NDArray[np.int64]],
        device: torch.device | None = None,
        stop: StopToken | None = None,
    ) -> Generator[Batch, None, None]:
        """Yield the batch of each of `batches`, positions int64, (N,), in order.

        Samples that cannot be read are left out; a batch of them alone comes as an empty
        one. Close the iterator when leaving early.

        Args:
            batches: What to gather.
            device: Where the tensors are wanted; None for the CPU.
            stop: Looked at while waiting for rows.

        Raises:
            StoppedError: Somebody asked for the end while rows were waited for.
        """
        return _Stream(self, device or torch.device("cpu"), stop or StopToken()).run(iter(batches))


class _Stream:
    """Batches of one split, gathered in the loop or ahead of it.

    A GPU gets them ahead: pinned, and copied on a stream of their own. On a processor handing
    a batch over costs more than gathering it, so a thread is only used from the moment on
    that gathering was measured to hold the loop up.
    """

    def __init__(self, data: SplitData, device: torch.device, stop: StopToken) -> None:
        self._data = data
        self._device = device
        self._stop = stop
        self._lane = _CopyLane(device) if device.type == "cuda" else None

    def run(self, batches: Iterator[NDArray[np.int64]]) -> Generator[Batch, None, None]:
        self._shelve()
        is_on_shelf = self._data.shelf is not None and self._data.shelf.is_filled
        if (self._lane is None or is_on_shelf) and not (yield from self._here(batches)):
            return
        ring = Ring(batches, self._ahead, look=self._look, is_patient=self._lane is None)
        with closing(ring):
            for batch, copied in ring:
                if self._lane is not None and copied is not None:
                    self._lane.take_over(batch, copied)
                self._tell()
                yield batch

    def _here(self, batches: Iterator[NDArray[np.int64]]) -> Generator[Batch, None, bool]:
        """Gather in the loop; return True when that was measured to be slow."""
        spent_s, start_s = 0.0, time.perf_counter()
        for count, positions in enumerate(batches, 1):
            usable = self._data.usable(positions, self._stop)
            self._tell()
            before_s = time.perf_counter()
            batch = self._batch(usable)
            spent_s += time.perf_counter() - before_s
            yield batch
            if count % _WATCHED == 0:
                now_s = time.perf_counter()
                if spent_s > _SLOW * (now_s - start_s) and self._is_slow():
                    return True
                spent_s, start_s = 0.0, now_s
        return False

    def _is_slow(self) -> bool:
        shelf = self._data.shelf
        if shelf is not None:
            shelf.gathering_is_slow()
        has_room = (os.cpu_count() or 1) > torch.get_num_threads()
        return has_room and not (shelf is not None and shelf.is_filled)

    def _batch(self, usable: NDArray[np.int64]) -> Batch:
        data = self._data
        shelf = data.shelf
        if shelf is not None and shelf.is_filled:
            fields = shelf.taken(usable)
        else:
            fields = data.taken(usable, is_pinned=False)
        return Batch(samples=data.samples[usable], fields=fields)

    def _ahead(
        self, positions: NDArray[np.int64], look: Callable[[], None]
    ) -> tuple[Batch, torch.cuda.Event | None]:
        """Prepare a batch in the thread of the ring."""
        data = self._data
        usable = data.usable(positions, self._stop, look)
        fields = data.taken(usable, is_pinned=self._lane is not None)
        batch = Batch(samples=data.samples[usable], fields=fields)
        return (batch, None) if self._lane is None else self._lane.sent(batch)

    def _shelve(self) -> None:
        data = self._data
        if data.shelf is None or not (data.feed is None or data.feed.is_complete):
            return
        if data.feed is None or not data.feed.cache.spilled:
            data.shelf.fill(data.samples, data.arrays, data.extras)

    def _tell(self) -> None:
        if self._data.feed is not None:
            self._data.feed.tell()

    def _look(self) -> None:
        if self._stop.is_stopping:
            raise StoppedError
        if self._data.feed is not None and not self._data.feed.is_complete:
            self._data.feed.tell_progress()


class _CopyLane:
    """Copies batches to a GPU on a stream of their own, while it computes."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device)

    def sent(self, batch: Batch) -> tuple[Batch, torch.cuda.Event]:
        """Start copying a pinned batch; return it on the device, and what says that it is there."""
        with torch.cuda.stream(self._stream):
            moved = {
                name: tensor.to(self._device, non_blocking=True)
                for name, tensor in batch.fields.items()
            }
            return Batch(samples=batch.samples, fields=moved), self._stream.record_event()

    def take_over(self, batch: Batch, copied: torch.cuda.Event) -> None:
        """Let the computing stream wait for the copy, and own the memory from now on."""
        stream = torch.cuda.current_stream(self._device)
        stream.wait_event(copied)
        for tensor in batch.fields.values():
            # Otherwise the copying stream would reuse the memory while it is still read.
            tensor.record_stream(stream)


def _take(values: NDArray[Any], places: NDArray[np.int64], is_pinned: bool) -> Tensor:
    if not is_pinned:
        return torch.from_numpy(np.ascontiguousarray(values.take(places, axis=0)))
    kind = torch.from_numpy(np.empty(0, dtype=values.dtype)).dtype
    pinned = torch.empty((len(places), *values.shape[1:]), dtype=kind, pin_memory=True)
    # Without "clip" NumPy would gather into a buffer of its own first.
    np.take(values, places, axis=0, out=pinned.numpy(), mode="clip")
    return pinned


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
