"""Stages of torchvision's networks: chained they are the network, dilated they see the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torchvision
from torch import nn

from deepdesk.core.errors import GraphError
from deepdesk.nn import backbones
from deepdesk.nn.backbone_facts import BACKBONES, STAGES
from deepdesk.nn.backbones import WeightsFile
from deepdesk.nn.blocks.backbone_stage import STAGE_MAPS
from deepdesk.nn.build import build, module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract, Node
from deepdesk.nn.initial import draw
from deepdesk.nn.modules.backbone import Backbone
from deepdesk.nn.presets import chain
from deepdesk.nn.shapes import node_shape

BLOCK = BLOCKS["backbone_stage"]
FAST = ("resnet18", "mobilenet_v3_small", "shufflenet_v2_x1_0")


def node_of(name: str, stage: int, **settings) -> Node:
    return Node("stage", "backbone_stage", {"name": name, "stage": stage, **settings})


def stage_on_cpu(name: str, stage: int, weights: dict[str, torch.Tensor], **settings) -> nn.Module:
    config = node_of(name, stage, **settings).config
    module = module_of("backbone_stage", config, ()).to_empty(device="cpu")
    module.load_weights(weights)
    return module.eval()


def whole(name: str) -> tuple[Backbone, dict[str, torch.Tensor]]:
    """Return a network without its classifier, and its weights under torchvision's names."""
    with torch.device("meta"):
        network = Backbone(BACKBONES[name], pooled=False, frozen_stages=0)
    network = network.to_empty(device="cpu").eval()
    draw(network, torch.Generator().manual_seed(0))
    return network, dict(network.trunk.state_dict())


@pytest.mark.parametrize("name", STAGE_MAPS)
def test_the_map_of_each_stage_is_as_said_for_odd_sides(name):
    shape = (3, 97, 63)
    for stage in range(1, STAGES + 1):
        node = node_of(name, stage)
        module = module_of("backbone_stage", node.config, (shape,))
        out = module(torch.empty(2, *shape, device="meta"))
        shape = node_shape(node, (shape,))
        assert tuple(out.shape[1:]) == shape
    assert shape == BACKBONES[name].map_shape((3, 97, 63))


@pytest.mark.parametrize("name", STAGE_MAPS)
def test_stages_together_have_every_parameter_once_under_its_name(name):
    with torch.device("meta"):
        network = Backbone(BACKBONES[name], pooled=False, frozen_stages=0)

    names = [
        own
        for stage in range(1, STAGES + 1)
        for own in module_of("backbone_stage", node_of(name, stage).config, ()).trunk.state_dict()
    ]

    assert sorted(names) == sorted(network.trunk.state_dict())


@pytest.mark.parametrize("name", FAST)
def test_a_chain_of_stages_gives_what_the_network_gives(name):
    network, weights = whole(name)
    x = picture = torch.rand(1, 3, 64, 48, generator=torch.Generator().manual_seed(1))

    for stage in range(1, STAGES + 1):
        x = stage_on_cpu(name, stage, weights)(x)

    torch.testing.assert_close(x, network(picture))


def test_dilated_stages_give_at_every_second_place_what_they_gave_before():
    _network, weights = whole("resnet18")
    x = torch.rand(1, 128, 12, 16, generator=torch.Generator().manual_seed(1))
    usual = stage_on_cpu("resnet18", 4, weights)(x)
    last = stage_on_cpu("resnet18", 5, weights)(usual)

    wide = stage_on_cpu("resnet18", 4, weights, dilation=2)(x)
    widest = stage_on_cpu("resnet18", 5, weights, dilation=4)(wide)

    assert wide.shape[2:] == widest.shape[2:] == x.shape[2:]
    torch.testing.assert_close(wide[:, :, ::2, ::2], usual)
    torch.testing.assert_close(widest[:, :, ::4, ::4], last)


