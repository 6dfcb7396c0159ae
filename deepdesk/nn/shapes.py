"""Shapes of a whole graph, and every reason why it cannot be built. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from deepdesk.core.errors import ConfigError, GraphError
from deepdesk.nn.block import ANY_SIZE, Shape, Shapes, meets, shape_text, wanted_text
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.reserved_ids import RESERVED_IDS, reserved_problem

_SHOWN = 4  # blocks of a circle in its problem


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """What is known of a graph.

    Attributes:
        shapes: Node id to the shape of its output, as far as it follows.
        problems: One for each block at fault, in the order of the graph; those that
            only suffer from an earlier one are not listed.
    """

    shapes: Mapping[str, Shape]
    problems: tuple[GraphError, ...]


@lru_cache(maxsize=4096)
def _shape(block: str, config: Any, in_shapes: Shapes) -> Shape:
    return BLOCKS[block].shape(config, in_shapes)


def node_shape(node: Node, in_shapes: Shapes) -> Shape:
    """Return the shape that comes out of a node.

    Raises:
        GraphError: Naming the node.
    """
    _check_ports(node, len(in_shapes))
    try:
        return _shape(node.block, node.config, in_shapes)
    except GraphError as error:
        raise _at(node, error) from error
    except ConfigError as error:
        raise GraphError(error.message, error.hint, node=node.id, code="setting") from error


def _at(node: Node, error: GraphError) -> GraphError:
    return GraphError(error.message, error.hint, node=node.id, code=error.code)


def _check_ports(node: Node, count: int) -> None:
    fewest, most = node.kind.ports
    if count < fewest:
        raise GraphError(
            f"{node.title} has {count} of the {fewest} inputs that it needs.",
            "Draw a connection to it, or remove it.",
            node=node.id,
            code="not_connected",
        )
    if count > most:
        raise GraphError(
            f"{node.title} takes {most} at most, but has {count} inputs.",
            "Put Add or Concatenate before it, or remove a connection.",
            node=node.id,
            code="too_many_inputs",
        )


def infer(graph: Graph, contract: Contract | None = None) -> Inference:
    """Return all shapes and all problems of a graph, fitted to a contract if one is given.

    A setting that the contract fills in has to be legal as it is drawn, too: it is what is kept.
    """
    drawn = graph.by_id
    try:
        graph = graph if contract is None else graph.fitted(contract)
    except GraphError as error:
        return Inference(shapes={}, problems=(error,))
    order, circles = _order(graph)
    shapes: dict[str, Shape] = {}
    problems: list[GraphError] = []
    for node in order:
        sources = graph.sources[node.id]
        if all(source in shapes for source in sources):
            try:
                _ = drawn[node.id].config
                shapes[node.id] = node_shape(node, tuple(shapes[source] for source in sources))
            except GraphError as error:
                problems.append(error)
                continue
            if node.id in RESERVED_IDS and node.block != "input":
                problems.append(reserved_problem(node.id))
    problems += [_circle_problem(graph, circle) for circle in circles]
    problems += _end_problems(graph)
    if contract is not None and not problems:
        problems += _contract_problems(graph, contract, shapes)
    return Inference(shapes=shapes, problems=tuple(problems))


def name_in(graph: Graph, node_id: str) -> str:
    """Return what to call a block: its title, with its id where others have that title."""
    title = graph.node(node_id).title
    is_shared = any(node.title == title for node in graph.nodes if node.id != node_id)
    return f"{title} ({node_id})" if is_shared else title


def circles_of(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """Return one circle of node ids for each knot of nodes that feed each other."""
    return _order(graph)[1]


def _order(graph: Graph) -> tuple[tuple[Node, ...], tuple[tuple[str, ...], ...]]:
    """Return the nodes in the order in which they are computed, and circles that stop some."""
    try:
        return graph.order, ()
    except GraphError:
        # There are circles; what stands outside of them is still put in order.
        return _order_around_circles(graph)


def _order_around_circles(
    graph: Graph,
) -> tuple[tuple[Node, ...], tuple[tuple[str, ...], ...]]:
    circles: list[tuple[str, ...]] = []
    cut: set[str] = set()
    ordered: list[Node] = []
    fed: dict[str, list[str]] = {}
    waiting = {node.id: len(graph.sources[node.id]) for node in graph.nodes}
    for edge in graph.edges:
        fed.setdefault(edge.source, []).append(edge.target)
    ready = [node_id for node_id, count in waiting.items() if not count]
    while waiting:
        if not ready:
            circles.append(_circle(graph, waiting))
            cut.update(circles[-1])
            ready = list(circles[-1])
        node_id = ready.pop()
        del waiting[node_id]
        if node_id not in cut:
            ordered.append(graph.by_id[node_id])
        for target in fed.get(node_id, ()):
            if target in waiting:
                waiting[target] -= 1
                if not waiting[target] and target not in cut:
                    ready.append(target)
    return tuple(ordered), tuple(circles)


def _circle(graph: Graph, waiting: Mapping[str, int]) -> tuple[str, ...]:
    """Return ids that feed each other, each the next, where every node waits for another."""
    path: dict[str, None] = {}
    node_id = next(iter(waiting))
    while node_id not in path:
        path[node_id] = None
        node_id = next(source for source in graph.sources[node_id] if source in waiting)
    every = list(path)
    return tuple(reversed(every[every.index(node_id) :]))


def _circle_problem(graph: Graph, circle: tuple[str, ...]) -> GraphError:
    titles = [name_in(graph, node_id) for node_id in circle[:_SHOWN]]
    names = " → ".join((*titles, *("…",) * (len(circle) > _SHOWN), titles[0]))
    members = frozenset(circle)
    first = next(node.id for node in graph.nodes if node.id in members)
    return GraphError(
        f"These blocks feed each other in a circle: {names}.",
        "Remove one connection of the circle.",
        node=first,
        code="cycle",
    )


def shapes_of(graph: Graph, contract: Contract | None = None) -> Mapping[str, Shape]:
    """Return the shape of every node's output, the graph fitted to a contract if one is given.

    Raises:
        GraphError: The first problem of the graph.
    """
    found = infer(graph, contract)
    if found.problems:
        raise found.problems[0]
    return found.shapes


def _end_problems(graph: Graph) -> list[GraphError]:
    if not graph.inputs:
        return [GraphError("The network has no input.", "Add a Picture block.", code="no_input")]
    if graph.sinks == graph.inputs:
        return [GraphError("The network has no layers.", "Add a block.", code="empty")]
    return []


def _contract_problems(
    graph: Graph, contract: Contract, shapes: Mapping[str, Shape]
) -> list[GraphError]:
    extra = [node for name, node in graph.ends(contract).items() if name in contract.optional]
    last = tuple(node for node in graph.sinks if node not in extra)
    found = _matched(graph.inputs, contract.inputs, shapes, word="input")
    found = found or _matched(last, contract.outputs, shapes, word="output")
    return found or [
        _differs(node, shapes[node.id], contract.optional[node.id], word="output")
        for node in extra
        if not meets(shapes[node.id], contract.optional[node.id])
    ]


def _matched(
    nodes: tuple[Node, ...], wanted: Mapping[str, Shape], shapes: Mapping[str, Shape], *, word: str
) -> list[GraphError]:
    """Return why nodes at an end of the graph do not serve the names of a contract."""
    if len(nodes) != len(wanted):
        return [_miscounted(nodes, len(wanted), word)]
    names = wanted if len(nodes) == 1 else [node.id for node in nodes]
    by_name = dict(zip(names, nodes, strict=True))
    problems = []
    for name, shape in wanted.items():
        node = by_name.get(name)
        if node is None:
            hint = "Give the blocks at the ends these ids."
            problems.append(GraphError(f"No {word} is called {name}.", hint, code="loose_end"))
        elif not meets(shapes[node.id], tuple(shape)):
            problems.append(_differs(node, shapes[node.id], shape, word=word))
    return problems


def _miscounted(nodes: tuple[Node, ...], wanted: int, word: str) -> GraphError:
    hint = "Add the block that reads it: it is an extra output, and no last block."
    if nodes:
        hint = f"Connect {nodes[-1].title} or remove it."
    return GraphError(
        f"The network has {len(nodes)} {word}s, but needs {wanted}.",
        hint,
        node=nodes[-1].id if nodes else "",
        code="loose_end",
    )


def _differs(node: Node, shape: Shape, wanted: Shape, *, word: str) -> GraphError:
    return GraphError(
        f"The {word} is {shape_text(shape)}, but has to be {wanted_text(tuple(wanted))}.",
        _end_hint(wanted) if word == "output" else "Set the shape of the Picture block.",
        node=node.id,
        code="contract",
    )


def _end_hint(wanted: Shape) -> str:
    if len(wanted) == 2 and wanted[0] == ANY_SIZE:
        return "End with a Box head, which gives rows of that many numbers."
    return "End with a Linear block on a vector."
