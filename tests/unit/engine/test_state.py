"""State goes to bytes and back, bit for bit."""

import pytest
import torch
from torch import nn

from deepdesk.core.errors import StorageError
from deepdesk.engine.metrics import Accuracy
from deepdesk.engine.optimizer import make_optimizer
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.state import (
    is_finite,
    load_training,
    load_weights,
    training_to_bytes,
    weights_to_bytes,
)


def network(seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Flatten(), nn.Linear(288, 2))
    return model.to(memory_format=torch.channels_last)


def take_steps(model, optimizer, count, seed):
    for step in range(count):
        torch.manual_seed(seed + step)
        loss = model(torch.randn(4, 3, 8, 8)).square().mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


@pytest.mark.parametrize("name", ["sgd", "adamw"])
def test_training_that_was_saved_and_loaded_goes_on_with_the_same_bits(name):
    config = TrainingConfig(optimizer=name, learning_rate=0.01)
    whole = network()
    whole_optimizer = make_optimizer(whole, config)
    take_steps(whole, whole_optimizer, 3, seed=1)
    saved = training_to_bytes(whole, whole_optimizer, {"epoch/loss": torch.tensor(1.5)}, {})
    take_steps(whole, whole_optimizer, 3, seed=4)

    again = network(seed=9)
    optimizer = make_optimizer(again, config)
    sums = load_training(saved, again, optimizer, {})
    take_steps(again, optimizer, 3, seed=4)

    assert weights_to_bytes(again) == weights_to_bytes(whole)
    assert float(sums["epoch/loss"]) == 1.5


def test_metrics_are_part_of_the_state():
    model = network()
    optimizer = make_optimizer(model, TrainingConfig())
    metric, again = Accuracy(), Accuracy()
    metric.update(torch.tensor([[1.0, 0.0]]), {"label": torch.tensor([0])})

    saved = training_to_bytes(model, optimizer, {}, {"epoch-accuracy": metric})
    load_training(saved, model, optimizer, {"epoch-accuracy": again})

    assert again.compute() == 1.0


def test_weights_of_another_network_are_refused():
    with pytest.raises(StorageError, match="do not belong"):
        load_weights(nn.Linear(2, 2), weights_to_bytes(network()))


def test_weights_that_are_no_numbers_are_noticed():
    model = network()
    assert is_finite(model)
    with torch.no_grad():
        model[3].weight[0, 0] = float("nan")

    assert not is_finite(model)


def test_weights_that_are_no_numbers_are_refused():
    model = network()
    with torch.no_grad():
        model[0].weight[0] = float("nan")

    with pytest.raises(StorageError, match="numbers that are none"):
        load_weights(network(), weights_to_bytes(model))


def test_weights_of_another_kind_are_refused():
    with pytest.raises(StorageError, match="do not belong"):
        load_weights(network(), weights_to_bytes(network().double()))


@pytest.mark.parametrize("data", [b"", b"\xff" * 64])
def test_bytes_that_are_no_weights_are_refused(data):
    with pytest.raises(StorageError, match="damaged"):
        load_weights(network(), data)
