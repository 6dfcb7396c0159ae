"""Recipes that change in the course of a run, stopped and resumed: the same bits."""

import os

import pytest

from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine.parts import Parts
from deepdesk.engine.state import weights_to_bytes
from tests.unit.engine.toy import CPU, ToyTask, toy_trainer

PARTS = Parts(shares={"0": 0.5, "3": 1.0}, frozen=("0",), frozen_epochs=1)


class Shrinking(ToyTask):
    """Remembers how much detail it was asked for; less of it makes the points smaller."""

    def __init__(self):
        super().__init__()
        self.details = []

    def prepare(self, batch, draws, detail=1.0):
        prepared = super().prepare(batch, draws)
        if draws is not None:
            self.details.append(detail)
        return {**prepared, "point": prepared["point"] * detail}


class StopAt(StopToken):
    """Asks for the end at the n-th check."""

    def __init__(self, checks):
        super().__init__()
        self.checks = checks

    def check(self):
        self.checks -= 1
        if self.checks < 0:
            self.stop()
        return super().check()


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch):
    """Leave out waiting for the disk: what survives a power cut is tested elsewhere."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


@pytest.fixture
def trainer():
    """Return a function that makes trainers of two recipes; their logs are closed afterwards."""
    runs = []

    def make(folder, run=None, **settings):
        how = {"grow": 0.7, "freeze": 1, "rate_decay": 0.5, **settings}
        task, network = Shrinking(), (None, CPU, PARTS)
        made, run = toy_trainer(folder, run=run, task=task, network=network, **how)
        runs.append(run)
        return made, run

    yield make
    for run in runs:
        run.metrics.close()


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("checks", [2, 5, 9])
def test_a_frozen_and_growing_run_resumes_with_the_same_bits(trainer, tmp_path, checks, optimizer):
    whole, _run = trainer(tmp_path / "whole", optimizer=optimizer)
    whole.train(StopToken())

    broken, run = trainer(tmp_path / "broken", optimizer=optimizer)
    with pytest.raises(StoppedError):
        broken.train(StopAt(checks))
    broken.keeper.save(broken.network, broken.recorder)
    resumed, _run = trainer(tmp_path / "broken", run=run, optimizer=optimizer)
    resumed.train(StopToken())

    assert weights_to_bytes(resumed.network.model) == weights_to_bytes(whole.network.model)
    assert weights_to_bytes(resumed.network.answering) == weights_to_bytes(whole.network.answering)
    assert resumed.task.details == whole.task.details[-len(resumed.task.details) :]


def test_training_asks_for_more_and_more_detail_and_measures_in_full(trainer, tmp_path):
    growing, _run = trainer(tmp_path)

    growing.train(StopToken())

    details = growing.task.details
    assert details == sorted(details)
    assert details[0] < 1.0
    assert details[-1] == 1.0


def test_the_frozen_block_has_its_first_weights_after_the_frozen_epoch(trainer, tmp_path):
    frozen, _run = trainer(tmp_path, epochs=1)
    before = frozen.network.model[0].weight.clone(), frozen.network.model[3].weight.clone()

    frozen.train(StopToken())

    assert frozen.network.model[0].weight.equal(before[0])
    assert not frozen.network.model[3].weight.equal(before[1])
