"""What a detector has learned of a class stays with it, whatever number the class has now."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from deepdesk.nn.block import ANY_SIZE
from deepdesk.nn.build import build
from deepdesk.nn.detection_presets import wired
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.surgery import Donor, transplant

OLD, NEW = ("cat", "dog"), ("dog", "emu", "cat")
IMAGE = (3, 32, 48)


def contract_of(classes: tuple[str, ...]) -> Contract:
    return Contract(inputs={"image": IMAGE}, outputs={"detections": (ANY_SIZE, 8 + len(classes))})


def graph_of(head: str, **settings) -> Graph:
    """Return a filter with two channels, as many as there are classes, and a head."""
    return wired(
        head,
        [
            (Node("picture", "input", {"shape": IMAGE}), ()),
            (Node("filters", "convolution", {"channels": 2, "stride": 8}), ("picture",)),
            (Node("boxes", head, settings), ("filters", "picture")),
        ],
    )


def two_stages() -> Graph:
    return wired(
        "Two stages",
        [
            (Node("picture", "input", {"shape": IMAGE}), ()),
            (Node("filters", "convolution", {"channels": 2, "stride": 8}), ("picture",)),
            (Node("proposals", "proposal_head"), ("filters", "picture")),
            (
                Node("boxes", "region_head", {"kept": 5, "hidden": 2}),
                ("proposals", "filters", "picture"),
            ),
        ],
    )


def trained(graph: Graph, classes: tuple[str, ...]) -> nn.Module:
    """Return a network whose weights are all different."""
    network = build(graph, contract_of(classes), seed=1).eval()
    generator = torch.Generator().manual_seed(2)
    for tensor in network.parameters():
        tensor.data = torch.randn(tensor.shape, generator=generator) / 4
    return network


@pytest.mark.parametrize(
    "graph",
    [
        graph_of("point_head"),
        graph_of("point_head", centreness=True, layers=2),
        graph_of("anchor_head", layers=1, scales=2),
        graph_of("anchor_head", separable=True),
        two_stages(),
    ],
    ids=["points", "centre-ness", "anchors", "separable", "regions"],
)
def test_boxes_and_scores_of_a_class_stay_when_classes_are_numbered_anew(graph):
    donor = trained(graph, OLD)
    network = build(graph, contract_of(NEW), seed=3).eval()
    given = Donor(graph=graph, contract=contract_of(OLD), weights=donor.state_dict(), classes=OLD)

    transplant(network, graph, contract_of(NEW), given, NEW)

    x = torch.rand(2, *IMAGE, generator=torch.Generator().manual_seed(4))
    before, after = donor(x), network(x)
    torch.testing.assert_close(after[..., :8], before[..., :8])
    torch.testing.assert_close(after[..., 8 + NEW.index("cat")], before[..., 8])
    torch.testing.assert_close(after[..., 8 + NEW.index("dog")], before[..., 9])


def test_a_head_with_other_anchors_begins_with_new_scores():
    old, new = graph_of("anchor_head", ratios="3"), graph_of("anchor_head", ratios="5")
    donor = trained(old, OLD)
    network = build(new, contract_of(OLD), seed=3)
    given = Donor(graph=old, contract=contract_of(OLD), weights=donor.state_dict(), classes=OLD)

    done = transplant(network, new, contract_of(OLD), given, OLD)

    assert done.kept == ("filters",)
    assert done.changed == ("boxes",)
