"""From an edit of a network of 300 blocks to its shapes, problems, remedies and totals.

A residual network of plain blocks is edited at random places, as a person would: a width, a
kernel, a new block, a block less, a connection less, another picture size. What is timed is
what the window waits for after each. Goal: 50 ms in the median.
"""

from __future__ import annotations

import dataclasses
import random
import statistics
import time
from collections.abc import Callable

from deepdesk.core.errors import GraphError
from deepdesk.nn import editing
from deepdesk.nn.cost import cost
from deepdesk.nn.graph import Contract, Edge, Graph, Node
from deepdesk.nn.remedies import remedies
from deepdesk.nn.shapes import infer

UNITS = 49  # of six blocks each; with the ends 300
ROUNDS = 20
CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (10,)})
Edit = Callable[[Graph, random.Random], Graph]


def network() -> Graph:
    """Return 300 blocks: units of two convolutions, two norms, an activation and a sum."""
    nodes = [Node("picture", "input", {"shape": (3, 32, 32)})]
    edges: list[Edge] = []
    width = 16

    def add(node: Node, *sources: str) -> str:
        nodes.append(node)
        edges.extend(Edge(source, node.id, port) for port, source in enumerate(sources))
        return node.id

    last = add(Node("stem", "convolution", {"channels": width}), "picture")
    for number in range(UNITS):
        first = add(Node(f"filters_{number}", "convolution", {"channels": width}), last)
        norm = add(Node(f"norm_{number}", "batch_norm"), first)
        active = add(Node(f"active_{number}", "activation"), norm)
        second = add(Node(f"more_{number}", "convolution", {"channels": width}), active)
        other = add(Node(f"other_{number}", "group_norm"), second)
        last = add(Node(f"sum_{number}", "add"), other, last)
        if number in (16, 32):
            width *= 2
            last = add(
                Node(f"down_{number}", "convolution", {"channels": width, "stride": 2}), last
            )
    pool = add(Node("pool", "global_pool"), last)
    add(Node("classes", "classifier_head"), pool)
    return Graph("Three hundred", tuple(nodes), tuple(edges))


def _inner(chance: random.Random) -> str:
    return f"filters_{chance.randrange(UNITS)}"


def _widened(graph: Graph, chance: random.Random) -> Graph:
    node = graph.node(_inner(chance))
    return graph.with_node(node.with_settings(channels=8 * chance.randrange(1, 24)))


def _kernel(graph: Graph, chance: random.Random) -> Graph:
    node = graph.node(_inner(chance))
    return graph.with_node(node.with_settings(kernel=chance.choice((1, 5, 7, 4))))


def _inserted(graph: Graph, chance: random.Random) -> Graph:
    block = chance.choice(("dropout", "linear", "global_pool", "convolution", "layer_norm"))
    return editing.inserted_after(graph, editing.new_node(graph, block), _inner(chance))


def _removed(graph: Graph, chance: random.Random) -> Graph:
    return editing.removed(graph, (f"norm_{chance.randrange(UNITS)}",))


def _cut(graph: Graph, chance: random.Random) -> Graph:
    return editing.disconnected(graph, (chance.choice(graph.edges),))


def _pooled(graph: Graph, chance: random.Random) -> Graph:
    node = editing.new_node(graph, "max_pool", {"size": chance.choice((2, 3, 4))})
    return editing.inserted_after(graph, node, "stem")


EDITS: dict[str, Edit] = {
    "width": _widened,
    "kernel": _kernel,
    "insert": _inserted,
    "remove": _removed,
    "cut": _cut,
    "everything": _pooled,
}


def updated(graph: Graph) -> tuple[int, int]:
    """Do all that follows an edit; returns the numbers of problems and of remedies."""
    graph = Graph.from_json(graph.to_json())  # the window keeps it as JSON
    found = infer(graph, CONTRACT)
    offered = sum(len(remedies(graph, CONTRACT, problem)) for problem in found.problems)
    if not found.problems:
        cost(graph, CONTRACT, 128)
    return len(found.problems), offered


def main() -> dict[str, object]:
    """Return milliseconds from an edit to all that is shown, by kind of edit."""
    chance = random.Random(0)
    graph = network()
    start_s = time.perf_counter()
    updated(graph)
    first_ms = (time.perf_counter() - start_s) * 1000
    times: dict[str, list[float]] = {name: [] for name in EDITS}
    for _round in range(ROUNDS):
        for name, edit in EDITS.items():
            # Fresh nodes: nothing that an earlier round found out may be kept in them.
            copy = dataclasses.replace(graph, nodes=tuple(map(dataclasses.replace, graph.nodes)))
            try:
                edited = edit(copy, chance)
            except GraphError:
                continue
            start_s = time.perf_counter()
            updated(edited)
            times[name].append((time.perf_counter() - start_s) * 1000)
    every = [value for values in times.values() for value in values]
    return {
        "blocks": len(graph.nodes),
        "first_ms": round(first_ms, 1),
        "median_ms": round(statistics.median(every), 1),
        "p95_ms": round(sorted(every)[int(len(every) * 0.95)], 1),
        **{f"{name}_median_ms": round(statistics.median(v), 1) for name, v in times.items()},
        **{f"{name}_worst_ms": round(max(v), 1) for name, v in times.items()},
    }


if __name__ == "__main__":
    print(main())
