"""Timing the blocks of a network themselves, each distinct one once, kept on disk per machine."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import psutil
import torch
from torch import Tensor, nn

from deepdesk.core.chance import key_of
from deepdesk.core.settings import to_json
from deepdesk.core.work import StopToken
from deepdesk.engine.compute import Compute
from deepdesk.engine.forecast import machine
from deepdesk.engine.forecast.calibration import Calibration, precisions_of
from deepdesk.engine.forecast.forecast import NodeSeconds
from deepdesk.engine.forecast.layout import Step, Work, steps_of
from deepdesk.engine.forecast.timing import Seconds, threads_of, timed
from deepdesk.engine.settings import TrainingConfig, batch_of, part_size
from deepdesk.nn.block import Shapes
from deepdesk.nn.build import build_empty, module_of
from deepdesk.nn.initial import draw

_FILE = "blocks"
_MOST_KEPT = 20_000
_BUDGET_S = 0.1
_WHOLE_BUDGET_S = 0.5
_LONGEST_S = 0.4  # a pass that would take longer is timed on fewer samples
_MEMORY_SHARE = 0.2  # of what is free
# Backward needs the results, their gradients and room for a convolution to work in.
_MEMORY_FACTOR = 4
Told = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One distinct block over a batch, in one precision."""

    step: Step
    precision: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """All blocks in one pass: memory that is fresh every time makes small networks slower."""

    key: str
    precision: str
    parts: tuple[_Part, ...]

    def is_bearable(self, kept: Mapping[str, Seconds]) -> bool:
        """Return whether the whole network may be tried: a short step in little memory."""
        needed = _MEMORY_FACTOR * sum(part.step.cost.activation_bytes for part in self.parts)
        room = _MEMORY_SHARE * psutil.virtual_memory().available
        return sum(sum(kept[p.key]) for p in self.parts) < _LONGEST_S and needed < room

    def shared(self, kept: Mapping[str, Seconds]) -> NodeSeconds:
        """Return seconds by node id that add up to those of the whole network, if known."""
        alone = [sum(kept[p.key][way] for p in self.parts) for way in range(2)]
        whole = kept.get(self.key, (alone[0], alone[1]))
        forward, backward = (w / a if a else 1.0 for w, a in zip(whole, alone, strict=True))
        return {
            p.step.node.id: (kept[p.key][0] * forward, kept[p.key][1] * backward)
            for p in self.parts
        }


def known_seconds(work: Work, training: TrainingConfig, device: str) -> Mapping[str, NodeSeconds]:
    """Return seconds of the blocks by precision where every block was timed before.

    Raises:
        GraphError: The graph cannot be built.
    """
    kept = _kept(device)
    found: dict[str, NodeSeconds] = {}
    for precision in _precisions(training):
        parts = list(_parts(work, training, precision))
        if all(part.key in kept for part in parts):
            (whole,) = _wholes(work, parts)
            found[precision] = whole.shared(kept)
    return found if len(found) == len(_precisions(training)) else {}


def try_blocks(
    work: Work,
    training: TrainingConfig,
    calibration: Calibration,
    stop: StopToken,
    told: Told | None = None,
) -> Mapping[str, NodeSeconds]:
    """Return seconds (forward, backward) of each block by precision; time those not known yet.

    What was timed is kept, even when the rest is stopped.

    Raises:
        GraphError: The graph cannot be built.
        StoppedError: Somebody asked for the end.
    """
    kept = dict(_kept(calibration.device))
    every = [part for p in _precisions(training) for part in _parts(work, training, p)]
    todo = {part.key: part for part in every if part.key not in kept}
    try:
        for done, (key, part) in enumerate(todo.items()):
            stop.check()
            if told is not None:
                told(done / len(todo))
            kept[key] = _seconds(part, calibration, stop)
        for whole in _wholes(work, every):
            if whole.key not in kept and whole.is_bearable(kept):
                kept[whole.key] = _whole_seconds(work, whole, calibration, stop)
    finally:
        newest = list(kept.items())[-_MOST_KEPT:]
        machine.keep(_FILE, calibration.device, {k: list(v) for k, v in newest})
    return {whole.precision: whole.shared(kept) for whole in _wholes(work, every)}


def _wholes(work: Work, every: list[_Part]) -> Iterator[_Whole]:
    for precision in dict.fromkeys(part.precision for part in every):
        parts = tuple(part for part in every if part.precision == precision)
        links = str(sorted((edge.source, edge.target) for edge in work.graph.edges))
        key = f"{key_of(links, *(part.key for part in parts)):016x}"
        yield _Whole(key=key, precision=precision, parts=parts)


