"""Where a new block goes: after what is selected, onto a connection, or to the end. No Qt."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from deepdesk.core.errors import GraphError
from deepdesk.nn import editing
from deepdesk.nn.block import shape_text
from deepdesk.nn.graph import Contract, Edge, Graph, Group, Node
from deepdesk.nn.shapes import infer


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a network.

    Attributes:
        after: Ids of the blocks that it follows.
        edge: Connection that it is put onto; counts before `after`.
        is_branch: What the block before feeds is left as it is.
        is_loose: Nothing is connected.
        words: For one more block that feeds the new one, "" for none.
    """

    after: tuple[str, ...] = ()
    edge: Edge | None = None
    is_branch: bool = False
    is_loose: bool = False
    words: str = ""


def placed(graph: Graph, node: Node, spot: Spot) -> Graph:
    """Return the graph with one more node at a place; without one it goes to the end.

    A block that takes several inputs is fed by all blocks of the place.
    """
    after = in_flow(graph, spot.after) or end_of(graph)
    if spot.is_loose or not node.kind.ports[1] or not (after or spot.edge):
        return editing.added(graph, node)
    if spot.edge is not None and spot.edge in graph.edges:
        return editing.inserted_on(graph, node, spot.edge)
    if spot.is_branch:
        return editing.connected(editing.added(graph, node), after[-1], node.id)
    graph = editing.inserted_after(graph, node, after[-1])
    for source in after[:-1][: node.kind.ports[1] - 1]:
        graph = editing.connected(graph, source, node.id)
    return graph


def in_flow(graph: Graph, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of nodes as data flows; a group stands for its last node."""
    groups = {group.id: group for group in graph.groups}
    wanted: set[str] = set()
    places = {node.id: place for place, node in enumerate(_ordered(graph))}
    for some_id in ids:
        if some_id in groups:
            wanted.add(max(groups[some_id].nodes, key=lambda node_id: places[node_id]))
        elif some_id in places:
            wanted.add(some_id)
    return tuple(sorted(wanted, key=lambda node_id: places[node_id]))


def end_of(graph: Graph) -> tuple[str, ...]:
    """Return the last block that data reaches, or the one that feeds a head at the end."""
    last = next((node for node in reversed(_ordered(graph)) if node in graph.sinks), None)
    if last is None:
        return ()
    sources = graph.sources[last.id]
    if last.kind.family == "heads" and sources:
        return (sources[0],)
    return (last.id,)


def pasted_after(graph: Graph, piece: Graph, after: str) -> tuple[Graph, tuple[str, ...]]:
    """Return the graph with a piece of blocks, and their new ids.

    A piece with one beginning and one end goes between a block and what that block feeds.

    Raises:
        GraphError: The piece holds nothing but an input, which the network has already.
    """
    piece = _without_inputs(piece) if graph.inputs else piece
    if not piece.nodes:
        raise GraphError("The network has its input already.", "Copy other blocks.", code="input")
    if not after:
        return editing.pasted(graph, piece)
    fed = tuple(edge for edge in graph.edges if edge.source == after)
    loose = [node for node in piece.nodes if not piece.sources[node.id] and node.kind.ports[1]]
    if len(loose) != 1 or len(piece.sinks) != 1:
        return editing.pasted(graph, piece, after)
    rest = dataclasses.replace(graph, edges=tuple(edge for edge in graph.edges if edge not in fed))
    made, ids = editing.pasted(rest, piece, after)
    names = dict(zip((node.id for node in piece.nodes), ids, strict=True))
    end = names[piece.sinks[0].id]
    moved = tuple(dataclasses.replace(edge, source=end) for edge in fed)
    return dataclasses.replace(made, edges=(*made.edges, *moved)), ids


def whole_groups(graph: Graph, ids: Collection[str]) -> tuple[Group, ...]:
    """Return the groups of which some block is among `ids`, or that are named there."""
    wanted = set(ids)
    return tuple(g for g in graph.groups if g.id in wanted or wanted & set(g.nodes))


def rerouted(graph: Graph, edge: Edge, source: str, target: str, port: int | None) -> Graph:
    """Return the graph with an end of a connection moved.

    Raises:
        GraphError: As `editing.connected`.
    """
    if target == edge.target and port is None:
        port = edge.port
    if target == edge.target and port == edge.port:
        return editing.connected(graph, source, target, port)
    return editing.connected(editing.disconnected(graph, [edge]), source, target, port)


def empty_network(graph: Graph, inputs: Mapping[str, Any], name: str) -> Graph:
    """Return a network that has nothing but the inputs of a contract, as `graph` has them."""
    nodes = tuple(dataclasses.replace(node, label="") for node in graph.inputs)
    if len(nodes) != len(inputs):
        nodes = tuple(Node(key, "input", {"shape": tuple(inputs[key])}) for key in inputs)
    return Graph(name=name, nodes=nodes)


def _without_inputs(piece: Graph) -> Graph:
    kept = [node.id for node in piece.nodes if node.kind.ports[1]]
    return editing.part(piece, kept)


def _ordered(graph: Graph) -> tuple[Node, ...]:
    try:
        return graph.order
    except GraphError:
        return graph.nodes


def foretold(contract: Contract, node: Node, made: Graph) -> str:
    """Return in one line what a new node is, and what comes out of it in the graph with it."""
    try:
        line = str(node.kind.summary_line(node.config))
        made = made.fitted(contract)
        found = infer(made, contract)
    except GraphError as error:
        return str(error)
    what = f"{node.title}: {line}" if line else node.title
    shape = found.shapes.get(node.id)
    if shape is not None:
        return f"{what}. Gives {shape_text(shape)}."
    if node.kind.ports[0] > len(made.sources[node.id]):
        return f"{what}. Say what else feeds it: {node.title.casefold()} from ..."
    wrong = next((problem for problem in found.problems if problem.node == node.id), None)
    return f"{what}. {wrong}" if wrong is not None else f"{what}. {node.kind.summary}"


def spot_text(graph: Graph, spot: Spot) -> str:
    """Return a place in words: After Convolution."""
    if spot.edge is not None and spot.edge in graph.edges:
        ends = (graph.node(spot.edge.source).title, graph.node(spot.edge.target).title)
        return f"Between {ends[0]} and {ends[1]}"
    after = in_flow(graph, spot.after) or end_of(graph)
    titles = [graph.node(node_id).title for node_id in after]
    return f"After {' and '.join(titles)}" if titles else "First block"


def nearest_left(before: Graph, gone: str, now: Graph) -> str:
    """Return the nearest block before one that is gone, as far as it is still there; else ""."""
    seen = {gone}
    waiting = list(before.sources.get(gone, ()))
    while waiting:
        node_id = waiting.pop(0)
        if node_id in now.by_id:
            return node_id
        if node_id not in seen:
            seen.add(node_id)
            waiting.extend(before.sources.get(node_id, ()))
    return ""
