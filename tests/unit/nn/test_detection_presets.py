"""The networks on offer for boxes fit every picture, and are what they are called."""

from __future__ import annotations

import pytest
import torch

from deepdesk.nn.block import ANY_SIZE
from deepdesk.nn.build import build, build_meta
from deepdesk.nn.cost import cost
from deepdesk.nn.detection_presets import architectures
from deepdesk.nn.graph import Contract, Graph
from deepdesk.nn.shapes import infer

NAMES = tuple(architectures(64, 64, 1))
PLAIN = tuple(name for name in NAMES if "pretrained" not in name)


def contract_of(width_px: int, height_px: int, classes: int) -> Contract:
    return Contract(
        inputs={"image": (3, height_px, width_px)},
        outputs={"detections": (ANY_SIZE, 8 + classes)},
        optional={"proposals": (ANY_SIZE, 9)},
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(64, 64), (320, 240), (97, 131), (640, 480), (1000, 65)])
def test_every_network_fits_every_picture_and_any_number_of_classes(name, size):
    for classes in (1, 80):
        graph = architectures(*size, classes)[name]
        assert infer(graph, contract_of(*size, classes)).problems == ()


def test_the_first_network_is_the_small_one():
    graph = next(iter(architectures(320, 240, 3).values()))
    found = cost(graph, contract_of(320, 240, 3))

    assert graph.name == "Small anchor-free"
    assert found.flops < 1.2e9
    assert found.parameters < 1.2e6


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_saved_and_read_as_it_is(name):
    graph = architectures(96, 64, 2)[name]

    again = Graph.from_json(graph.to_json())

    assert again.edges == graph.edges
    assert [n.config for n in again.nodes] == [n.config for n in graph.nodes]


@pytest.mark.parametrize("name", PLAIN)
def test_a_pretrained_network_is_the_plain_one_that_starts_from_weights(name):
    graphs = architectures(96, 64, 2)
    trained = graphs.get(f"{name}, pretrained")

    if trained is None:
        assert name == "Small anchor-free"
        return
    stages = [node.config for node in trained.nodes if node.block == "backbone_stage"]
    assert [config.stage for config in stages] == [1, 2, 3, 4, 5]
    assert all(config.pretrained for config in stages)
    assert len(trained.nodes) == len(graphs[name].nodes)


@pytest.mark.parametrize("name", PLAIN)
def test_every_parameter_of_a_network_gets_a_gradient(name):
    if "ResNet-50" in name:
        network = build_meta(architectures(64, 64, 2)[name], contract_of(64, 64, 2))
        x = torch.empty(2, 3, 64, 64, device="meta")
    else:
        network = build(architectures(64, 64, 2)[name], contract_of(64, 64, 2))
        x = torch.rand(2, 3, 64, 64)

    found = network.train()(x)

    outputs = list(found.values()) if isinstance(found, dict) else [found]
    sum(out.square().mean() for out in outputs).backward()
    assert all(parameter.grad is not None for parameter in network.parameters())
