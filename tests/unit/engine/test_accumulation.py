"""A batch in parts, and blocks that are computed twice: the same gradients for less memory."""

import copy
import os

import pytest
import torch
from torch import nn

from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine.recompute import recompute_blocks
from deepdesk.engine.settings import TrainingConfig, evaluation_size, part_size
from deepdesk.engine.state import weights_to_bytes
from tests.unit.engine import toy
from tests.unit.engine.test_trainer import StopAt, curves


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch):
    """Leave out waiting for the disk."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


@pytest.fixture
def trained(tmp_path):
    """Return a function that trains the toy and gives the trainer and its run."""
    runs = []

    def train(name, *, dropout=0.0, stop=None, run=None, **settings):
        trainer, run = toy.toy_trainer(tmp_path / name, run=run, **settings)
        for module in trainer.network.model.modules():
            if isinstance(module, nn.Dropout):
                module.p = dropout
        if settings.get("checkpointing"):
            recompute_blocks(trainer.network.model)
        runs.append(run)
        trainer.train(stop or StopToken())
        return trainer, run

    yield train
    for run in runs:
        run.metrics.close()


def losses(run):
    """Return the training losses of every step."""
    return [row["values"]["loss"] for row in run.metrics.read() if row["kind"] == "step"]


@pytest.mark.parametrize("parts", [2, 3, 16, 1000])
def test_a_batch_in_parts_gives_the_losses_of_the_whole_batch(trained, parts):
    _whole, whole_run = trained("whole")
    _parts, parts_run = trained("parts", accumulation=parts)

    assert losses(parts_run) == pytest.approx(losses(whole_run), abs=1e-5)


def test_a_stopped_run_in_parts_goes_on_with_the_same_bits(trained, tmp_path):
    whole, whole_run = trained("whole", accumulation=3, dropout=0.2)
    broken, run = toy.toy_trainer(tmp_path / "broken", accumulation=3)
    with pytest.raises(StoppedError):
        broken.train(StopAt(6))
    run.metrics.close()
    resumed, run = trained("broken", run=run, accumulation=3, dropout=0.2)

    assert weights_to_bytes(resumed.network.model) == weights_to_bytes(whole.network.model)
    assert curves(run) == curves(whole_run)


def test_blocks_computed_twice_train_to_the_same_bits_with_dropout(trained):
    plain, _run = trained("plain", dropout=0.2)
    twice, _run = trained("twice", dropout=0.2, checkpointing=True)

    assert weights_to_bytes(twice.network.model) == weights_to_bytes(plain.network.model)


def block_network():
    """Return two blocks with batch norm and dropout."""
    torch.manual_seed(0)
    first = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.GELU(), nn.Dropout(0.3))
    second = nn.Sequential(nn.Flatten(), nn.Linear(144, 5), nn.BatchNorm1d(5))
    return nn.Sequential(first, second)


def test_batch_norm_counts_its_statistics_once_when_blocks_are_computed_twice():
    plain = block_network()
    twice = recompute_blocks(copy.deepcopy(plain))
    x = torch.randn(6, 3, 8, 8)
    for network in (plain, twice):
        for seed in (1, 2):
            torch.manual_seed(seed)
            network(x).square().sum().backward()

    states = plain.state_dict()
    assert all(torch.equal(value, states[name]) for name, value in twice.state_dict().items())
    for one, other in zip(plain.parameters(), twice.parameters(), strict=True):
        assert torch.equal(one.grad, other.grad)


def test_a_copy_of_a_network_that_computes_twice_uses_its_own_weights():
    network = recompute_blocks(block_network())
    other = copy.deepcopy(network)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
    x = torch.randn(6, 3, 8, 8)

    assert network(x).abs().sum() > 0
    assert other(x).abs().sum() == 0


def test_blocks_that_are_computed_twice_keep_only_what_goes_in():
    torch.manual_seed(0)
    blocks = [nn.Sequential(*[nn.GELU() for _ in range(8)]) for _ in range(4)]
    kept = []

    def keep(tensor):
        kept.append(tensor.numel())
        return tensor

    def count(network):
        kept.clear()
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            network(torch.ones(10, requires_grad=True))
        return sum(kept)

    plain = nn.Sequential(*blocks)
    assert count(plain) == 320
    assert count(recompute_blocks(plain)) <= 80


def test_parts_are_as_even_as_they_can_be():
    assert part_size(TrainingConfig(batch_size=10, accumulation=3)) == 4
    assert part_size(TrainingConfig(batch_size=2, accumulation=8)) == 1
    assert evaluation_size(TrainingConfig(batch_size=64)) == 256
    assert evaluation_size(TrainingConfig(batch_size=64, accumulation=4)) == 16
