"""What holds for every block of the catalogue, whatever its settings: drawn at random.

A block that joins the catalogue is covered by being in it.
"""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Iterator

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from deepdesk.core import settings
from deepdesk.nn.build import module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.cost import node_cost
from deepdesk.nn.graph import Node
from deepdesk.nn.initial import draw
from tests.unit.nn.block_draws import KEYS, Draw, draws

BATCH = 2
DRAWN, RUN = 16, 4


@functools.cache
def legal(key: str) -> tuple[Draw, ...]:
    return tuple(draws(key, DRAWN)[0])


def on_cpu(case: Draw, seed: int = 0) -> nn.Module:
    module = module_of(case.key, case.config, case.in_shapes).to_empty(device="cpu")
    draw(module, torch.Generator().manual_seed(seed))
    return module


def inputs_of(case: Draw) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.rand(BATCH, *shape, generator=generator) for shape in case.in_shapes]


@pytest.mark.parametrize("key", KEYS)
def test_any_legal_settings_give_the_shape_that_torch_gives(key):
    assert len(legal(key)) == DRAWN

    for case in legal(key):
        module = module_of(key, case.config, case.in_shapes)
        inputs = [torch.empty(BATCH, *shape, device="meta") for shape in case.in_shapes]
        assert tuple(module(*inputs).shape) == (BATCH, *case.out_shape), case


@pytest.mark.parametrize("key", KEYS)
def test_every_refusal_has_a_code_a_sentence_and_a_remedy(key):
    for error in draws(key, DRAWN)[1]:
        assert error.node == "node"
        assert error.code
        assert error.message.endswith("."), error.message
        assert error.hint.endswith("."), error.hint


@pytest.mark.parametrize("key", KEYS)
def test_any_block_learns_and_leaves_its_inputs_alone(key):
    for case in legal(key)[:RUN]:
        module = on_cpu(case)
        inputs = inputs_of(case)
        before = [x.clone() for x in inputs]

        out = module(*inputs)

        assert out.shape == (BATCH, *case.out_shape)
        assert out.isfinite().all(), case
        assert all(torch.equal(x, y) for x, y in zip(inputs, before, strict=True)), case
        if list(module.parameters()):
            out.square().sum().backward()
            assert all(p.grad is not None and p.grad.isfinite().all() for p in module.parameters())


@pytest.mark.parametrize("key", KEYS)
def test_settings_come_back_from_json_as_they_were(key):
    block = BLOCKS[key]

    for case in legal(key):
        saved = json.loads(json.dumps(settings.to_json(case.config), allow_nan=False))
        assert settings.from_json(block.config, saved) == case.config
        assert isinstance(block.summary_line(case.config), str)


@pytest.mark.parametrize("key", KEYS)
def test_first_values_are_a_function_of_the_seed_alone(key):
    case = legal(key)[0]

    one, same = (on_cpu(case, seed=7).state_dict() for _ in range(2))

    assert all(torch.equal(value, same[name]) for name, value in one.items())
    assert all(value.float().isfinite().all() for value in one.values())


@pytest.mark.parametrize("key", KEYS)
def test_costs_are_those_that_torch_counts_in_a_real_pass(key):
    for case in legal(key)[:RUN]:
        module = on_cpu(case)
        counter = FlopCounterMode(display=False)
        with without_fused_recurrence(), counter:
            module(*inputs_of(case))

        found = node_cost(_node(case), case.in_shapes, case.out_shape, BATCH)

        assert found.flops == counter.get_total_flops(), case
        assert found.parameters == sum(p.numel() for p in module.parameters())
        assert found.activation_bytes >= 0


@contextlib.contextmanager
def without_fused_recurrence() -> Iterator[None]:
    """Switch oneDNN off, whose LSTM is one operator that torch's counter does not know."""
    before = torch.backends.mkldnn.set_flags(_enabled=False)
    yield
    torch.backends.mkldnn.set_flags(_enabled=before[0])


def _node(case: Draw) -> Node:
    node = Node("node", case.key)
    node.__dict__["config"] = case.config  # drawn already, and read from here
    return node


def test_only_whole_networks_and_inputs_are_left_to_other_tests():
    assert {BLOCKS[key].family for key in set(BLOCKS) - set(KEYS)} == {"backbones", "inputs"}
