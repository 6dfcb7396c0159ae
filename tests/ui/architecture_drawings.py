"""Drawings for tests, made without torch: shapes are inferred, costs are given."""

from __future__ import annotations

from dataclasses import replace

from deepdesk.nn import presets
from deepdesk.nn.graph import Contract, Edge, Graph, Group, Node
from deepdesk.nn.shapes import infer
from deepdesk.ui.tabs.architecture.drawing import Card, Cost, Drawing, Survey
from deepdesk.ui.tabs.architecture.words import verdict

GB = 1 << 30


def survey(**changes):
    """Return a survey of two presets for ten classes."""
    graphs = {g.name: g for g in (presets.residual(), presets.small_cnn())}
    made = Survey(
        graphs=graphs,
        usual="Residual, small",
        contract=Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (10,)}),
        classes=10,
        waiting="",
        has_data=True,
        batch_size=128,
        optimiser_copies=3,
        machine_bytes=24 * GB,
    )
    return replace(made, **changes)


def drawing(graph=None, *, base=None, given=None, **changes):
    """Return the drawing of a graph; block number n costs n times (10, 100, 1000)."""
    given = given or survey()
    graph = (graph or given.graphs[given.usual]).fitted(given.contract)
    found = infer(graph, given.contract)
    cards = [
        Card(
            id=node.id,
            title=node.title,
            line=node.kind.summary_line(node.config),
            family=node.kind.family,
            in_shapes=tuple(found.shapes[s] for s in graph.sources[node.id] if s in found.shapes),
            out_shape=found.shapes.get(node.id),
            cost=Cost(parameters=10 * n, flops=100 * n, memory_bytes=1000 * n),
            problem=next((p for p in found.problems if p.node == node.id), None),
        )
        for n, node in enumerate(graph.order)
    ]
    steps = sum(range(len(cards)))
    total = Cost(parameters=10 * steps, flops=100 * steps, memory_bytes=1000 * steps)
    made = Drawing(
        graph=graph,
        base=base.fitted(given.contract) if base is not None else None,
        cards=tuple(cards),
        links=tuple((edge.source, edge.target) for edge in graph.edges),
        total=None if found.problems else total,
        memory_bytes=0 if found.problems else 6 * GB,
        problems=found.problems,
        missing_weights=(),
        verdict=verdict(graph, given, found.problems),
        survey=given,
    )
    return replace(made, **changes)


def skip_graph(*, stride=2):
    """Return a network whose shortcut fits only with stride 1."""
    nodes = (
        Node("picture", "input", {"shape": (3, 32, 32)}),
        Node("stem", "convolution", {"channels": 64}),
        Node("middle", "convolution", {"channels": 64, "stride": stride}),
        Node("add", "add"),
        Node("pool", "global_pool"),
        Node("classes", "classifier_head"),
    )
    pairs = [("picture", "stem"), ("stem", "middle"), ("middle", "add"), ("add", "pool")]
    pairs.append(("pool", "classes"))
    edges = [Edge(source, target) for source, target in pairs] + [Edge("stem", "add", 1)]
    return Graph("Skip", nodes, tuple(edges))


def long_graph(blocks=300):
    """Return a chain of many convolutions."""
    inner = [Node(f"c{n}", "convolution", {"channels": 8}) for n in range(blocks - 3)]
    ends = [Node("pool", "global_pool"), Node("classes", "classifier_head")]
    return presets.chain("Long", Node("picture", "input"), *inner, *ends)


def branched_graph(blocks=300):
    """Return a long network in which every sixth block adds what skipped two."""
    nodes, edges = [Node("picture", "input")], []
    last = before = "picture"
    for number in range(blocks - 3):
        node = Node(f"c{number}", "convolution", {"channels": 8})
        edge = Edge(last, node.id)
        if number % 6 == 4:
            node = Node(f"c{number}", "add")
            edges.append(Edge(before, node.id, 1))
        if number % 6 == 1:
            before = f"c{number}"
        nodes.append(node)
        edges.append(edge)
        last = node.id
    nodes += [Node("pool", "global_pool"), Node("classes", "classifier_head")]
    edges += [Edge(last, "pool"), Edge("pool", "classes")]
    return Graph("Branched", tuple(nodes), tuple(edges))


def grouped_graph(*, is_open, blocks=12):
    """Return a chain whose third to sixth block are a group."""
    graph = long_graph(blocks)
    inside = tuple(node.id for node in graph.nodes[2:6])
    return replace(graph, groups=(Group("stage", "First stage", inside, is_open=is_open),))
