"""Shapes of whole graphs: every block at fault is told once, and the ends meet the contract."""

from __future__ import annotations

import pytest

from deepdesk.core.errors import GraphError
from deepdesk.nn import presets
from deepdesk.nn.block import shape_text
from deepdesk.nn.graph import Contract, Edge, Graph, Node
from deepdesk.nn.shapes import infer, shapes_of

CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (10,)})


def test_shapes_of_the_residual_preset_are_those_of_its_paper():
    shapes = shapes_of(presets.residual(width=64), CONTRACT)

    assert list(shapes.values()) == [
        (3, 32, 32), (64, 32, 32), (128, 16, 16), (256, 8, 8), (512, 4, 4), (512,), (10,),
    ]  # fmt: skip


def test_a_preset_is_fitted_to_the_contract_before_it_is_judged():
    shapes = shapes_of(
        presets.small_cnn(side_px=16), Contract(inputs=CONTRACT.inputs, outputs={"y": (3,)})
    )

    assert shapes["picture"] == (3, 32, 32)
    assert shapes["classes"] == (3,)


def test_each_block_at_fault_is_told_and_those_after_it_are_not():
    nodes = (
        Node("picture", "input"),
        Node("bad", "convolution", {"kernel": 2}),
        Node("after", "max_pool"),
        Node("worse", "linear"),
        Node("sum", "add"),
    )
    edges = (
        Edge("picture", "bad"),
        Edge("bad", "after"),
        Edge("picture", "worse"),
        Edge("after", "sum", 0),
        Edge("worse", "sum", 1),
    )

    problems = infer(Graph("x", nodes, edges), CONTRACT).problems

    assert {(p.node, p.code) for p in problems} == {("bad", "even_kernel"), ("worse", "layout")}


def test_a_setting_out_of_bounds_is_told_on_its_block():
    graph = presets.small_cnn()
    broken = graph.with_node(graph.node("stem").with_settings(channels=0))

    (problem,) = infer(broken, CONTRACT).problems

    assert (problem.node, problem.code) == ("stem", "setting")
    assert "65536" in problem.hint


@pytest.mark.parametrize(
    ("graph", "code"),
    [
        (Graph("x"), "no_input"),
        (Graph("x", (Node("picture", "input"),)), "empty"),
        (presets.chain("x", Node("picture", "input"), Node("flat", "flatten")), "contract"),
        (
            Graph(
                "x",
                (Node("picture", "input"), Node("a", "flatten"), Node("b", "flatten")),
                (Edge("picture", "a"), Edge("picture", "b")),
            ),
            "loose_end",
        ),
        (
            Graph(
                "x",
                (*presets.small_cnn().nodes, Node("lost", "flatten")),
                presets.small_cnn().edges,
            ),
            "not_connected",
        ),
    ],
)
def test_a_graph_that_does_not_meet_the_contract_is_refused(graph, code):
    with pytest.raises(GraphError) as caught:
        shapes_of(graph, CONTRACT)

    assert caught.value.code == code


def test_a_mismatch_with_the_contract_shows_both_shapes():
    graph = presets.chain("x", Node("picture", "input"), Node("flat", "flatten"))

    with pytest.raises(GraphError) as caught:
        shapes_of(graph, Contract(inputs=CONTRACT.inputs, outputs={"y": (7, 2)}))

    assert caught.value.node == "flat"
    assert "3072" in caught.value.message
    assert shape_text((7, 2)) in caught.value.message
