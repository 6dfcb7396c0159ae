"""Remedies that draw or remove connections, and those for the ends of a network. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from deepdesk.core.errors import DeepDeskError
from deepdesk.nn import editing
from deepdesk.nn.block import Shape, shape_text
from deepdesk.nn.bridging import Step, bridge, into, put_behind, shape_of, title_of, upstream
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Edge, Graph, Node
from deepdesk.nn.repairs import Fault, Remedy
from deepdesk.nn.shapes import circles_of, name_in

_MOST_SOURCES = 8
_DEFAULT_SHAPE: Shape = (3, 32, 32)


def connection(fault: Fault) -> Iterator[Remedy]:
    """Yield graphs in which a missing input of a block comes from one before it."""
    node_id = fault.problem.node
    own = fault.graph.sources[node_id]
    for source in _sources_for(fault):
        if source.id in own:
            continue
        try:
            graph = editing.connected(fault.graph, source.id, node_id)
        except DeepDeskError:
            continue
        yield Remedy(f"Connect it to {fault.name(source.id)}", graph)


def _sources_for(fault: Fault) -> list[Node]:
    """Return nodes that could feed the one at fault: those that fit what it has, then near ones."""
    node_id, shapes = fault.problem.node, fault.found.shapes
    place = next(i for i, node in enumerate(fault.graph.nodes) if node.id == node_id)
    later = editing.reached_from(fault.graph, node_id) | {node_id}
    before = [n for n in reversed(fault.graph.nodes[:place]) if n.id in shapes]
    after = [n for n in fault.graph.nodes[place + 1 :] if n.id in shapes and n.id not in later]
    have = [shapes[s] for s in fault.graph.sources[node_id] if s in shapes]
    every = before + after
    feeding = {edge.source for edge in fault.graph.edges}
    every.sort(key=lambda n: (shape_of(fault.node, (*have, shapes[n.id])) is None, n.id in feeding))
    return every[:_MOST_SOURCES]


def place_in_chain(fault: Fault) -> Iterator[Remedy]:
    """Yield graphs in which a block that touches nothing stands on a connection before it."""
    node_id = fault.problem.node
    if fault.node.kind.ports != (1, 1) or _touches(fault.graph, node_id):
        return
    order = {node.id: place for place, node in enumerate(fault.graph.nodes)}
    edges = sorted(
        (e for e in fault.graph.edges if e.source in fault.found.shapes),
        key=lambda e: abs(order[e.source] - order[node_id]),
    )
    rest = Graph(
        fault.graph.name,
        tuple(node for node in fault.graph.nodes if node.id != node_id),
        fault.graph.edges,
    )
    for edge in edges[:_MOST_SOURCES]:
        before, after = fault.name(edge.source), fault.name(edge.target)
        graph = editing.inserted_on(rest, fault.node, edge)
        graph = dataclasses.replace(graph, groups=fault.graph.groups)
        yield Remedy(f"Put it between {before} and {after}", graph)


def _touches(graph: Graph, node_id: str) -> bool:
    return any(node_id in (edge.source, edge.target) for edge in graph.edges)


def fewer_connections(fault: Fault) -> Iterator[Remedy]:
    """Yield graphs without the connections that a block cannot take."""
    edges = into(fault.graph, fault.problem.node)
    most = fault.node.kind.ports[1]
    extra = edges[most:]
    if extra:
        names = " and ".join(fault.name(edge.source) for edge in extra[:2])
        graph = editing.disconnected(fault.graph, extra)
        yield Remedy(f"Remove the connection from {names}", graph)
        graph = editing.disconnected(fault.graph, edges[: len(edges) - most])
        names = " and ".join(fault.name(e.source) for e in edges[: len(extra)][:2])
        yield Remedy(f"Remove the connection from {names}", graph)


def open_circle(fault: Fault) -> Iterator[Remedy]:
    """Yield graphs without one connection of a circle; those that lead back come first."""
    order = {node.id: place for place, node in enumerate(fault.graph.nodes)}
    for circle in circles_of(fault.graph):
        if fault.problem.node in circle:
            pairs = list(zip(circle, (*circle[1:], circle[0]), strict=True))
            pairs.sort(key=lambda pair: order[pair[1]] - order[pair[0]])
            for source, target in pairs[:_MOST_SOURCES]:
                gone = [e for e in fault.graph.edges if (e.source, e.target) == (source, target)]
                names = [fault.name(node_id) for node_id in (source, target)]
                graph = editing.disconnected(fault.graph, gone)
                yield Remedy(f"Remove the connection from {names[0]} to {names[1]}", graph)


def input_added(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph with an input that feeds the first block that has none."""
    if fault.graph.inputs:
        return
    wanted = fault.contract.inputs if fault.contract is not None else {}
    shape = next(iter(wanted.values()), _DEFAULT_SHAPE)
    node = editing.new_node(fault.graph, "input", {"shape": tuple(shape)})
    graph = dataclasses.replace(fault.graph, nodes=(node, *fault.graph.nodes))
    for old in fault.graph.nodes:
        if old.kind.ports[1] and not fault.graph.sources[old.id]:
            graph = editing.connected(graph, node.id, old.id)
            break
    yield Remedy(f"Add {node.title}", graph)


