"""Where and in what way a run computes: one object that the loop asks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from deepdesk.engine.team import ALONE, Team

# What forward passes work in; a precision that is not named here is 32 bits wide.
_DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}
_FORMATS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}
_COMPILE_MODES = {"on": "default", "graphs": "reduce-overhead"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compute:
    """Device, precision, threads and the other ways in which a run works.

    Attributes:
        device: Where tensors live.
        precision: "float32", "tf32", "bfloat16" or "float16".
        threads: CPU threads of torch.
        layout: "channels_last" or "contiguous": the order of pictures in memory.
        fused: Whether the optimiser updates all weights in one go: "on" or "off".
        compiled: "off", "on", or "graphs" for compiled with CUDA graphs.
        kernels: "usual", or "searched": cuDNN times its ways for each shape and takes the
            fastest, which may be another one after a restart.
        team: The processes that train together.
    """

    device: torch.device
    precision: str = "float32"
    threads: int = 1
    layout: str = "channels_last"
    fused: str = "on"
    compiled: str = "off"
    kernels: str = "usual"
    team: Team = ALONE

    def with_ways(self, ways: Mapping[str, str]) -> Compute:
        """Return it with the layout, optimiser, compiling and kernels of a plan."""
        return replace(
            self,
            layout=ways["layout"],
            fused=ways["fused"],
            compiled=ways["compiled"],
            kernels=ways["kernels"],
        )

    def autocast(self) -> AbstractContextManager[object]:
        """Return the context in which forward passes run; does nothing in 32 bits."""
        dtype = _DTYPES.get(self.precision)
        return nullcontext() if dtype is None else torch.autocast(self.device.type, dtype=dtype)

    def here(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the tensors of a batch, (N, ...), on the device."""
        return {name: t.to(self.device, non_blocking=True) for name, t in batch.items()}

    def place(self, model: nn.Module) -> nn.Module:
        """Return the model on the device, its 4-d weights and what it is given in the layout.

        Channels-last convolutions were 1.38 times as fast on a CPU and up to 1.35 times on GPUs.
        """
        moved: nn.Module = model.to(self.device)
        if self.layout == "contiguous":
            moved.register_forward_pre_hook(_as_contiguous)
        return moved.to(memory_format=_FORMATS[self.layout])

    def compile(self, model: nn.Module) -> None:
        """Let the model's forward pass be compiled when it first runs, if that was chosen."""
        mode = _COMPILE_MODES.get(self.compiled)
        if mode is not None:
            model.compile(mode=mode)

    def begin_step(self) -> None:
        """Say that results of the step before are not read any more, as CUDA graphs want it."""
        if self.compiled == "graphs":
            torch.compiler.cudagraph_mark_step_begin()

    def use_threads(self) -> None:
        """Set the threads of this process's torch; the bits of a run depend on them."""
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)

    def settle(self) -> None:
        """Set what this process's torch has for everybody: threads, TF32, cuDNN's search.

        Float32 means 32 bits on a GPU as well: TF32, which keeps 10 of 23 bits of a factor, is a
        precision of its own here.
        """
        self.use_threads()
        if self.device.type == "cuda":
            width = "tf32" if self.precision == "tf32" else "ieee"
            torch.backends.cuda.matmul.fp32_precision = width
            torch.backends.cudnn.conv.fp32_precision = width  # type: ignore[attr-defined]
            torch.backends.cudnn.benchmark = self.kernels == "searched"


def _as_contiguous(_model: nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the inputs with 4-d tensors, (N, C, H, W), in the order of their axes."""
    return tuple(x.contiguous() if isinstance(x, Tensor) and x.ndim == 4 else x for x in given)
