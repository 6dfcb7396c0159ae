"""How long an answer takes before, in and after the network, on a clock that is told."""

import pytest
import torch
from torch import nn

from deepdesk.engine.network_clock import NetworkClock


class Clock:
    def __init__(self):
        self.now_s = 10.0

    def __call__(self):
        return self.now_s


class Slow(nn.Module):
    """Takes a quarter of a second."""

    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def forward(self, x):
        self.clock.now_s += 0.25
        return x


def test_an_answer_is_split_at_the_calls_of_the_network():
    clock = Clock()
    model = Slow(clock)
    times = NetworkClock(model, clock)

    times.begin()
    clock.now_s += 0.125
    model(torch.zeros(1))
    clock.now_s += 0.5

    found = times.end()
    assert (found.prepare_ms, found.network_ms, found.read_ms) == (125.0, 250.0, 500.0)


def test_several_calls_add_up_and_what_lies_between_prepares_the_next():
    clock = Clock()
    model = Slow(clock)
    times = NetworkClock(model, clock)

    times.begin()
    for _tile in range(3):
        clock.now_s += 0.125
        model(torch.zeros(1))

    found = times.end()
    assert (found.prepare_ms, found.network_ms, found.read_ms) == pytest.approx((375, 750, 0))


def test_the_next_answer_begins_at_nothing():
    clock = Clock()
    model = Slow(clock)
    times = NetworkClock(model, clock)
    times.begin()
    model(torch.zeros(1))
    times.end()

    times.begin()
    model(torch.zeros(1))

    assert times.end().network_ms == 250.0


def test_what_cannot_be_listened_to_counts_as_the_network():
    clock = Clock()
    times = NetworkClock(None, clock)

    times.begin()
    clock.now_s += 0.5

    assert times.end().network_ms == 500.0


def test_after_an_answer_the_network_is_as_it_was_however_often_it_is_timed():
    model = nn.Identity()

    for _sitting in range(3):
        times = NetworkClock(model)
        times.begin()
        model(torch.zeros(1))
        times.end()

    assert not model._forward_hooks
    assert not model._forward_pre_hooks
