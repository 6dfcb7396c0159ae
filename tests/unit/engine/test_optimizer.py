"""Schedules and the averaging of weights, against closed forms."""

import copy

import pytest
import torch
from torch import nn

from deepdesk.engine.optimizer import WeightAverage, make_optimizer, rate_at
from deepdesk.engine.settings import TrainingConfig


def rates(total=200, **settings):
    config = TrainingConfig(learning_rate=0.4, **settings)
    return [rate_at(step, total, config) for step in range(total)]


def test_one_cycle_rises_to_the_learning_rate_and_falls_to_almost_nothing():
    values = rates(schedule="one_cycle", warm_up=0.25)

    peak = max(range(200), key=values.__getitem__)
    assert peak in (49, 50)
    assert values[peak] == pytest.approx(0.4, rel=0.02)
    assert values[0] == pytest.approx(0.04 + 0.36 * 0.5 / 50)
    assert values[-1] < 0.005
    assert values[:peak] == sorted(values[:peak])
    assert values[peak:] == sorted(values[peak:], reverse=True)


def test_cosine_without_warm_up_equals_torchs_own_at_the_middle_of_each_step():
    values = rates(total=10, schedule="cosine", warm_up=0.0)

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.4)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20)
    theirs = []
    for _half_step in range(20):
        theirs.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()

    assert values == pytest.approx(theirs[1::2], rel=1e-9)


def test_constant_stays():
    assert set(rates(total=7, schedule="constant", warm_up=0.0)) == {0.4}


def test_only_matrices_are_decayed():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))

    decayed, plain = make_optimizer(model, TrainingConfig(weight_decay=0.1)).param_groups

    assert [p.ndim for p in decayed["params"]] == [2]
    assert [p.ndim for p in plain["params"]] == [1, 1, 1]
    assert (decayed["weight_decay"], plain["weight_decay"]) == (0.1, 0.0)


def test_frozen_weights_are_left_to_nobody():
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    model[0].requires_grad_(False)

    groups = make_optimizer(model, TrainingConfig()).param_groups

    assert sum(len(group["params"]) for group in groups) == 2


@pytest.mark.parametrize("name", ["sgd", "adamw"])
def test_every_optimizer_lowers_a_loss(name):
    torch.manual_seed(0)
    model = nn.Linear(4, 1)
    optimizer = make_optimizer(model, TrainingConfig(optimizer=name, learning_rate=0.05))
    inputs, wanted = torch.randn(64, 4), torch.randn(64, 1)
    losses = []
    for _step in range(30):
        loss = ((model(inputs) - wanted) ** 2).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))

    assert losses[-1] < losses[0]


def test_the_average_is_the_mean_within_its_horizon():
    source = nn.Linear(2, 2, bias=False)
    target = copy.deepcopy(source)
    average = WeightAverage(source, target, horizon=10)
    seen = []
    for step in range(1, 6):
        with torch.no_grad():
            source.weight.fill_(float(step))
        average.update(step)
        seen.append(float(step))

    torch.testing.assert_close(target.weight, torch.full((2, 2), sum(seen) / len(seen)))


def test_beyond_the_horizon_the_average_forgets_exponentially():
    source = nn.Linear(1, 1, bias=False)
    target = copy.deepcopy(source)
    average = WeightAverage(source, target, horizon=4)
    expected = float(target.weight.detach())
    for step in range(1, 20):
        with torch.no_grad():
            source.weight.fill_(float(step))
        average.update(step)
        expected += (step - expected) / min(step, 4)

    assert float(target.weight.detach()) == pytest.approx(expected, rel=1e-6)


def test_counters_are_copied_not_averaged():
    source, target = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
    source.num_batches_tracked.fill_(7)

    WeightAverage(source, target, horizon=3).update(1)

    assert int(target.num_batches_tracked) == 7
