"""A run that went wrong goes back, names what went first, and lets go of what can be spared."""

import dataclasses
import math
import os

import pytest
import torch

from deepdesk.core.events import Retreated
from deepdesk.core.work import StopToken
from deepdesk.data.shelf import PlaceChoice, Shelf
from deepdesk.engine.blame import first_bad
from tests.unit.engine.toy import CPU, SAMPLES, toy_trainer


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch):
    """Leave out waiting for the disk."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


@pytest.fixture
def shelved(tmp_path):
    """Return (trainer, shelf, events) of a small run whose samples lie in memory."""
    events = []
    trainer, run = toy_trainer(tmp_path, events=events, epochs=2)
    shelf = Shelf(PlaceChoice(place="memory", why="", may_move=True), CPU.device)
    trainer.train_data = dataclasses.replace(trainer.train_data, shelf=shelf)
    trainer.retreat._shelves = [shelf]
    yield trainer, shelf, events
    trainer.keeper.wait()
    run.metrics.close()


def full_unless(trainer, is_enough):
    """Let the memory be full in a step unless `is_enough(samples at once)`."""

    def meet(_module, given):
        if trainer.network.model.training and not is_enough(len(given[0])):
            raise MemoryError

    trainer.network.model.register_forward_pre_hook(meet)


def went_back(events):
    return [event for event in events if isinstance(event, Retreated)]


def test_a_full_memory_first_lets_go_of_the_samples_that_are_held_in_it(shelved):
    trainer, shelf, events = shelved
    held = []
    full_unless(trainer, lambda _count: held.append(shelf.is_filled) or not shelf.is_filled)

    trainer.train(StopToken())

    (retreat,) = went_back(events)
    assert "samples now stay on the disk" in retreat.text
    assert held[0]
    assert trainer.keeper.progress.parts == 0
    assert trainer.keeper.progress.step == 2 * SAMPLES // 16


def test_batches_are_cut_where_letting_go_was_not_enough(shelved):
    trainer, shelf, events = shelved
    full_unless(trainer, lambda count: count <= 8)

    trainer.train(StopToken())

    first, second = went_back(events)
    assert "stay on the disk" in first.text
    assert "2 parts of 8" in second.text
    assert trainer.keeper.progress.parts == 2
    assert not shelf.is_filled


def test_samples_that_were_let_go_never_come_back_into_memory(shelved):
    _trainer, shelf, _events = shelved
    shelf.drop()
    shelf.gathering_is_slow()
    ones = {"point": torch.ones(4, 2).numpy()}
    shelf.fill(torch.arange(4).numpy(), ones, {})

    assert not shelf.is_filled


def blamed(tmp_path, spoil):
    """Return what is blamed when `spoil(trainer)` does its harm in step 6."""
    trainer, run = toy_trainer(tmp_path, optimizer="adamw", learning_rate=0.01)
    spoil(trainer, lambda: trainer.keeper.progress.step == 5)
    network = trainer.network
    found = first_bad(
        network.model, network.optimizer, trainer._replay(), seconds=5.0, stop=StopToken()
    )
    run.metrics.close()
    return found.step, found.block, found.what


@pytest.mark.parametrize("block", ["0", "3"])
def test_the_first_place_in_forward_order_is_blamed_before_what_follows_from_it(tmp_path, block):
    def output(trainer, is_now):
        module = trainer.network.model.get_submodule(block)
        module.register_forward_hook(lambda _m, _g, said: said * math.inf if is_now() else said)

    # All weights are none after such a step, the first block's among them.
    assert blamed(tmp_path, output) == (6, block, "output")


@pytest.mark.parametrize("block", ["0", "3"])
def test_weights_that_an_update_spoilt_are_of_the_step_of_that_update(tmp_path, block):
    def weights(trainer, is_now):
        def after(*_given):
            if is_now():
                trainer.network.model.get_submodule(block).weight.data[0, 0] = math.nan

        trainer.network.optimizer.register_step_post_hook(after)

    # The next step would show it in the outputs of every block behind.
    assert blamed(tmp_path, weights) == (6, block, "weights")


def test_a_gradient_is_blamed_before_the_weights_that_it_spoils(tmp_path):
    def gradient(trainer, is_now):
        weight = trainer.network.model.get_submodule("3").weight
        weight.register_hook(lambda value: value * math.nan if is_now() else value)

    assert blamed(tmp_path, gradient) == (6, "3", "gradient")
