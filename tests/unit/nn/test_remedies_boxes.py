"""One click repairs a network that has to give boxes, and one made of stages."""

from __future__ import annotations

import pytest

from deepdesk.nn.block import ANY_SIZE
from deepdesk.nn.detection_presets import wired
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.remedies import remedies
from deepdesk.nn.shapes import infer

IMAGE = (3, 96, 128)
CONTRACT = Contract(
    inputs={"image": IMAGE},
    outputs={"detections": (ANY_SIZE, 11)},
    optional={"proposals": (ANY_SIZE, 9)},
)
PICTURE = (Node("picture", "input", {"shape": IMAGE}), ())
FILTERS = (Node("filters", "convolution", {"channels": 8, "stride": 8}), ("picture",))
COARSE = (Node("coarse", "convolution", {"channels": 16, "stride": 2}), ("filters",))
POOL = (Node("pool", "global_pool"), ("filters",))
STAGE = (Node("stage", "backbone_stage", {"name": "resnet34", "stage": 4}), ("picture",))


def boxes(block: str, *sources: str, node_id: str = "boxes"):
    return (Node(node_id, block), sources)


# Name: links, code of the first problem, the first remedies.
CASES = {
    "a map at the end": ([PICTURE, FILTERS], "contract", ["Add Box head, points"]),
    "a classifier": (
        [PICTURE, FILTERS, POOL, (Node("classes", "classifier_head"), ("pool",))],
        "contract",
        ["Put Box head, points in place of Classifier"],
    ),
    "a picture alone": ([PICTURE], "empty", ["Add Convolution block and Box head, points"]),
    "a head without the picture": (
        [PICTURE, FILTERS, boxes("point_head", "filters")],
        "not_connected",
        ["Connect it to Picture"],
    ),
    "one tower for maps of different widths": (
        [PICTURE, FILTERS, COARSE, boxes("point_head", "filters", "coarse", "picture")],
        "unequal",
        [
            "Turn off One tower for all",
            "Set Channels of Convolution (filters) to 16",
            "Set Channels of Convolution (coarse) to 8",
        ],
    ),
    "a first stage without the second": (
        [PICTURE, FILTERS, boxes("proposal_head", "filters", "picture", node_id="proposals")],
        "loose_end",
        ["Add Box head, regions"],
    ),
    "a late stage on the picture": (
        [PICTURE, STAGE, boxes("point_head", "stage", "picture")],
        "stage",
        ["Put stages 1 to 3 before it", "Set Stage to 1"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_remedy_that_a_person_would_want_comes_first_and_mends_the_network(name):
    links, code, titles = CASES[name]
    graph: Graph = wired(name, links)
    problem = infer(graph, CONTRACT).problems[0]

    offered = remedies(graph, CONTRACT, problem)

    assert problem.code == code
    assert [remedy.title for remedy in offered[: len(titles)]] == titles
    assert infer(offered[0].graph, CONTRACT).problems == ()


def test_stages_that_are_put_in_are_as_trained_as_the_one_that_needs_them():
    stage = (STAGE[0].with_settings(pretrained=True, frozen=True), ("picture",))
    graph = wired("Late", [PICTURE, stage, boxes("point_head", "stage", "picture")])
    problem = infer(graph, CONTRACT).problems[0]

    mended = remedies(graph, CONTRACT, problem)[0].graph

    configs = [node.config for node in mended.nodes if node.block == "backbone_stage"]
    assert [config.stage for config in configs] == [1, 2, 3, 4]
    assert {config.name for config in configs} == {"resnet34"}
    assert all(config.pretrained and config.frozen for config in configs)
