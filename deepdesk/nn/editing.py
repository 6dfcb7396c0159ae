"""Changes of a graph, each from one graph to the next. No torch.

A graph may be half drawn in between: what is wrong with it is said by `deepdesk.nn.shapes`, not
here. Ids that are asked for have to exist; a new id is always free.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from deepdesk.core.errors import GraphError
from deepdesk.nn.catalogue import block_of
from deepdesk.nn.graph import Edge, Graph, Group, Node

LONGEST_LABEL = 200  # letters; a graph with a longer one could not be read again
_LONGEST_STEM = 40  # of an id, so that a number fits behind it


def free_id(graph: Graph, wanted: str) -> str:
    """Return `wanted`, or `wanted_2` and so on where it is taken by a node or group."""
    taken = {*graph.by_id, *(group.id for group in graph.groups)}
    stem = wanted[:_LONGEST_STEM]
    number, found = 1, stem
    while found in taken:
        number += 1
        found = f"{stem}_{number}"
    return found


def new_node(graph: Graph, block: str, settings: Mapping[str, Any] | None = None) -> Node:
    """Return a node of a block with a free id; it is not in the graph yet.

    Raises:
        GraphError: There is no such block.
    """
    block_of(block)
    return Node(free_id(graph, block), block, dict(settings or {}))


def added(graph: Graph, node: Node) -> Graph:
    """Return the graph with one more node, connected to nothing."""
    return dataclasses.replace(graph, nodes=(*graph.nodes, node))


def inserted_after(graph: Graph, node: Node, source: str) -> Graph:
    """Return the graph with `node` between a node and all that it feeds.

    A node that nothing can feed is added beside the others.
    """
    graph.node(source)
    if not node.kind.ports[1]:
        return added(graph, node)
    edges = [
        dataclasses.replace(edge, source=node.id) if edge.source == source else edge
        for edge in graph.edges
    ]
    place = 1 + [old.id for old in graph.nodes].index(source)
    return dataclasses.replace(
        graph,
        nodes=(*graph.nodes[:place], node, *graph.nodes[place:]),
        edges=(*edges, Edge(source, node.id)),
        groups=_joined(graph.groups, node.id, source),
    )


def inserted_on(graph: Graph, node: Node, edge: Edge) -> Graph:
    """Return the graph with `node` in the middle of one edge.

    A node that nothing can feed is added beside the others.

    Raises:
        GraphError: There is no such edge; code "edge".
    """
    if edge not in graph.edges:
        raise GraphError("This connection is gone.", code="edge")
    if not node.kind.ports[1]:
        return added(graph, node)
    place = 1 + [old.id for old in graph.nodes].index(edge.source)
    rest = tuple(old for old in graph.edges if old != edge)
    return dataclasses.replace(
        graph,
        nodes=(*graph.nodes[:place], node, *graph.nodes[place:]),
        edges=(*rest, Edge(edge.source, node.id), Edge(node.id, edge.target, edge.port)),
        groups=_joined(graph.groups, node.id, edge.source, edge.target),
    )


def connected(graph: Graph, source: str, target: str, port: int | None = None) -> Graph:
    """Return the graph with an edge from `source` into a port of `target`.

    Args:
        port: A taken one is fed anew; one behind the next free one is the next free one. None
            takes the next free one where the target can have more inputs, else feeds port 0 anew.

    Raises:
        GraphError: The two would feed each other in a circle (code "cycle"), the target is an
            input (code "too_many_inputs"), or the two are connected already (code "edge").
    """
    most = graph.node(target).kind.ports[1]
    if most == 0:
        raise GraphError(
            "Data enters here; nothing can feed this block.", node=target, code="too_many_inputs"
        )
    if source == target or source in reached_from(graph, target):
        raise GraphError(
            f"{graph.node(source).title} already depends on {graph.node(target).title}: the two "
            "would feed each other in a circle.",
            "Connect them the other way round.",
            node=target,
            code="cycle",
        )
    taken = {edge.port for edge in graph.edges if edge.target == target}
    free = next(number for number in range(len(taken) + 1) if number not in taken)
    if port is None:
        port = free if free < most else 0
        if any((e.source, e.target) == (source, target) for e in graph.edges):
            raise GraphError("These two blocks are connected already.", node=target, code="edge")
    elif port not in taken:
        port = min(free, most - 1)
    rest = tuple(edge for edge in graph.edges if (edge.target, edge.port) != (target, port))
    return dataclasses.replace(graph, edges=(*rest, Edge(source, target, port)))


def disconnected(graph: Graph, edges: Collection[Edge]) -> Graph:
    """Return the graph without some edges; later ports of their targets move up."""
    gone = set(edges)
    kept = tuple(edge for edge in graph.edges if edge not in gone)
    touched = {edge.target for edge in gone}
    return dataclasses.replace(graph, edges=_ports_closed(kept, touched))


def removed(graph: Graph, ids: Collection[str]) -> Graph:
    """Return the graph without some nodes; what fed one feeds what it fed.

    A node with several inputs is bridged from its first.
    """
    for node_id in [node.id for node in graph.nodes if node.id in set(ids)]:
        graph = _without(graph, node_id)
    return graph


def replaced(graph: Graph, node_id: str, block: str, settings: Mapping[str, Any]) -> Graph:
    """Return the graph with another block in a node's place; edges that it can take stay.

    Raises:
        GraphError: There is no such block.
    """
    old = graph.node(node_id)
    most = block_of(block, node=node_id).ports[1]
    fresh = Node(free_id(graph, block), block, dict(settings))
    kept = tuple(
        dataclasses.replace(
            edge,
            source=fresh.id if edge.source == old.id else edge.source,
            target=fresh.id if edge.target == old.id else edge.target,
        )
        for edge in graph.edges
        if edge.target != old.id or edge.port < most
    )
    nodes = tuple(fresh if node.id == old.id else node for node in graph.nodes)
    groups = _regrouped(graph.groups, {old.id: fresh.id})
    return dataclasses.replace(graph, nodes=nodes, edges=kept, groups=groups)


def part(graph: Graph, ids: Collection[str]) -> Graph:
    """Return some nodes with the edges between them, as the clipboard holds them."""
    wanted = set(ids)
    edges = tuple(e for e in graph.edges if e.source in wanted and e.target in wanted)
    return Graph(
        name=graph.name,
        nodes=tuple(node for node in graph.nodes if node.id in wanted),
        edges=_ports_closed(edges, wanted),
        groups=tuple(group for group in graph.groups if set(group.nodes) <= wanted),
    )


def pasted(graph: Graph, piece: Graph, after: str = "") -> tuple[Graph, tuple[str, ...]]:
    """Return the graph with a piece of another one, and the new ids of its nodes.

    Args:
        after: Node that feeds the piece's first loose input, "" for none.
    """
    names: dict[str, str] = {}
    for node in piece.nodes:
        fresh = dataclasses.replace(node, id=free_id(graph, node.id))
        names[node.id] = fresh.id
        graph = added(graph, fresh)
    edges = tuple(Edge(names[e.source], names[e.target], e.port) for e in piece.edges)
    graph = dataclasses.replace(graph, edges=(*graph.edges, *edges))
    for group in piece.groups:
        whole = tuple(names[node_id] for node_id in group.nodes)
        fresh_group = dataclasses.replace(group, id=free_id(graph, group.id), nodes=whole)
        graph = dataclasses.replace(graph, groups=(*graph.groups, fresh_group))
    first = next((n for n in piece.nodes if not piece.sources[n.id] and n.kind.ports[1]), None)
    if after and first is not None:
        graph = connected(graph, after, names[first.id])
    return graph, tuple(names.values())


def grouped(graph: Graph, ids: Collection[str], label: str) -> Graph:
    """Return the graph with a closed group of some nodes; they leave the groups they were in.

    Without nodes it is the graph as it was. A label is cut to `LONGEST_LABEL`.
    """
    chosen = set(ids)
    wanted = tuple(node.id for node in graph.nodes if node.id in chosen)
    if not wanted:
        return graph
    graph = dataclasses.replace(graph, groups=_left(graph.groups, set(wanted)))
    group = Group(free_id(graph, "group"), label[:LONGEST_LABEL], wanted)
    return dataclasses.replace(graph, groups=(*graph.groups, group))


def ungrouped(graph: Graph, group_id: str) -> Graph:
    """Return the graph with the nodes of a group, but not the group."""
    groups = tuple(group for group in graph.groups if group.id != group_id)
    return dataclasses.replace(graph, groups=groups)


def with_group(graph: Graph, group: Group) -> Graph:
    """Return the graph with `group` in place of the one with its id: renamed, opened, closed."""
    group = dataclasses.replace(group, label=group.label[:LONGEST_LABEL])
    groups = tuple(group if old.id == group.id else old for old in graph.groups)
    return dataclasses.replace(graph, groups=groups)


def reached_from(graph: Graph, node_id: str) -> frozenset[str]:
    """Return the ids of all nodes that depend on a node."""
    fed: dict[str, list[str]] = {}
    for edge in graph.edges:
        fed.setdefault(edge.source, []).append(edge.target)
    found: set[str] = set()
    waiting = [node_id]
    while waiting:
        for target in fed.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return frozenset(found)


def _without(graph: Graph, node_id: str) -> Graph:
    before = next((e.source for e in _into(graph, node_id) if e.source != node_id), None)
    edges = []
    fed = {(e.source, e.target) for e in graph.edges}
    touched = set()
    for edge in graph.edges:
        if edge.target == node_id:
            continue
        if edge.source != node_id:
            edges.append(edge)
        elif before not in (None, edge.target) and (before, edge.target) not in fed:
            edges.append(dataclasses.replace(edge, source=str(before)))
        else:
            touched.add(edge.target)
    nodes = tuple(node for node in graph.nodes if node.id != node_id)
    groups = _left(graph.groups, {node_id})
    closed = _ports_closed(tuple(edges), touched)
    return dataclasses.replace(graph, nodes=nodes, edges=closed, groups=groups)


def _into(graph: Graph, node_id: str) -> list[Edge]:
    return sorted((e for e in graph.edges if e.target == node_id), key=lambda e: e.port)


def _ports_closed(edges: tuple[Edge, ...], targets: Collection[str]) -> tuple[Edge, ...]:
    """Number the ports of some targets without gaps."""
    wanted = set(targets)
    ports: dict[Edge, int] = {}
    for target in wanted:
        into = sorted((e for e in edges if e.target == target), key=lambda e: e.port)
        ports |= {edge: number for number, edge in enumerate(into)}
    return tuple(dataclasses.replace(edge, port=ports.get(edge, edge.port)) for edge in edges)


def _left(groups: tuple[Group, ...], gone: Collection[str]) -> tuple[Group, ...]:
    rest = (
        dataclasses.replace(g, nodes=tuple(n for n in g.nodes if n not in gone)) for g in groups
    )
    return tuple(group for group in rest if group.nodes)


def _regrouped(groups: tuple[Group, ...], names: Mapping[str, str]) -> tuple[Group, ...]:
    return tuple(
        dataclasses.replace(group, nodes=tuple(names.get(n, n) for n in group.nodes))
        for group in groups
    )


def _joined(groups: tuple[Group, ...], node_id: str, *neighbours: str) -> tuple[Group, ...]:
    """Put a new node into the group that all of its neighbours are in."""
    return tuple(
        dataclasses.replace(group, nodes=(*group.nodes, node_id))
        if set(neighbours) <= set(group.nodes)
        else group
        for group in groups
    )
