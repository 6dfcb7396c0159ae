"""From a graph to a module."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from deepdesk.core.chance import key_of
from deepdesk.core.errors import GraphError
from deepdesk.nn.block import Shapes
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.initial import draw
from deepdesk.nn.shapes import shapes_of

MAX_PARAMETERS = 4_000_000_000  # 16 GB in float32; far above what one machine trains
_SEED_MASK = (1 << 63) - 1


class GraphModule(nn.Module):
    """A network made from a graph; its children carry the ids of the nodes.

    Called with one tensor per input of the contract, float, (N, ...), it returns the output,
    or a dict of outputs by name when there are several.

    Args:
        graph: Legal and fitted.
        modules: Node id to module, inputs left out.
        outputs: Name of each output to the id of the node that gives it.
    """

    def __init__(
        self, graph: Graph, modules: Mapping[str, nn.Module], outputs: Mapping[str, str]
    ) -> None:
        super().__init__()
        for node_id, module in modules.items():
            self.add_module(node_id, module)
        ends = tuple(outputs.values())
        self.outputs = ends
        self.node_ids = tuple(node.id for node in graph.order)
        self._slots = {node_id: slot for slot, node_id in enumerate(self.node_ids)}
        self._inputs = tuple(self._slots[node.id] for node in graph.inputs)
        self._gives = tuple((name, self._slots[node_id]) for name, node_id in outputs.items())
        self._steps = _steps(graph, self._slots, ends)
        self._is_chain = _is_chain(graph, ends)
        self._chain = tuple(node_id for node_id in self.node_ids if node_id in modules)

    def forward(self, *inputs: Tensor) -> Tensor | dict[str, Tensor]:
        """Return the output for a batch: float, (N, ...) each, as the contract says."""
        if self._is_chain:
            (x,) = inputs
            for node_id in self._chain:
                x = self._modules[node_id](x)  # type: ignore[misc]  # never None, see __init__
            return x
        values = self._run(inputs, frees=True)
        if len(self._gives) == 1:
            return values[self._gives[0][1]]  # type: ignore[return-value]
        return {name: values[slot] for name, slot in self._gives}  # type: ignore[misc]

    def activations(self, *inputs: Tensor) -> dict[str, Tensor]:
        """Return the output of every node by id, (N, ...) each, for a look inside."""
        values = self._run(inputs, frees=False)
        return {
            name: value
            for name, value in zip(self.node_ids, values, strict=True)
            if value is not None
        }

    def _run(self, inputs: tuple[Tensor, ...], *, frees: bool) -> list[Tensor | None]:
        values: list[Tensor | None] = [None] * len(self.node_ids)
        for slot, x in zip(self._inputs, inputs, strict=True):
            values[slot] = x
        for node_id, slot, sources, done in self._steps:
            values[slot] = self._modules[node_id](*[values[s] for s in sources])  # type: ignore[misc]
            if frees:
                for source in done:
                    values[source] = None
        return values


_Step = tuple[str, int, tuple[int, ...], tuple[int, ...]]


def _steps(graph: Graph, slots: Mapping[str, int], outputs: tuple[str, ...]) -> tuple[_Step, ...]:
    """Return per node: id, its slot, the slots it reads, the slots nobody reads afterwards."""
    last: dict[str, str] = {}
    for node in graph.order:
        for source in graph.sources[node.id]:
            last[source] = node.id
    return tuple(
        (
            node.id,
            slots[node.id],
            tuple(slots[s] for s in graph.sources[node.id]),
            tuple(slots[s] for s, user in last.items() if user == node.id and s not in outputs),
        )
        for node in graph.order
        if node.block != "input"
    )


def _is_chain(graph: Graph, outputs: tuple[str, ...]) -> bool:
    order = graph.order
    follows = all(graph.sources[node.id] == (before.id,) for before, node in pairwise(order))
    return follows and outputs == (order[-1].id,)


def build(graph: Graph, contract: Contract, *, seed: int = 0) -> nn.Module:
    """Return the network with first values on the CPU, float32.

    Values follow torch's defaults (see `initial`) and are a function of `seed` and node id.
    Torch's global generator is neither read nor moved, so building is safe beside a training.

    Raises:
        GraphError: The graph cannot be built, or pretrained weights are missing.
    """
    network = build_empty(graph, contract)
    for node in graph.nodes:
        if node.block != "input":
            module = network.get_submodule(node.id)
            generator = torch.Generator().manual_seed(key_of(seed, node.id) & _SEED_MASK)
            draw(module, generator)
            _load_if_pretrained(node, module)
    return network


def _load_if_pretrained(node: Node, module: nn.Module) -> None:
    if getattr(node.config, "pretrained", False):
        from deepdesk.nn.backbones import load_pretrained

        load_pretrained(module, node.config.name, node=node.id)


def build_empty(graph: Graph, contract: Contract) -> nn.Module:
    """Return the network on the CPU with undefined values, to load saved weights into.

    Raises:
        GraphError: The graph cannot be built.
    """
    network = build_meta(graph, contract)
    return network.to_empty(device="cpu")


def build_meta(graph: Graph, contract: Contract) -> nn.Module:
    """Return the network on the meta device: shapes without memory.

    Raises:
        GraphError: The graph cannot be built.
    """
    fitted = graph.fitted(contract)
    shapes = shapes_of(graph, contract)
    modules: dict[str, nn.Module] = {}
    total = 0
    for node in fitted.order:
        if node.block == "input":
            continue
        _check_name(node)
        in_shapes = tuple(shapes[source] for source in fitted.sources[node.id])
        modules[node.id] = module_of(node.block, node.config, in_shapes)
        total += sum(math.prod(p.shape) for p in modules[node.id].parameters())
        check_parameters(total, node.id)
    outputs = {name: node.id for name, node in fitted.ends(contract).items()}
    return GraphModule(fitted, modules, outputs)


def module_of(block: str, config: Any, in_shapes: Shapes) -> nn.Module:
    """Return the module of a legal node on the meta device."""
    with torch.device("meta"):
        return BLOCKS[block].module(config, in_shapes)


def check_parameters(count: int, node: str) -> None:
    """Refuse a network that no machine could train.

    Raises:
        GraphError: Code "parameters".
    """
    if count > MAX_PARAMETERS:
        raise GraphError(
            f"The network would have {count:,} parameters or more.",
            "Pool before this block, or use fewer channels.",
            node=node,
            code="parameters",
        )


def _check_name(node: Node) -> None:
    if hasattr(GraphModule, node.id) or node.id in _OWN:
        raise GraphError(
            f"A block cannot have the id {node.id!r}.", "Rename it.", node=node.id, code="id"
        )


_OWN = frozenset({"outputs", "node_ids", "training"})


def parameters_by_node(network: nn.Module) -> Iterator[tuple[str, int]]:
    """Yield node id and number of parameters, frozen ones too."""
    for name, child in network.named_children():
        yield name, sum(math.prod(p.shape) for p in child.parameters())
