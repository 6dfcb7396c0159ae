"""Graphs as data: order, fitting, and the contract in words."""

from __future__ import annotations

import pytest

from deepdesk.core.errors import GraphError
from deepdesk.nn import presets
from deepdesk.nn.graph import Contract, Edge, Graph, Node

CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (10,)})


def diamond() -> Graph:
    nodes = (
        Node("picture", "input"),
        Node("left", "convolution", {"channels": 4}),
        Node("right", "convolution", {"channels": 4, "kernel": 1}),
        Node("sum", "add"),
    )
    edges = (
        Edge("picture", "left"),
        Edge("picture", "right"),
        Edge("left", "sum", 0),
        Edge("right", "sum", 1),
    )
    return Graph("diamond", nodes, edges)


def test_contract_reads_like_the_paper():
    assert str(CONTRACT) == "float32 (N, 3, 32, 32) → (N, 10)"


def test_each_node_comes_after_those_that_feed_it():
    graph = diamond()

    position = {node.id: i for i, node in enumerate(graph.order)}

    assert all(position[edge.source] < position[edge.target] for edge in graph.edges)


def test_order_of_edges_in_the_file_does_not_change_which_input_is_which():
    graph = diamond()
    turned = Graph(graph.name, graph.nodes, tuple(reversed(graph.edges)))

    assert turned.sources["sum"] == graph.sources["sum"] == ("left", "right")


def test_a_circle_is_refused_with_a_block_of_it():
    graph = diamond()
    circle = Graph("x", graph.nodes, (*graph.edges, Edge("sum", "left", 1)))

    with pytest.raises(GraphError) as caught:
        _ = circle.order

    assert caught.value.code == "cycle"
    assert caught.value.node in {"left", "sum"}


def test_fitting_fills_in_picture_and_classes_and_leaves_the_rest():
    wanted = Contract(inputs={"image": (3, 48, 64)}, outputs={"logits": (7,)})
    graph = presets.residual(side_px=32)

    fitted = graph.fitted(wanted)

    assert fitted.inputs[0].config.shape == (3, 48, 64)
    assert fitted.sinks[0].config.classes == 7
    assert fitted.nodes[1:-1] == graph.nodes[1:-1]


def test_fitting_matches_several_inputs_by_id():
    nodes = (Node("a", "input"), Node("b", "input"), Node("sum", "add"))
    graph = Graph("x", nodes, (Edge("a", "sum", 0), Edge("b", "sum", 1)))
    wanted = Contract(inputs={"b": (4,), "a": (5,)}, outputs={"y": (5,)})

    fitted = graph.fitted(wanted)

    assert fitted.node("a").config.shape == (5,)
    assert fitted.node("b").config.shape == (4,)


def test_changing_a_node_leaves_the_graph_it_came_from():
    graph = diamond()

    changed = graph.with_node(graph.node("left").with_settings(channels=8))

    assert graph.node("left").config.channels == 4
    assert changed.node("left").config.channels == 8


def test_asking_for_a_missing_node_names_it():
    with pytest.raises(GraphError, match="'nowhere'") as caught:
        diamond().node("nowhere")

    assert caught.value.code == "unknown_node"