def test_dilated_stages_are_those_of_torchvision():
    model = torchvision.models.resnet50(
        weights=None, replace_stride_with_dilation=[False, False, True]
    )
    model.eval()
    x = torch.rand(1, 1024, 5, 6, generator=torch.Generator().manual_seed(1))

    own = stage_on_cpu("resnet50", 5, model.state_dict(), dilation=2)

    torch.testing.assert_close(own(x), model.layer4(x))


def test_a_frozen_stage_neither_learns_nor_drifts():
    _network, weights = whole("resnet18")
    stage = stage_on_cpu("resnet18", 2, weights, frozen=True).train()
    before = {name: value.clone() for name, value in stage.state_dict().items()}

    stage(torch.rand(2, 64, 8, 8))

    assert not any(p.requires_grad for p in stage.parameters())
    assert all(torch.equal(value, before[name]) for name, value in stage.state_dict().items())


def test_statistics_of_a_short_run_are_those_of_its_pictures():
    """After 100 steps, MobileNet's own momentum of 0.01 would have left a third of the start."""
    _network, weights = whole("mobilenet_v3_small")
    stage = stage_on_cpu("mobilenet_v3_small", 1, weights).train()
    picture = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(1))

    with torch.no_grad():
        for _step in range(100):
            learnt = stage(picture)

        torch.testing.assert_close(stage.eval()(picture), learnt, atol=0.05, rtol=0.05)


@pytest.mark.parametrize("name", ["mobilenet_v3_large", "resnet18", "efficientnet_b0"])
def test_no_statistics_of_a_whole_network_are_left_behind(name):
    with torch.device("meta"):
        network = Backbone(BACKBONES[name], pooled=True, frozen_stages=0)

    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]

    assert norms
    assert all(norm.momentum >= 0.1 for norm in norms)


def test_pretrained_stages_of_a_network_take_their_part_of_its_weights(monkeypatch, tmp_path):
    _network, weights = whole("resnet18")
    there = WeightsFile(path=tmp_path, size_bytes=1, is_present=True, licence="", url="")
    monkeypatch.setattr(backbones, "weights_state", lambda _name: there)
    monkeypatch.setattr(backbones, "_checked_weights", lambda _path: weights)
    contract = Contract(inputs={"image": (3, 32, 32)}, outputs={"map": (64, 8, 8)})
    stages = (node_of("resnet18", 1, pretrained=True), node_of("resnet18", 2, pretrained=True))
    nodes = (replace(node, id=f"stage_{n}") for n, node in enumerate(stages, start=1))
    graph = chain("Stages", Node("picture", "input", {"shape": (3, 32, 32)}), *nodes)

    built = build(graph, contract).state_dict()

    assert torch.equal(built["stage_1.trunk.conv1.weight"], weights["conv1.weight"])
    name = "layer1.1.conv2.weight"
    assert torch.equal(built[f"stage_2.trunk.{name}"], weights[name])


@pytest.mark.parametrize(
    ("settings", "shape", "code"),
    [
        ({"stage": 1}, (1, 64, 64), "channels"),
        ({"stage": 3}, (128, 8, 8), "stage"),
        ({"stage": 1}, (64,), "layout"),
        ({"stage": 2, "dilation": 2}, (64, 8, 8), "setting"),
        ({"name": "convnext_tiny", "stage": 4, "dilation": 2}, (192, 8, 8), "setting"),
        ({"name": "convnext_tiny", "stage": 4}, (192, 1, 1), "too_small"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_remedy(settings, shape, code):
    with pytest.raises(GraphError) as caught:
        node_shape(Node("stage", "backbone_stage", settings), (shape,))

    assert caught.value.code == code
    assert caught.value.hint.endswith(".")


def test_a_card_says_network_and_stage():
    node = node_of("resnet18", 3, pretrained=True, dilation=2)

    assert node.title == "ResNet-18, stage 3"
    assert BLOCK.summary_line(node.config) == "128 channels, pretrained, dilation 2"
    assert BLOCK.title_of({"name": ["x"]}) == BLOCK.title_of({}) == "ResNet-18, stage 1"
