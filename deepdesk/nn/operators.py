"""Which operators a node runs in a training step, forward and backward, without running them.

Each node runs once on the meta device, where tensors have shapes but no memory, and every
operator is written down with its class, its floating-point operations and the bytes that it reads
and writes in float32. What was found is kept per (block, settings, shapes, batch size).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from deepdesk.nn.block import Shapes
from deepdesk.nn.build import module_of
from deepdesk.nn.cost import FusedAttention

aten = torch.ops.aten
# Classes whose time is set by arithmetic; that of all others by the bytes they move.
ARITHMETIC = frozenset({"matrix", "convolution", "pointwise", "depthwise", "skipping", "attention"})
_CURVES = ("gelu", "silu", "tanh", "sigmoid", "softmax", "exp", "erf", "mish")


@dataclass(frozen=True, slots=True)
class Operator:
    """One kind of call.

    Attributes:
        kind: "matrix", "convolution", "pointwise" (1x1), "depthwise", "skipping"
            (depthwise with a stride, which kernels are far slower at), "attention", "norm",
            "pool", "curve" (functions such as GELU), "chance" (random numbers) or "memory".
        is_backward: Whether it belongs to the way back.
        flops: Of one call, a multiplication with its addition being two.
        moved_bytes: Read and written by one call, in float32.
        largest_bytes: Of its largest result.
        calls: How often.
    """

    kind: str
    is_backward: bool
    flops: int
    moved_bytes: int
    largest_bytes: int
    calls: int = 1


@lru_cache(maxsize=4096)
def operators_of(
    block: str,
    config: Any,
    in_shapes: Shapes,
    batch_size: int,
    *,
    wants_gradient: bool = True,
) -> tuple[Operator, ...]:
    """Return the operators of a legal node in a training step over a batch.

    Args:
        block: Key of the catalogue.
        config: Its settings.
        in_shapes: Of one sample, without the batch axis.
        batch_size: Samples at once.
        wants_gradient: Whether something before the node learns.
    """
    if block == "input":
        return ()
    module = module_of(block, config, in_shapes)
    # Batch norm refuses to train on one vector.
    inputs = [torch.empty(max(2, batch_size), *shape, device="meta") for shape in in_shapes]
    if wants_gradient:
        inputs = [tensor.requires_grad_() for tensor in inputs]
    return operators_in(module, inputs)


def operators_in(module: nn.Module, inputs: Iterable[Tensor]) -> tuple[Operator, ...]:
    """Return the operators of a module on meta tensors of shape (N, ...), forward and backward."""
    forward, backward = _Recorder(is_backward=False), _Recorder(is_backward=True)
    with FusedAttention(), forward:
        out = module(*inputs)
    with backward:
        if out.requires_grad:
            out.backward(torch.empty_like(out))
    return tuple(
        Operator(*key, calls=calls) for key, calls in (forward.found + backward.found).items()
    )


class _Recorder(TorchDispatchMode):
    """Writes down every operator that does more than to look at memory another way."""

    def __init__(self, *, is_backward: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.found: Counter[tuple[str, bool, int, int, int]] = Counter()
        self._is_backward = is_backward

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        packet = func._overloadpacket
        results = _tensors(out if isinstance(out, tuple | list) else (out,))
        read = _tensors(args)
        known = {t.untyped_storage()._cdata for t in read}
        is_in_place = packet.__name__.endswith("_")
        made = [t for t in results if is_in_place or t.untyped_storage()._cdata not in known]
        if made and packet not in _FREE:
            flops = _flops(packet, args, kwargs or {}, out)
            moved = sum(t.numel() for t in (*read, *made)) * 4
            largest = max(t.numel() for t in made) * 4
            kind = _kind(packet, args)
            self.found[(kind, self._is_backward, flops, moved, largest)] += 1
        return out


_FREE = {aten.empty, aten.empty_like, aten.new_empty, aten.detach, aten.empty_strided}


def _tensors(values: Iterable[Any]) -> list[Tensor]:
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, list | tuple):
            found += [v for v in value if isinstance(v, Tensor)]
    return found


def _flops(packet: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], out: Any) -> int:
    if packet is aten.convolution_backward:
        # The registry counts groups of the way back as if they were one.
        gradient, _x, weight = args[:3]
        sides = sum(bool(wanted) for wanted in args[-1][:2])
        places = gradient if not args[-4] else args[1]
        return int(2 * places.numel() * math.prod(weight.shape[1:]) * sides)
    count = flop_registry.get(packet)
    return int(count(*args, **kwargs, out_val=out)) if count else 0


def _kind(packet: Any, args: tuple[Any, ...]) -> str:
    if packet is aten.convolution:
        return _convolution_kind(args[0], args[1], args[3], args[-1])
    if packet is aten.convolution_backward:
        return _convolution_kind(args[1], args[2], args[4], args[-2])
    name = packet.__name__
    return next((kind for kind, holds in _KINDS if holds(name)), "memory")


def _convolution_kind(x: Tensor, weight: Tensor, stride: Sequence[int], groups: int) -> str:
    if groups > 1 and groups == x.shape[1]:
        return "skipping" if max(stride) > 1 else "depthwise"
    return "pointwise" if all(side == 1 for side in weight.shape[2:]) else "convolution"


_KINDS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("matrix", lambda name: name in {"mm", "addmm", "bmm", "baddbmm"}),
    ("attention", lambda name: name.startswith(("_scaled_dot", "_flash", "_efficient"))),
    ("norm", lambda name: "_norm" in name),
    ("pool", lambda name: "pool" in name or "upsample" in name or "grid_sampl" in name),
    ("chance", lambda name: "dropout" in name or "bernoulli" in name or "rand" in name),
    ("curve", lambda name: any(part in name for part in _CURVES)),
)
