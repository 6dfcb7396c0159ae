"""The processes that train one run together, as one object that the loop asks.

`Team` is a process of its own: it does nothing and costs nothing. `Workers` are several processes
that torch's elastic launcher started: each takes its part of every batch, gradients are averaged,
and whatever only one may do (write, measure, decode) is led by the first and shared with all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

import numpy as np
import torch
import torch.distributed
from numpy.typing import NDArray
from torch import Tensor, nn

from deepdesk.core.errors import ConfigError, DeepDeskError, StorageError
from deepdesk.core.work import StoppedError
from deepdesk.engine.shared_norm import share_statistics
from deepdesk.engine.trouble import NotFiniteError

# The others wait as long as the first one is paused; a dead process is noticed by its connection.
_PATIENCE = timedelta(days=365)
# Bytes of the first message of an exchange; most fit into it.
_HEAD = 64


class Team:
    """One process that trains alone.

    Attributes:
        rank: Number of this process, from 0.
        size: Processes in all.
        local_size: Of them on this machine.
    """

    rank = 0
    size = 1
    local_size = 1

    @property
    def is_lead(self) -> bool:
        """Whether this is the process that writes and tells."""
        return self.rank == 0

    def parts(self, batches: Iterable[NDArray[np.int64]]) -> Iterator[NDArray[np.int64]]:
        """Yield what this process takes of each batch: positions, int64, (N,) -> (part,)."""
        return iter(batches)

    @property
    def own(self) -> tuple[int, ...]:
        """What makes this process's draws its own: nothing for the first one."""
        return (self.rank,) if self.rank else ()

    def any(self, flag: bool) -> bool:
        """Return whether the flag is set anywhere. All have to ask at the same place."""
        return flag

    def summed(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the sums over all processes, of any shape, kept; names are the same everywhere."""
        return dict(tensors)

    def led(self, work: Callable[[], Any]) -> Any:
        """Return what `work` returned in the first process, JSON-ready; raise what it raised.

        All have to ask at the same place; in the others `work` is not called.
        """
        return work()

    def trained(self, model: nn.Module) -> nn.Module:
        """Return the module to call for a training pass over `model`."""
        return model

    def prepare(self, model: nn.Module) -> nn.Module:
        """Return `model` with what has to be shared inside it; before its optimiser is made."""
        return model

    def holding(self, model: nn.Module, *, is_last: bool) -> AbstractContextManager[Any]:  # noqa: ARG002
        """Return the context of a backward pass; gradients are exchanged in the last of a step."""
        return nullcontext()


ALONE = Team()


class Workers(Team):
    """Several processes, each with its part of every batch.

    Args:
        rank: Number of this process.
        size: Processes in all.
        local_size: Of them on this machine.
    """

    def __init__(self, rank: int, size: int, local_size: int) -> None:
        self.rank = rank
        self.size = size
        self.local_size = local_size
        self._wrapped: tuple[Any, nn.Module] | None = None

    def parts(self, batches: Iterable[NDArray[np.int64]]) -> Iterator[NDArray[np.int64]]:
        """Yield the part of this process: the same samples in the same order for any size.

        Positions, int64, (N,) -> (N / size, rounded up or down,).

        Raises:
            ConfigError: A batch has fewer samples than there are processes.
        """
        for positions in batches:
            if len(positions) < self.size:
                raise ConfigError(
                    "workers",
                    f"A batch of {len(positions)} cannot be shared by {self.size} workers.",
                    "Take fewer workers or a larger batch.",
                )
            yield np.array_split(positions, self.size)[self.rank]

    def any(self, flag: bool) -> bool:
        """Return whether the flag is set in any process."""
        shared = torch.tensor(int(flag))
        torch.distributed.all_reduce(shared, torch.distributed.ReduceOp.MAX)
        return bool(shared)

    def summed(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the sums over all processes, of any shape, on the CPU."""
        # What the first one has counts; where another has nothing by a name, it adds nothing.
        layout = self.led(lambda: [[n, list(t.shape), _kind(t)] for n, t in tensors.items()])
        sums: dict[str, Tensor] = {}
        for kind in ("float64", "int64"):
            rows = [(name, shape) for name, shape, own in layout if own == kind]
            if not rows:
                continue
            dtype = getattr(torch, kind)
            parts = [
                tensors[name].detach().to("cpu", dtype) if name in tensors else torch.zeros(shape)
                for name, shape in rows
            ]
            flat = torch.cat([part.to(dtype).reshape(-1) for part in parts])
            torch.distributed.all_reduce(flat)
            for (name, shape), piece in zip(
                rows, flat.split([p.numel() for p in parts]), strict=True
            ):
                sums[name] = piece.view(shape).to(tensors[name].dtype if name in tensors else dtype)
        return sums

    def led(self, work: Callable[[], Any]) -> Any:
        """Return what `work` returned in the first process, or raise what it raised."""
        if not self.is_lead:
            return _opened(json.loads(self._received()))
        try:
            value = work()
        except BaseException as error:
            self._send(json.dumps(_ending(error)).encode())
            raise
        self._send(json.dumps({"value": value}).encode())
        return value

    def trained(self, model: nn.Module) -> nn.Module:
        """Return the module that averages gradients; made anew when other weights are trained."""
        key = (id(model), tuple(p.requires_grad for p in model.parameters()))
        if self._wrapped is None or self._wrapped[0] != key:
            self._wrapped = None
            # Batch norms share their statistics, so there are no buffers to send around.
            wrapped = nn.parallel.DistributedDataParallel(model, forward_sync_buffers=False)
            self._wrapped = (key, wrapped)
        return self._wrapped[1]

    def prepare(self, model: nn.Module) -> nn.Module:
        """Return `model` with batch norms over the whole batch instead of a part."""
        return share_statistics(model)

    def holding(self, model: nn.Module, *, is_last: bool) -> AbstractContextManager[Any]:
        """Return a context that keeps gradients back until the last part of a step."""
        wrapped = self.trained(model)
        if is_last or not isinstance(wrapped, nn.parallel.DistributedDataParallel):
            return nullcontext()
        held: AbstractContextManager[Any] = wrapped.no_sync()
        return held

    def _send(self, data: bytes) -> None:
        head = torch.zeros(_HEAD, dtype=torch.uint8)
        short = data if len(data) <= _HEAD - 8 else b""
        start = len(data).to_bytes(8, "little") + short
        head[: len(start)] = torch.frombuffer(bytearray(start), dtype=torch.uint8)
        torch.distributed.broadcast(head, 0)
        if not short:
            torch.distributed.broadcast(torch.frombuffer(bytearray(data), dtype=torch.uint8), 0)

    def _received(self) -> bytes:
        head = torch.empty(_HEAD, dtype=torch.uint8)
        torch.distributed.broadcast(head, 0)
        start = head.numpy().tobytes()
        length = int.from_bytes(start[:8], "little")
        if length <= _HEAD - 8:
            return start[8 : 8 + length]
        data = torch.empty(length, dtype=torch.uint8)
        torch.distributed.broadcast(data, 0)
        return data.numpy().tobytes()


def joined(*, rank: int, size: int, local_size: int, store: Any) -> Workers:
    """Join the other processes and return the team; `leave` ends it.

    Args:
        rank: Number of this process.
        size: Processes in all.
        local_size: Of them on this machine.
        store: torch's store that all of them reach.
    """
    # What is in the memory of the processor always goes by gloo, which needs no device to wait for.
    has_nccl = torch.cuda.is_available() and torch.distributed.is_nccl_available()
    torch.distributed.init_process_group(
        "cpu:gloo,cuda:nccl" if has_nccl else "gloo",
        store=store,
        rank=rank,
        world_size=size,
        timeout=_PATIENCE,
    )
    return Workers(rank, size, local_size)


def leave() -> None:
    """End the process's part in the team."""
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def _kind(tensor: Tensor) -> str:
    return "float64" if tensor.is_floating_point() else "int64"


def _ending(error: BaseException) -> dict[str, Any]:
    if isinstance(error, StoppedError):
        return {"stopped": True}
    if isinstance(error, NotFiniteError):
        return {"not_finite": error.step}
    if isinstance(error, StorageError):
        return {"storage": [error.message, error.hint]}
    if isinstance(error, DeepDeskError):
        return {"message": error.message, "hint": error.hint}
    return {"broken": repr(error)}


def _opened(told: Mapping[str, Any]) -> Any:
    if "value" in told:
        return told["value"]
    if "stopped" in told:
        raise StoppedError
    if "not_finite" in told:
        raise NotFiniteError(told["not_finite"])
    if "storage" in told:
        raise StorageError(*told["storage"])
    if "message" in told:
        raise DeepDeskError(told["message"], told["hint"])
    raise RuntimeError(f"the first process failed: {told.get('broken')}")
