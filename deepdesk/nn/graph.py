"""A network as data: nodes with settings and edges between them, saved as JSON.

A graph may be half drawn; `deepdesk.nn.shapes` says whether it can be built. Nothing in it
names a Python object: blocks come from the closed catalogue.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from deepdesk.core import settings
from deepdesk.core.errors import ConfigError, GraphError
from deepdesk.nn.block import ANY_SIZE, Block, Shape
from deepdesk.nn.catalogue import block_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a task feeds a network and wants back.

    Attributes:
        inputs: Name to shape of one sample, in the order of the module's arguments.
        outputs: Name to shape of one answer; an axis of `ANY_SIZE` (0) is as long as the network
            makes it.
        optional: Further outputs that a network may have, likewise. A block whose id is such a
            name is that output, whether it feeds others or not.
        dtype: Of all of them.
        words: Name of an input or output to what its shape means to a person, with units, for
            instance "3 s of sound at 16 kHz".
    """

    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]
    optional: Mapping[str, Shape] = field(default_factory=dict)
    dtype: str = "float32"
    words: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        sides = [
            ", ".join(f"(N, {_sizes(shape)})" for shape in part.values())
            for part in (self.inputs, self.outputs)
        ]
        return f"{self.dtype} {sides[0]} → {sides[1]}"


@dataclass(frozen=True)
class Node:
    """One block of a network.

    Attributes:
        id: Unique in the graph: a lower-case letter, then letters, digits and "_", at most 48.
            The parameters of the network are saved under it.
        block: Key in the catalogue.
        settings: Of the block, those that differ from its defaults at least.
        label: The person's own name for it, "" for the title of the block.
    """

    id: str
    block: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""

    @property
    def kind(self) -> Block[Any]:
        """The block of the catalogue.

        Raises:
            GraphError: It is not in the catalogue.
        """
        return block_of(self.block, node=self.id)

    @cached_property
    def config(self) -> Any:
        """The checked settings, a value of the block's config class.

        Raises:
            GraphError: A setting is unknown or not legal; code "setting".
        """
        kind = self.kind
        try:
            return settings.from_json(kind.config, self.settings)
        except ConfigError as error:
            raise GraphError(error.message, error.hint, node=self.id, code="setting") from error

    @property
    def title(self) -> str:
        """What to call it on screen."""
        return self.label or self.kind.title_of(self.settings)

    def with_settings(self, **changes: Any) -> Node:
        """Return a copy with some settings changed."""
        return dataclasses.replace(self, settings={**self.settings, **changes})


@dataclass(frozen=True, order=True)
class Edge:
    """From the output of one node to an input of another.

    Attributes:
        source: Id of a node.
        target: Id of a node.
        port: Which input of the target, from 0.
    """

    source: str
    target: str
    port: int = 0


@dataclass(frozen=True)
class Group:
    """Blocks that a person put together under a name; says nothing to the network.

    Attributes:
        id: Like a node's; unique among nodes and groups.
        label: The person's own name for it.
        nodes: Ids of its nodes, each in one group at most.
        is_open: Whether its blocks are drawn, and not one card for all.
    """

    id: str
    label: str
    nodes: tuple[str, ...]
    is_open: bool = False


