"""Outputs whose length the network decides, and outputs that it may leave out."""

from __future__ import annotations

import pytest
import torch

from deepdesk.nn.block import ANY_SIZE, meets, wanted_text
from deepdesk.nn.build import build
from deepdesk.nn.cost import cost
from deepdesk.nn.detection_presets import architectures, wired
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.shapes import infer, shapes_of

INPUTS = {"image": (3, 64, 96)}
ONE = Contract(inputs=INPUTS, outputs={"detections": (ANY_SIZE, 13)})
TWO = Contract(
    inputs=INPUTS,
    outputs={"detections": (ANY_SIZE, 13)},
    optional={"proposals": (ANY_SIZE, 9)},
)
GRAPHS = architectures(96, 64, 2)
STAGES = "Faster R-CNN, ResNet-18"


def tiny(**settings) -> Graph:
    """Return a picture, a filter and a head of boxes."""
    return wired(
        "Tiny",
        [
            (Node("picture", "input", {"shape": (3, 64, 96)}), ()),
            (Node("filters", "convolution", {"channels": 8, "stride": 8}), ("picture",)),
            (Node("found", "point_head", settings), ("filters", "picture")),
        ],
    )


@pytest.mark.parametrize(
    ("shape", "wanted", "is_met"),
    [
        ((7, 13), (ANY_SIZE, 13), True),
        ((7, 12), (ANY_SIZE, 13), False),
        ((13,), (ANY_SIZE, 13), False),
        ((7, 13), (7, 13), True),
    ],
)
def test_an_axis_of_any_size_is_met_by_every_length(shape, wanted, is_met):
    assert meets(shape, wanted) is is_met


def test_what_a_contract_asks_for_reads_any_where_it_leaves_an_axis_open():
    assert wanted_text((ANY_SIZE, 13)).startswith("any ")
    assert str(ONE) == "float32 (N, 3, 64, 96) → (N, any, 13)"


def test_the_head_gets_the_classes_that_stand_behind_the_sides_of_a_row():
    assert tiny(classes=90).fitted(ONE).node("found").config.classes == 5
    assert shapes_of(tiny(), ONE)["found"] == (8 * 12, 13)


def test_another_last_block_is_told_which_head_to_take():
    graph = wired(
        "None", [(Node("picture", "input"), ()), (Node("pool", "max_pool"), ("picture",))]
    )

    (problem,) = infer(graph, ONE).problems

    assert problem.code == "contract"
    assert "any" in problem.message
    assert "Box head" in problem.hint


def test_an_output_that_may_be_given_is_given_beside_the_other_though_blocks_read_it():
    network = build(GRAPHS[STAGES], TWO).eval()

    found = network(torch.rand(1, *INPUTS["image"]))

    assert {name: tuple(x.shape) for name, x in found.items()} == {
        "detections": (1, 64, 13),
        "proposals": (1, 3 * (8 * 12 + 4 * 6 + 2 * 3 + 1 * 2), 9),
    }


def test_the_same_network_serves_a_contract_without_that_output():
    network = build(GRAPHS[STAGES], ONE).eval()

    assert network(torch.rand(1, *INPUTS["image"])).shape == (1, 64, 13)


def test_a_network_that_leaves_it_out_gives_one_tensor():
    network = build(tiny(), TWO).eval()

    assert network(torch.rand(2, *INPUTS["image"])).shape == (2, 96, 13)


def test_an_output_that_may_be_given_has_to_be_as_the_contract_says():
    graph = GRAPHS[STAGES]
    wrong = Contract(inputs=INPUTS, outputs=ONE.outputs, optional={"proposals": (ANY_SIZE, 10)})

    (problem,) = infer(graph, wrong).problems

    assert (problem.node, problem.code) == ("proposals", "contract")


def test_the_only_end_cannot_be_the_extra_output():
    graph = tiny()
    extra = Contract(inputs=INPUTS, outputs=ONE.outputs, optional={"found": (ANY_SIZE, 13)})

    assert infer(graph, extra).problems[0].code == "loose_end"


def test_the_cost_of_a_network_does_not_need_the_length():
    found = cost(GRAPHS["Small anchor-free"], ONE, batch_size=2)

    assert found.nodes["boxes"].out_shape == (8 * 12 + 4 * 6 + 2 * 3, 13)
    assert found.parameters < 1.5e6
