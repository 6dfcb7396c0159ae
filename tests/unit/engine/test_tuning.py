"""What is picked follows from what was measured, with a clock that tells known times."""

import pytest
import torch
from torch import nn

from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine import tuning
from deepdesk.engine.compute import Compute
from deepdesk.engine.tuning import Tuning
from tests.unit.engine.toy import ToyTask, clouds

CPU = Compute(device=torch.device("cpu"), precision="float32", threads=1)


@pytest.fixture
def measured(monkeypatch):
    """Return a function that makes a tuning whose steps take the seconds one says."""
    now = [0.0]
    monkeypatch.setattr(tuning, "physical_cores", lambda: 2)
    monkeypatch.setattr(Compute, "use_threads", lambda self: None)
    for name in ("perf_counter", "process_time"):
        monkeypatch.setattr(tuning.time, name, lambda: now[0])

    def make(seconds_of):
        def step(_trial, compute):
            now[0] += seconds_of(compute)

        monkeypatch.setattr(tuning._Trial, "step", step)
        return Tuning(ToyTask(), nn.Linear(2, 2), clouds(), batch_size=8, stop=StopToken())

    return make


def test_the_faster_precision_is_taken_with_its_gain(measured):
    made = measured(lambda compute: {"float32": 3.0, "bfloat16": 1.5}[compute.precision])

    compute, gain = made.precision(CPU)

    assert (compute.precision, gain) == ("bfloat16", 2.0)


def test_a_gain_within_the_noise_keeps_float32(measured):
    made = measured(lambda compute: {"float32": 1.0, "bfloat16": 0.95}[compute.precision])

    compute, gain = made.precision(CPU)

    assert (compute.precision, gain) == ("float32", 1.0)


@pytest.mark.parametrize(("two_s", "threads"), [(0.5, 2), (5.0, 1)])
def test_more_threads_are_taken_only_where_they_are_faster_now(measured, two_s, threads):
    made = measured(lambda compute: {1: 1.0, 2: two_s}[compute.threads])

    assert made.threads(CPU)[0].threads == threads


def test_the_precision_is_measured_with_one_thread_and_keeps_the_threads_asked_for(measured):
    seen = set()

    def seconds_of(compute):
        seen.add(compute.threads)
        return 1.0

    compute, _gain = measured(seconds_of).precision(Compute(device=CPU.device, threads=7))

    assert seen == {1}
    assert compute.threads == 7


def test_steps_that_take_ages_are_not_repeated(measured):
    steps = []

    def seconds_of(compute):
        steps.append(compute)
        return 60.0

    compute, gain = measured(seconds_of).precision(CPU)

    assert (compute.precision, gain, len(steps)) == ("float32", 0.0, 1)


def test_measuring_stops_when_asked():
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        Tuning(ToyTask(), nn.Linear(2, 2), clouds(), batch_size=8, stop=stop).precision(CPU)


def test_real_steps_leave_the_network_as_it_was():
    model = nn.Linear(2, 2)
    before = {name: t.clone() for name, t in model.state_dict().items()}

    Tuning(ToyTask(), model, clouds(), batch_size=8, stop=StopToken()).precision(CPU)

    assert all(torch.equal(t, before[name]) for name, t in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
