"""float16 learns as float32 does, leaves out steps that burst, and goes on after a stop."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from deepdesk.engine.loss_scale import LossScale
from deepdesk.engine.network import Network
from deepdesk.engine.settings import TrainingConfig
from tests.unit.engine.toy import CPU

NARROW = replace(CPU, precision="float16")
CONFIG = TrainingConfig(average_weights=0.0, weight_decay=0.0, learning_rate=0.1)


def network(compute, weight=0.5):
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, weight)
    return Network(model, compute, CONFIG, 10)


@pytest.mark.parametrize("clip", [0.0, 0.01])
def test_a_step_is_the_same_with_and_without_the_factor(clip):
    weights = []
    for compute in (CPU, NARROW):
        net = network(compute)
        net.set_rate(0.1)
        net.backward(net.model(torch.ones(4, 1)).square().mean())
        net.update(clip, steps_done=1)
        weights.append(float(net.model.weight.detach()))

    assert weights[1] == pytest.approx(weights[0], rel=1e-6)
    assert weights[0] != 0.5


def test_a_step_that_bursts_is_left_out_and_lowers_the_factor():
    net = network(NARROW)
    net.set_rate(0.1)
    before = float(net.loss_scale.state()["scale"])
    net.backward(net.model(torch.full((1, 1), 1e38)).square().mean())

    net.update(0.0, steps_done=1)

    assert float(net.model.weight.detach()) == 0.5
    assert float(net.loss_scale.state()["scale"]) == before / 2


def test_the_factor_goes_on_where_it_was():
    scale, other = LossScale("cpu"), LossScale("cpu")
    state = {"scale": torch.tensor(512.0, dtype=torch.float64), "steps": torch.tensor(7)}

    scale.restore(state)
    other.restore(scale.state())

    assert {k: float(v) for k, v in other.state().items()} == {"scale": 512.0, "steps": 7.0}
    assert float(other.of(torch.tensor(2.0))) == 1024.0


@pytest.mark.parametrize("scale", [0.0, -1.0, math.inf, math.nan])
def test_a_factor_that_is_none_is_refused(scale):
    with pytest.raises(ValueError, match="scale"):
        LossScale("cpu").restore({"scale": torch.tensor(scale), "steps": torch.tensor(0)})


def test_only_float16_keeps_a_factor():
    assert not network(CPU).kept()
    assert set(network(NARROW).kept()) == {"loss-scale"}