def ending(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph with the usual blocks from its end to what the contract wants."""
    if fault.contract is None or len(fault.contract.outputs) != 1:
        return
    last = fault.graph.sinks[-1] if fault.graph.sinks else None
    if last is None or last.id not in fault.found.shapes:
        return
    (wanted,) = fault.contract.outputs.values()
    for steps in _endings(fault.found.shapes[last.id], tuple(wanted)):
        yield Remedy(f"Add {title_of(steps)}", put_behind(fault.graph, last.id, steps))


def _endings(shape: Shape, wanted: Shape) -> Iterator[tuple[Step, ...]]:
    head: Step = ("classifier_head", {"classes": wanted[-1]})
    if len(wanted) == 1:
        yield (head,) if len(shape) == 1 else (("global_pool", {}), head)
        if len(shape) != 1:
            yield (("flatten", {}), head)
    else:
        steps = bridge(shape, wanted)
        if steps:
            yield steps


def input_shape(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph with the shapes of the contract at its inputs, or one that is usable."""
    node = fault.node
    if node.block != "input":
        return
    wanted = dict(fault.contract.inputs) if fault.contract is not None else {}
    shape = tuple(wanted.get(node.id, next(iter(wanted.values()), _DEFAULT_SHAPE)))
    changed = node.with_settings(shape=shape)
    yield Remedy(f"Set the shape to {shape_text(shape)}", fault.graph.with_node(changed))


def loose_removed(fault: Fault) -> Iterator[Remedy]:
    """Yield graphs without a branch that leads nowhere, or without an input that feeds nothing."""
    graph = fault.graph
    for sink in reversed(graph.sinks):
        branch = _only_for(graph, sink)
        if len(branch) < len(graph.nodes):
            rest = editing.part(graph, set(graph.by_id) - branch)
            closed = editing.disconnected(rest, ())
            more = f" and {len(branch) - 1} before it" if len(branch) > 1 else ""
            yield Remedy(f"Remove {fault.name(sink.id)}{more}", closed)


def _only_for(graph: Graph, sink: Node) -> set[str]:
    """Return the nodes that feed nothing but a sink, with it; inputs stay unless they are it."""
    fed: dict[str, set[str]] = {}
    for edge in graph.edges:
        fed.setdefault(edge.source, set()).add(edge.target)
    branch, waiting = {sink.id}, [sink.id]
    while waiting:
        for source in graph.sources[waiting.pop()]:
            is_own = fed[source] <= branch and graph.by_id[source].block != "input"
            if is_own and source not in branch:
                branch.add(source)
                waiting.append(source)
    return branch


def one_input(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph in which one input feeds what an input too many has fed."""
    inputs = fault.graph.inputs
    wanted = 0 if fault.contract is None else len(fault.contract.inputs)
    if not 0 < wanted < len(inputs):
        return
    first, extra = inputs[0], inputs[-1]
    edges = tuple(
        dataclasses.replace(edge, source=first.id) if edge.source == extra.id else edge
        for edge in fault.graph.edges
    )
    rest = editing.removed(dataclasses.replace(fault.graph, edges=edges), (extra.id,))
    yield Remedy(f"Use {fault.name(first.id)} in its place", rest)


def loose_joined(fault: Fault) -> Iterator[Remedy]:
    """Yield graphs in which a loose end is merged into the branch that goes on."""
    sinks = [node for node in fault.graph.sinks if node.id in fault.found.shapes]
    for loose in reversed(sinks):
        for main in sinks:
            if loose is not main:
                yield from _places_to_join(fault, loose, main)


def _places_to_join(fault: Fault, loose: Node, main: Node) -> Iterator[Remedy]:
    """Yield the graph with a loose end merged into the way to another end, where shapes fit."""
    graph, shapes = fault.graph, fault.found.shapes
    for target in (main, *upstream(graph, main.id, _MOST_SOURCES)):
        edges = into(graph, target.id)
        if len(edges) != 1 or loose.id in editing.reached_from(graph, target.id):
            continue
        for key in ("add", "concatenate"):
            pair = (shapes[edges[0].source], shapes[loose.id])
            if shape_of(Node("merge", key), pair) is not None:
                yield _joined(graph, loose, edges[0], key)


def _joined(graph: Graph, loose: Node, edge: Edge, key: str) -> Remedy:
    node = editing.new_node(graph, key)
    graph = editing.inserted_on(graph, node, edge)
    graph = editing.connected(graph, loose.id, node.id)
    title, other = name_in(graph, edge.target), name_in(graph, loose.id)
    return Remedy(f"Join {other} with {BLOCKS[key].title} before {title}", graph)


def usual_network(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph with a first usual block and the end that the contract wants."""
    if fault.contract is None or len(fault.graph.inputs) != 1:
        return
    source = fault.graph.inputs[0]
    shape = fault.found.shapes.get(source.id)
    if shape is None:
        return
    (wanted, *more) = fault.contract.outputs.values()
    for steps in _endings(shape, tuple(wanted)) if not more else ():
        yield Remedy(f"Add {title_of(steps)}", put_behind(fault.graph, source.id, steps))


def other_id(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph with another id for the block at fault."""
    old, graph = fault.node, fault.graph
    new = editing.free_id(graph, f"{old.id[:40]}_block")
    names = {old.id: new}
    edges = tuple(
        Edge(names.get(e.source, e.source), names.get(e.target, e.target), e.port)
        for e in graph.edges
    )
    groups = tuple(
        dataclasses.replace(g, nodes=tuple(names.get(n, n) for n in g.nodes)) for g in graph.groups
    )
    nodes = tuple(dataclasses.replace(n, id=names.get(n.id, n.id)) for n in graph.nodes)
    yield Remedy(f"Rename it to {new}", Graph(graph.name, nodes, edges, groups))