@dataclass(frozen=True)
class Graph:
    """Nodes and edges.

    Attributes:
        name: On screen.
        nodes: In the order in which they are shown and saved.
        edges: Those of one target with different ports.
        groups: For the eye alone.
    """

    name: str
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    groups: tuple[Group, ...] = ()

    def node(self, node_id: str) -> Node:
        """Return the node called `node_id`.

        Raises:
            GraphError: There is none; code "unknown_node".
        """
        try:
            return self.by_id[node_id]
        except KeyError:
            raise GraphError(
                f"There is no block {node_id[:48]!a} in this network.", code="unknown_node"
            ) from None

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """The nodes by id."""
        return MappingProxyType({node.id: node for node in self.nodes})

    @cached_property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Per node the ids of the nodes that feed it, by port."""
        feeds: dict[str, list[str]] = {node.id: [] for node in self.nodes}
        for edge in sorted(self.edges, key=lambda e: (e.target, e.port, e.source)):
            feeds.setdefault(edge.target, []).append(edge.source)
        return MappingProxyType({target: tuple(ids) for target, ids in feeds.items()})

    @cached_property
    def sinks(self) -> tuple[Node, ...]:
        """The nodes that feed no other, in order."""
        feeding = {edge.source for edge in self.edges}
        return tuple(node for node in self.nodes if node.id not in feeding)

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes through which data enters, in order."""
        return tuple(node for node in self.nodes if node.block == "input")

    @cached_property
    def order(self) -> tuple[Node, ...]:
        """The nodes, each after all that feed it; equal graphs give equal orders.

        Raises:
            GraphError: They form a circle; code "cycle".
        """
        waiting = {node.id: len(self.sources[node.id]) for node in self.nodes}
        fed: dict[str, list[str]] = {}
        for edge in self.edges:
            fed.setdefault(edge.source, []).append(edge.target)
        ready = [node.id for node in reversed(self.nodes) if not waiting[node.id]]
        ordered: list[Node] = []
        while ready:
            node_id = ready.pop()
            ordered.append(self.by_id[node_id])
            for target in fed.get(node_id, ()):
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
        if len(ordered) < len(self.nodes):
            stuck = next(node.id for node in self.nodes if waiting[node.id])
            raise GraphError(
                "These blocks feed each other in a circle.",
                "Remove one connection of the circle.",
                node=stuck,
                code="cycle",
            )
        return tuple(ordered)

    def ends(self, contract: Contract) -> Mapping[str, Node]:
        """Return the nodes that give the outputs of a contract, by the names of these.

        The only output that a contract must have is the last block, whatever its id. For several,
        and for those that it may have, names are ids. Outputs that nothing gives are left out.
        """
        extra = {name: self.by_id[name] for name in contract.optional if name in self.by_id}
        last = tuple(node for node in self.sinks if node.id not in extra)
        if len(contract.outputs) > 1:
            named = {node.id: node for node in last}
            main = {name: named[name] for name in contract.outputs if name in named}
        else:
            main = dict(zip(contract.outputs, last, strict=False))
        return {**main, **extra}

    def with_node(self, node: Node) -> Graph:
        """Return a copy in which `node` stands in place of the one with its id."""
        nodes = tuple(node if old.id == node.id else old for old in self.nodes)
        return dataclasses.replace(self, nodes=nodes)

    def fitted(self, contract: Contract) -> Graph:
        """Return a copy that takes and gives what the contract says, as far as settings can.

        Input nodes get the shapes; the last block gets the number of outputs if it has a
        setting for it (`Block.outputs_setting`).
        """
        shapes = _by_node(self.inputs, contract.inputs)
        every = {**contract.outputs, **contract.optional}
        ends = {node.id: every[name] for name, node in self.ends(contract).items()}
        nodes = []
        for node in self.nodes:
            if node.id in shapes:
                node = node.with_settings(shape=tuple(shapes[node.id]))  # noqa: PLW2901
            nodes.append(_with_outputs(node, ends[node.id]) if node.id in ends else node)
        return dataclasses.replace(self, nodes=tuple(nodes))

    def to_json(self) -> dict[str, Any]:
        """Return the graph as a JSON-ready object."""
        from deepdesk.nn.graph_json import graph_to_json

        return graph_to_json(self)

    @classmethod
    def from_json(cls, data: Any) -> Graph:
        """Return the graph of a parsed JSON object, which may come from anyone.

        Raises:
            GraphError: It is not a legal graph, with the reason.
        """
        from deepdesk.nn.graph_json import graph_from_json

        return graph_from_json(data)


def _with_outputs(node: Node, wanted: Shape) -> Node:
    """Return a last block that gives as many numbers as wanted, if a setting says how many."""
    setting, axis = node.kind.outputs_setting, node.kind.outputs_axis
    if not setting or len(wanted) < -axis or wanted[axis] == ANY_SIZE:
        return node
    return node.with_settings(**{setting: wanted[axis] - node.kind.outputs_fixed})


def _sizes(shape: Shape) -> str:
    return ", ".join("any" if size == ANY_SIZE else str(size) for size in shape)


def _by_node(nodes: tuple[Node, ...], wanted: Mapping[str, Shape]) -> Mapping[str, Shape]:
    """Return shapes by node id; only where a contract has several names do they have to be ids."""
    if len(wanted) > 1:
        return wanted
    return dict(zip((node.id for node in nodes[:1]), wanted.values(), strict=False))
