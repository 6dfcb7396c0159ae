"""Frozen stages of every backbone: they do not learn, and keep their statistics."""

from __future__ import annotations

import importlib.util

import pytest
import torch

from deepdesk.nn.backbone_facts import BACKBONES, STAGES
from deepdesk.nn.build import module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.initial import draw
from deepdesk.nn.timm_facts import TIMM_BACKBONES

needs_timm = pytest.mark.skipif(
    importlib.util.find_spec("timm") is None, reason="the timm pack is not installed"
)
NETWORKS = [
    *(pytest.param("backbone", facts, id=facts.name) for facts in BACKBONES.values()),
    *(
        pytest.param("timm_backbone", facts, id=f"timm-{facts.name}", marks=needs_timm)
        for facts in TIMM_BACKBONES.values()
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "facts"), NETWORKS)
@pytest.mark.parametrize("frozen", [2, STAGES])
def test_a_step_leaves_frozen_stages_as_they_are_and_moves_the_others(key, facts, frozen):
    shape = (3, facts.fixed_side_px or 64, facts.fixed_side_px or 64)
    config = BLOCKS[key].config(name=facts.name, frozen_stages=frozen)
    module = module_of(key, config, (shape,)).to_empty(device="cpu").train()
    draw(module, torch.Generator().manual_seed(2))
    before = {name: value.clone() for name, value in module.state_dict().items()}
    x = torch.rand(2, *shape, generator=torch.Generator().manual_seed(1)).requires_grad_()

    (module(x) * torch.linspace(-1, 1, facts.channels)).sum().backward()

    prefixes = tuple(f"trunk.{prefix}" for stage in facts.stages[:frozen] for prefix in stage)
    for name, parameter in module.named_parameters():
        assert (parameter.grad is None) == name.startswith(prefixes), name
    for name, value in module.state_dict().items():
        if name.endswith("running_mean"):
            assert torch.equal(value, before[name]) == name.startswith(prefixes), name


@pytest.mark.slow
@pytest.mark.parametrize(("key", "facts"), NETWORKS)
def test_frozen_stages_stay_in_evaluation_when_training_goes_on_after_a_look(key, facts):
    shape = (3, facts.fixed_side_px or 64, facts.fixed_side_px or 64)
    module = module_of(key, BLOCKS[key].config(name=facts.name, frozen_stages=3), (shape,))
    prefixes = tuple(f"trunk.{prefix}" for stage in facts.stages[:3] for prefix in stage)

    module.eval()
    module.train()

    found = {name for name, part in module.named_modules() if not part.training}
    assert found
    assert all(f"{name}.".startswith(prefixes) for name in found)
