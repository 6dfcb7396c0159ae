"""A copy of everything that changes while a run trains, taken between two steps.

The loop waits for the copy alone; making files of it and bringing them to the disk is done
beside the training.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from deepdesk.engine.state import all_finite, file_of

_ANSWERING = "answering/"
_MODEL = "model/"
_METRIC = "metric/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a checkpoint is made of.

    Attributes:
        step: Optimiser steps done.
        tensors: By name, on the CPU, of any shape; nobody writes them until the commit is over.
        best: The best weights as safetensors, b"" while there are none.
        meta: JSON-ready facts for the checkpoint.
        facts: Fields of the run's state that are written after the commit.
        answers: Of the best epoch, when they are not on the disk yet.
        copied: On a GPU, what says that the copy is done.
    """

    step: int
    tensors: Mapping[str, Tensor]
    best: bytes
    meta: dict[str, Any]
    facts: dict[str, Any]
    answers: dict[str, Any] | None = None
    copied: torch.cuda.Event | None = None

    def is_finite(self) -> bool:
        """Return whether no number of it, of any shape, is infinite or none."""
        if self.copied is not None:
            self.copied.synchronize()
        # What a metric gathers is its own affair: a lowest value may well begin as infinite.
        return all_finite(t for name, t in self.tensors.items() if not name.startswith(_METRIC))

    def files(self) -> dict[str, bytes | memoryview]:
        """Return the files of the checkpoint by name."""
        averaged = _part(self.tensors, _ANSWERING)
        weights = file_of(averaged or _part(self.tensors, _MODEL))
        training = {k: t for k, t in self.tensors.items() if not k.startswith(_ANSWERING)}
        return {
            "weights.safetensors": weights,
            "best.safetensors": self.best or weights,
            "training.safetensors": file_of(training),
        }


def _part(tensors: Mapping[str, Tensor], start: str) -> dict[str, Tensor]:
    return {k.removeprefix(start): t for k, t in tensors.items() if k.startswith(start)}


def answering_tensors(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights of any shape under the names that `Snapshot.files` looks for."""
    return {f"{_ANSWERING}{name}": tensor for name, tensor in weights.items()}


@dataclass(slots=True)
class Buffers:
    """Room for one copy, made once and used again for every checkpoint."""

    _own: dict[str, Tensor] = field(default_factory=dict)

    def copy(
        self, tensors: Mapping[str, Tensor]
    ) -> tuple[dict[str, Tensor], torch.cuda.Event | None]:
        """Copy tensors of any shape and device; the room must be in nobody's use.

        Returns:
            (copies on the CPU by name, what says that they are done; None when they are).
        """
        for name, tensor in tensors.items():
            if not _fits(self._own.get(name), tensor):
                # The layout in memory stays, so that whole blocks are copied.
                self._own[name] = torch.empty_like(
                    tensor.detach(), device="cpu", pin_memory=tensor.is_cuda
                )
        copies = {name: self._own[name] for name in tensors}
        with torch.no_grad():
            sources = [tensor.detach() for tensor in tensors.values()]
            torch._foreach_copy_(list(copies.values()), sources, non_blocking=True)
        return copies, _mark(sources)


def _fits(own: Tensor | None, tensor: Tensor) -> bool:
    return (
        own is not None
        and own.shape == tensor.shape
        and own.dtype == tensor.dtype
        and own.stride() == tensor.stride()
    )


def _mark(sources: list[Tensor]) -> torch.cuda.Event | None:
    """Return an event of the GPU behind the copies; other devices are waited for here."""
    if any(t.is_cuda for t in sources):
        event = torch.cuda.Event()
        event.record()
        return event
    if any(t.device.type != "cpu" for t in sources):
        torch.accelerator.synchronize()
    return None
