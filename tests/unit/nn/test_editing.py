"""Steps of editing: whatever is done to a graph, it stays one that can be kept and read."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from deepdesk.core.errors import GraphError
from deepdesk.nn import editing, presets
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Edge, Graph, Node
from tests.unit.nn.random_graphs import broken_graphs, random_graphs

KEYS = sorted(BLOCKS)


def small() -> Graph:
    """Return picture -> a -> b -> sum -> pool -> classes with a shortcut from a to sum."""
    chain = presets.chain(
        "Small",
        Node("picture", "input", {"shape": (3, 8, 8)}),
        Node("a", "convolution", {"channels": 4}),
        Node("b", "activation"),
        Node("sum", "add"),
        Node("pool", "global_pool"),
        Node("classes", "classifier_head"),
    )
    return dataclasses.replace(chain, edges=(*chain.edges, Edge("a", "sum", 1)))


def check(graph: Graph, *, is_tidy: bool = True) -> None:
    """Check what every graph on the canvas has to keep."""
    ids = [node.id for node in graph.nodes] + [group.id for group in graph.groups]
    assert len(set(ids)) == len(ids)
    ports: dict[str, list[int]] = {}
    for edge in graph.edges:
        assert {edge.source, edge.target} <= graph.by_id.keys()
        ports.setdefault(edge.target, []).append(edge.port)
    for taken in ports.values():
        assert len(set(taken)) == len(taken)
        assert not is_tidy or sorted(taken) == list(range(len(taken)))
    members = Counter(node_id for group in graph.groups for node_id in group.nodes)
    assert set(members) <= graph.by_id.keys()
    assert set(members.values()) <= {1}
    assert all(group.nodes for group in graph.groups)
    kept = Graph.from_json(json.loads(json.dumps(graph.to_json())))
    assert kept.to_json() == graph.to_json()


def _some(draw: Any, graph: Graph) -> list[str]:
    return draw(st.lists(st.sampled_from(sorted(graph.by_id)), max_size=4))


def _one(draw: Any, graph: Graph) -> str:
    return draw(st.sampled_from(sorted(graph.by_id)))


def _fresh(draw: Any, graph: Graph) -> Node:
    return editing.new_node(graph, draw(st.sampled_from(KEYS)))


def _edge(draw: Any, graph: Graph) -> Edge:
    return draw(st.sampled_from(graph.edges)) if graph.edges else Edge("picture", "picture")


def _pasted(draw: Any, graph: Graph) -> Graph:
    piece = editing.part(graph, _some(draw, graph))
    check(piece)
    return editing.pasted(graph, piece, draw(st.sampled_from(["", _one(draw, graph)])))[0]


def _with_group(draw: Any, graph: Graph) -> Graph:
    if not graph.groups:
        return graph
    group = draw(st.sampled_from(graph.groups))
    changed = dataclasses.replace(group, label=draw(st.text(max_size=300)), is_open=True)
    return editing.with_group(graph, changed)


def _replaced(draw: Any, graph: Graph) -> Graph:
    return editing.replaced(graph, _one(draw, graph), draw(st.sampled_from(KEYS)), {})


STEPS = {
    "added": lambda draw, graph: editing.added(graph, _fresh(draw, graph)),
    "after": lambda d, g: editing.inserted_after(g, _fresh(d, g), _one(d, g)),
    "on": lambda d, g: editing.inserted_on(g, _fresh(d, g), _edge(d, g)),
    "connected": lambda d, g: editing.connected(
        g, _one(d, g), _one(d, g), d(st.sampled_from([None, 0, 1, 2, 9]))
    ),
    "disconnected": lambda d, g: editing.disconnected(g, [_edge(d, g)]),
    "removed": lambda d, g: editing.removed(g, _some(d, g)),
    "replaced": _replaced,
    "part": lambda d, g: editing.part(g, [*_some(d, g), *sorted(g.by_id)[::2]]),
    "pasted": _pasted,
    "grouped": lambda d, g: editing.grouped(g, _some(d, g), d(st.text(max_size=300))),
    "ungrouped": lambda d, g: editing.ungrouped(g, g.groups[0].id if g.groups else ""),
    "with_group": _with_group,
}


@budget(max_examples=120, deadline=None)
@given(random_graphs(most=4), st.lists(st.sampled_from(sorted(STEPS)), max_size=10), st.data())
def test_any_steps_leave_a_graph_that_can_be_kept(drawn, steps, data):
    graph, _contract = drawn

    for step in steps:
        if graph.nodes:
            try:
                graph = STEPS[step](data.draw, graph)
            except GraphError as refused:
                assert refused.message  # noqa: PT017 - a refusal is fine, a crash is not
            check(graph)
            _ = graph.order


@budget(max_examples=60, deadline=None)
@given(broken_graphs(), st.sampled_from(sorted(set(STEPS) - {"pasted"})), st.data())
def test_any_step_on_a_broken_graph_leaves_one_that_can_be_kept(drawn, step, data):
    graph, _contract = drawn
    if not graph.nodes:
        return

    try:
        graph = STEPS[step](data.draw, graph)
    except GraphError as refused:
        assert refused.message  # noqa: PT017 - a refusal is fine, a crash is not

    check(graph, is_tidy=False)


def test_a_block_typed_after_another_feeds_all_that_the_other_fed():
    graph = editing.inserted_after(small(), Node("norm", "batch_norm"), "a")

    assert graph.sources["norm"] == ("a",)
    assert graph.sources["b"] == ("norm",)
    assert graph.sources["sum"] == ("b", "norm")


def test_an_input_typed_after_a_block_stands_beside_the_others():
    graph = editing.inserted_after(small(), Node("more", "input"), "a")

    assert graph.sources["more"] == ()
    assert graph.edges == small().edges


def test_a_block_cannot_be_put_on_a_connection_that_is_gone():
    with pytest.raises(GraphError, match="gone"):
        editing.inserted_on(small(), Node("norm", "batch_norm"), Edge("picture", "b"))


def test_a_block_that_fed_itself_can_be_removed():
    graph = small()
    circle = dataclasses.replace(graph, edges=(*graph.edges, Edge("b", "b", 1)))

    assert {e for e in editing.removed(circle, ["b"]).edges if e.target == "sum"} == {
        Edge("a", "sum", 0)
    }


def test_a_block_of_a_circle_that_is_removed_leaves_none_that_feeds_itself():
    graph = Graph("x", (Node("a", "add"), Node("b", "add")), (Edge("a", "b"), Edge("b", "a")))

    assert editing.removed(graph, ["a"]).edges == ()


def test_a_port_far_behind_the_others_is_the_next_free_one():
    graph = editing.connected(small(), "picture", "sum", 9)

    assert graph.sources["sum"] == ("b", "a", "picture")
    check(graph)


def test_a_block_with_one_input_is_fed_anew_whatever_the_port():
    graph = editing.connected(small(), "picture", "b", 3)

    assert graph.sources["b"] == ("picture",)


def test_a_piece_of_a_graph_numbers_its_inputs_without_gaps():
    piece = editing.part(small(), ["a", "sum"])

    assert piece.edges == (Edge("a", "sum", 0),)


def test_a_group_of_nothing_is_none():
    assert editing.grouped(small(), [], "Nothing") == small()
    assert editing.grouped(small(), ["not_there"], "Nothing") == small()