def _whole_seconds(work: Work, whole: _Whole, calibration: Calibration, stop: StopToken) -> Seconds:
    device = torch.device(calibration.device)
    compute = Compute(device=device, precision=whole.precision, threads=1)
    network = build_empty(work.graph, work.contract)
    draw(network, torch.Generator().manual_seed(0))
    network = compute.place(network.train())
    batch = whole.parts[0].step.batch
    shapes = work.contract.inputs.values()
    inputs = [_samples(shape, batch, compute) for shape in shapes]
    with threads_of(compute) if device.type == "cpu" else nullcontext():
        return timed(
            _Joined(network),
            inputs,
            compute,
            stop,
            budget_s=_WHOLE_BUDGET_S,
            usual=_lower_quartile,
        )


def _lower_quartile(spent: Sequence[float]) -> float:
    """Return what a pass takes when other programs leave it alone, fresh memory included."""
    return sorted(spent)[len(spent) // 4]


class _Joined(nn.Module):
    """A network whose outputs are added up, so that there is one way back."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the sum of all outputs, shape (), or the only output, (N, ...)."""
        out = self.network(*inputs)
        if isinstance(out, dict):
            return torch.stack([value.float().sum() for value in out.values()]).sum()
        joined: Tensor = out
        return joined


def _precisions(training: TrainingConfig) -> tuple[str, ...]:
    return precisions_of(training.precision)


def _parts(work: Work, training: TrainingConfig, precision: str) -> Iterator[_Part]:
    training = replace(training, batch_size=min(batch_of(training), max(1, work.samples)))
    for step in steps_of(work, part_size(training)):
        node = step.node
        if node.block != "input":
            key = _key(
                node.block,
                node.config,
                step.in_shapes,
                step.batch,
                precision=precision,
                wants_gradient=step.wants_gradient,
            )
            yield _Part(step=step, precision=precision, key=key)


@lru_cache(maxsize=4096)
def _key(
    block: str,
    config: Any,
    in_shapes: Shapes,
    batch: int,
    *,
    precision: str,
    wants_gradient: bool,
) -> str:
    """Return the name that the seconds of a block are kept under."""
    settings = json.dumps(to_json(config), sort_keys=True)
    return f"{key_of(block, settings, str(in_shapes), batch, precision, wants_gradient):016x}"


def _seconds(part: _Part, calibration: Calibration, stop: StopToken) -> Seconds:
    device = torch.device(calibration.device)
    compute = Compute(device=device, precision=part.precision, threads=1)
    batch = _bearable_batch(part, calibration)
    module = compute.place(_module(part))
    inputs = [_input(part, shape, batch, compute) for shape in part.step.in_shapes]
    with threads_of(compute) if device.type == "cpu" else nullcontext():
        forward, backward = timed(module, inputs, compute, stop, budget_s=_BUDGET_S)
    scale = part.step.batch / batch
    return forward * scale, backward * scale


def _bearable_batch(part: _Part, calibration: Calibration) -> int:
    """Return how many samples can be tried without a wait or much memory, at least 2."""
    step = part.step
    expected_s = sum(calibration.seconds(step.operators, part.precision))
    inputs = sum(math.prod(shape) for shape in step.in_shapes) * step.batch * 4
    needed = _MEMORY_FACTOR * (step.cost.activation_bytes + inputs)
    room = _MEMORY_SHARE * psutil.virtual_memory().available
    share = min(1.0, _LONGEST_S / max(expected_s, 1e-9), room / max(needed, 1))
    return max(2, int(step.batch * share))


def _module(part: _Part) -> nn.Module:
    module = module_of(part.step.node.block, part.step.node.config, part.step.in_shapes).to_empty(
        device="cpu"
    )
    draw(module, torch.Generator().manual_seed(0))
    return module.train()


def _input(part: _Part, shape: tuple[int, ...], batch: int, compute: Compute) -> Tensor:
    """Return float samples, (batch, *shape), as the block before would give them."""
    x = _samples(shape, batch, compute)
    is_half = part.step.wants_gradient and part.precision == "bfloat16"
    return (x.to(torch.bfloat16) if is_half else x).requires_grad_(part.step.wants_gradient)


def _samples(shape: tuple[int, ...], batch: int, compute: Compute) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(batch, *shape, generator=generator).to(compute.device)
    return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x


def _kept(device: str) -> Mapping[str, Seconds]:
    """Return what was timed before; the file is read again when it changed."""
    return _read(device, machine.stamp(_FILE, device))


@lru_cache(maxsize=4)
def _read(device: str, _stamp: tuple[str, int, int]) -> Mapping[str, Seconds]:
    saved: Mapping[str, Any] = machine.kept(_FILE, device) or {}
    return {key: (v[0], v[1]) for key, v in saved.items() if _is_legal(v)}


def _is_legal(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(type(v) in (int, float) and 0 <= v < 1e6 for v in value)
    )
