"""What a network costs, per node and in all, without running it.

Each node is run once on the meta device, where tensors have shapes but no memory, and what was
found is kept per (block, settings, shapes): after an edit only changed nodes are measured anew.

FLOPs are those of one forward pass as `torch.utils.flop_counter` counts them: matrix products,
convolutions and attention, a multiplication with its addition being two. A training step takes
about three times as many. Activation memory is what a training step keeps for its way back: the
outputs of all nodes, and what the operators inside them save, each piece once, in float32,
without parameters and inputs. Attention is taken as fused: it saves no matrix of scores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

from deepdesk.nn.block import Shape, Shapes
from deepdesk.nn.build import check_parameters, module_of
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.shapes import shapes_of

_BATCH = 2  # batch norm refuses to train on one vector


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCost:
    """What one node costs.

    Attributes:
        out_shape: Of one sample, without the batch axis.
        parameters: Numbers that were or could be learned.
        trainable: Those of them that are not frozen.
        flops: Of one forward pass over the batch.
        activation_bytes: Kept by a training step over the batch, in float32.
    """

    out_shape: Shape
    parameters: int
    trainable: int
    flops: int
    activation_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphCost:
    """What a network costs for one batch; totals are the sums over the nodes."""

    nodes: Mapping[str, NodeCost]
    batch_size: int
    parameters: int
    trainable: int
    flops: int
    activation_bytes: int


def cost(graph: Graph, contract: Contract, batch_size: int = 1) -> GraphCost:
    """Return the cost of a graph, fitted to the contract, for a batch.

    Raises:
        GraphError: The graph cannot be built.
    """
    fitted = graph.fitted(contract)
    shapes = shapes_of(graph, contract)
    nodes: dict[str, NodeCost] = {}
    parameters = 0
    for node in fitted.order:
        in_shapes = tuple(shapes[source] for source in fitted.sources[node.id])
        nodes[node.id] = node_cost(node, in_shapes, shapes[node.id], batch_size)
        parameters += nodes[node.id].parameters
        check_parameters(parameters, node.id)
    every = nodes.values()
    return GraphCost(
        nodes=nodes,
        batch_size=batch_size,
        parameters=parameters,
        trainable=sum(n.trainable for n in every),
        flops=sum(n.flops for n in every),
        activation_bytes=sum(n.activation_bytes for n in every),
    )


def node_cost(node: Node, in_shapes: Shapes, out_shape: Shape, batch_size: int) -> NodeCost:
    """Return the cost of one legal node for a batch."""
    if node.block == "input":
        return NodeCost(out_shape=out_shape, parameters=0, trainable=0, flops=0, activation_bytes=0)
    found = _measure(node.block, node.config, in_shapes)
    return NodeCost(
        out_shape=out_shape,
        parameters=found.parameters,
        trainable=found.trainable,
        flops=found.flops * batch_size // _BATCH,
        activation_bytes=found.activation_bytes * batch_size // _BATCH,
    )


@lru_cache(maxsize=4096)
def _measure(block: str, config: Any, in_shapes: Shapes) -> NodeCost:
    """Return the cost of a node for `_BATCH` samples."""
    module = module_of(block, config, in_shapes)
    inputs = [torch.empty(_BATCH, *shape, device="meta", requires_grad=True) for shape in in_shapes]
    saved: list[Tensor] = []

    def keep(tensor: Tensor) -> Tensor:
        saved.append(tensor)
        return tensor

    counter = FlopCounterMode(display=False)
    with FusedAttention(), counter, saved_tensors_hooks(keep, lambda tensor: tensor):
        out = module(*inputs)
    own = {_storage(t) for t in (*module.parameters(), *module.buffers(), *inputs)}
    kept = {_storage(t): t.untyped_storage().nbytes() for t in (*saved, out)}
    return NodeCost(
        out_shape=tuple(out.shape[1:]),
        parameters=sum(p.numel() for p in module.parameters()),
        trainable=sum(p.numel() for p in module.parameters() if p.requires_grad),
        flops=counter.get_total_flops(),
        activation_bytes=sum(size for key, size in kept.items() if key not in own),
    )


def _storage(tensor: Tensor) -> int:
    """Return what tensors that share memory have in common; meta tensors have no address."""
    return int(tensor.untyped_storage()._cdata)


class FusedAttention(TorchFunctionMode):
    """Runs attention on the meta device as the fused operator that real devices use."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is functional.scaled_dot_product_attention and not kwargs and len(args) == 3:
            return torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(*args)[0]
        return func(*args, **(kwargs or {}))
