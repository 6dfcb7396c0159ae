"""Networks of the optional timm pack: what is said of each against timm itself."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from deepdesk.core.errors import GraphError
from deepdesk.nn import timm_facts
from deepdesk.nn.backbone_facts import STAGES
from deepdesk.nn.blocks import timm_backbone
from deepdesk.nn.build import build, module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.cost import cost, node_cost
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.initial import draw
from deepdesk.nn.presets import chain
from deepdesk.nn.shapes import infer, node_shape
from deepdesk.nn.timm_facts import TIMM_BACKBONES, TimmFacts

ROOT = Path(__file__).resolve().parents[3]
CONTRACT = Contract(inputs={"image": (3, 64, 64)}, outputs={"logits": (4,)})
needs_timm = pytest.mark.skipif(
    importlib.util.find_spec("timm") is None, reason="the timm pack is not installed"
)
every = pytest.mark.parametrize("facts", TIMM_BACKBONES.values(), ids=lambda facts: facts.name)
of_any_size = pytest.mark.parametrize(
    "facts",
    [facts for facts in TIMM_BACKBONES.values() if not facts.fixed_side_px],
    ids=lambda facts: facts.name,
)


def config(facts: TimmFacts, **values: Any) -> Any:
    return BLOCKS["timm_backbone"].config(name=facts.name, **values)


def made(facts: TimmFacts, shape: tuple[int, ...], **values: Any) -> nn.Module:
    return module_of("timm_backbone", config(facts, **values), (shape,))


def side(facts: TimmFacts) -> int:
    return facts.fixed_side_px or 64


def classifier(name: str = "mobilenetv4_conv_small") -> Graph:
    return chain(
        "x",
        Node("picture", "input"),
        Node("backbone", "timm_backbone", {"name": name}),
        Node("classes", "classifier_head"),
    )


@needs_timm
@of_any_size
@pytest.mark.parametrize("sides", [(97, 63), (33, 160), (1, 5)])
def test_the_map_of_each_network_is_as_said(facts, sides):
    shape = (3, *sides)

    node = Node("n", "timm_backbone", {"name": facts.name, "pooled": False})
    if not facts.rounds_up and min(sides) < 32:
        with pytest.raises(GraphError, match="32 or more"):
            node_shape(node, (shape,))
        return

    out = made(facts, shape, pooled=False)(torch.empty(2, *shape, device="meta"))

    said = node_shape(node, (shape,))
    assert tuple(out.shape) == (2, *said)


@needs_timm
@every
def test_the_vector_and_the_parameters_of_each_network_are_as_said(facts):
    shape = (3, side(facts), side(facts))
    module = made(facts, shape)

    out = module(torch.empty(2, *shape, device="meta"))

    assert tuple(out.shape) == (2, facts.channels)
    assert sum(p.numel() for p in module.parameters()) == facts.parameters
    assert facts.paper.startswith("https://arxiv.org/abs/")


def test_the_networks_are_listed_from_the_smallest_to_the_largest():
    sizes = [facts.parameters for facts in TIMM_BACKBONES.values()]

    assert sizes == sorted(sizes)
    assert 12 <= len(sizes) <= 16


@needs_timm
@pytest.mark.slow
@every
def test_each_stage_freezes_more_and_the_last_all_of_it(facts):
    learning = []
    for frozen in range(STAGES + 1):
        trunk = made(facts, (3, 224, 224), frozen_stages=frozen).get_submodule("trunk")
        learning.append(sum(p.requires_grad for p in trunk.parameters()))

    assert len(facts.stages) == STAGES
    assert learning == sorted(set(learning), reverse=True)
    assert learning[-1] <= 2  # the closing norm of a vision transformer belongs to no stage


@needs_timm
@pytest.mark.slow
@every
def test_first_values_are_finite_sensible_and_a_function_of_the_seed_alone(facts):
    shape = (3, side(facts), side(facts))
    x = torch.randn(2, *shape, generator=torch.Generator().manual_seed(1))
    outs, before = [], torch.get_rng_state()
    for _ in range(2):
        module = made(facts, shape).to_empty(device="cpu")
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.detach().fill_(torch.nan if tensor.is_floating_point() else -1)
        draw(module, torch.Generator().manual_seed(2))
        outs.append(module(x))

    outs[0].square().sum().backward()

    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(outs[0], outs[1])
    assert 1e-3 < outs[0].std() < 1e2
    assert all(p.isfinite().all() for p in module.state_dict().values())


@needs_timm
@pytest.mark.slow
@every
def test_each_network_costs_what_torch_counts_in_a_real_pass(facts):
    shape = (3, side(facts), side(facts))
    module = made(facts, shape).to_empty(device="cpu")
    draw(module, torch.Generator().manual_seed(2))
    counter = FlopCounterMode(display=False)

    with counter:
        module(torch.zeros(2, *shape))

    node = Node("n", "timm_backbone", {"name": facts.name})
    found = node_cost(node, (shape,), (facts.channels,), 2)
    assert found.flops == counter.get_total_flops()
    assert found.parameters == found.trainable == facts.parameters


@needs_timm
def test_a_network_of_the_pack_is_built_and_costed_in_a_graph():
    network = build(classifier(), CONTRACT)

    out = network.eval()(torch.zeros(2, 3, 64, 64))

    assert out.shape == (2, 4)
    assert cost(classifier(), CONTRACT).parameters == sum(p.numel() for p in network.parameters())


def test_without_the_pack_the_block_says_what_is_missing_and_how_to_get_it(monkeypatch):
    monkeypatch.setattr(timm_backbone, "is_timm_there", lambda: False)

    (problem,) = infer(classifier("repvgg_a0"), CONTRACT).problems

    assert (problem.node, problem.code) == ("backbone", "pack_missing")
    assert "RepVGG A0" in problem.message
    assert "python3 start.py --with timm" in problem.hint


def test_a_name_outside_the_list_is_refused_before_anything_is_loaded():
    with pytest.raises(GraphError) as caught:
        node_shape(Node("n", "timm_backbone", {"name": "hf-hub:someone/something"}), ((3, 64, 64),))

    assert caught.value.code == "setting"


def test_a_picture_that_does_not_fit_is_refused_in_the_words_of_the_backbone_block():
    node = Node("n", "timm_backbone", {"name": "vit_tiny_patch16_224"})

    with pytest.raises(GraphError) as caught:
        node_shape(node, ((3, 64, 64),))

    assert caught.value.code == "fixed_side"


@needs_timm
@pytest.mark.slow
def test_looking_for_the_pack_does_not_load_it():
    code = (
        "import sys; from deepdesk.nn.shapes import node_shape; from deepdesk.nn.graph import Node;"
        "node_shape(Node('n', 'timm_backbone'), ((3, 64, 64),));"
        "print({'timm', 'torch'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

    assert done.stdout.strip() == "set()", done.stderr


@needs_timm
def test_another_timm_without_the_network_is_told(monkeypatch):
    import timm

    def unknown(*_arguments: Any, **_named: Any) -> None:
        raise RuntimeError("Unknown model")

    monkeypatch.setattr(timm, "create_model", unknown)
    with pytest.raises(GraphError) as caught:
        made(TIMM_BACKBONES["repvgg_a0"], (3, 64, 64))

    assert caught.value.code == "pack_version"


def test_the_pack_is_looked_for_once():
    assert timm_facts.is_timm_there() == (importlib.util.find_spec("timm") is not None)
