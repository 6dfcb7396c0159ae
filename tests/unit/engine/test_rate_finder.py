"""The learning-rate finder: its sweep, its smoothing and its rule."""

import copy
import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Progress, Result
from deepdesk.core.settings import settings_of
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine import rate_finder
from deepdesk.engine.network import Network
from deepdesk.engine.rate_finder import STEPS, finished, rate_of, safe_share, smoothed, sweep
from deepdesk.engine.settings import TrainingConfig
from tests.unit.engine.toy import CPU, ToyTask, clouds

WHOLE = (1e-4, 10.0)
SCHEDULES = ("one_cycle", "cosine", "constant")


def swept(task=None, **settings):
    """Return (curves, network, network before) of a sweep on two clouds."""
    config = TrainingConfig(batch_size=16, average_weights=0.0, **settings)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))
    before = copy.deepcopy(model)
    events = []
    network = Network(model, CPU, config, STEPS)
    sweep(task or ToyTask(), network, clouds(), config, events.append, StopToken())
    assert any(isinstance(event, Progress) for event in events)
    return [e.value for e in events if isinstance(e, Result)], model, before


def test_rates_are_evenly_spaced_in_magnitude():
    rates = np.array([rate_of(number, *WHOLE) for number in range(STEPS)])

    np.testing.assert_allclose(rates, np.geomspace(*WHOLE, STEPS), rtol=1e-9)


def test_smoothing_is_the_mean_weighted_by_age():
    losses = [3.0, 1.0, 2.0, 5.0]

    for count, value in enumerate(smoothed(losses), start=1):
        weights = [0.9 ** (count - 1 - place) for place in range(count)]
        assert value == pytest.approx(np.average(losses[:count], weights=weights))


def test_a_constant_loss_stays_as_it_is():
    assert smoothed([2.5] * 6) == pytest.approx([2.5] * 6)


def test_suggestion_keeps_its_distance_from_the_lowest_loss():
    rates = list(np.geomspace(*WHOLE, STEPS))
    losses = [2.0 - 1.5 * math.exp(-((math.log10(rate) + 1) ** 2)) for rate in rates]

    curve = finished(rates, losses, WHOLE, 0.1)

    lowest = rates[int(np.argmin(curve.losses))]
    assert curve.suggestion == pytest.approx(0.1 * lowest, rel=0.05)
    assert curve.steepest < lowest
    assert curve.is_done
    assert curve.note == ""


def test_the_steepest_place_of_a_step_is_its_middle():
    rates = list(np.geomspace(*WHOLE, STEPS))
    losses = [1.0 / (1.0 + math.exp(3.0 * (math.log10(rate) + 2))) for rate in rates]

    curve = finished(rates, losses, WHOLE, 0.1)

    # Smoothing looks back, so what it shows comes later, by less than ten tries.
    assert 1e-2 < curve.steepest < 1e-2 * (WHOLE[1] / WHOLE[0]) ** (10 / STEPS)


def test_a_rate_that_stays_keeps_a_greater_distance_than_one_that_is_reached_for_a_moment():
    steady, momentary = (swept(schedule=s)[0][-1] for s in ("constant", "one_cycle"))

    assert steady.losses == momentary.losses
    assert steady.suggestion == pytest.approx(momentary.suggestion * 0.3, rel=0.05)


def test_adamw_keeps_the_greater_distance_whatever_the_schedule():
    shares = {safe_share(TrainingConfig(optimizer="adamw", schedule=s)) for s in SCHEDULES}

    assert shares == {rate_finder.SAFE_SHARE}


def test_every_schedule_and_optimiser_is_known():
    choices = {s.key: {v for v, _words in s.knob.choices} for s in settings_of(TrainingConfig)}

    assert set(SCHEDULES) == choices["schedule"]
    assert set(rate_finder.RANGES) == choices["optimizer"]


def test_a_curve_that_never_falls_says_that_it_says_little():
    rates = list(np.geomspace(*WHOLE, STEPS))

    assert "says little" in finished(rates, [2.3] * STEPS, WHOLE, 0.1).note


def test_a_loss_that_is_no_number_from_the_beginning_is_said():
    task = ToyTask()
    task.poison_step = 1

    with pytest.raises(DeepDeskError, match="no number"):
        swept(task)


def test_the_sweep_learns_then_runs_away_and_stops_there():
    curves, model, before = swept()

    last = curves[-1]
    assert [curve.is_done for curve in curves].count(True) == 1
    assert last.is_done
    assert min(last.losses) < 0.9 * last.losses[0]
    assert 1e-3 < last.suggestion < 5
    assert not torch.equal(model[0].weight, before[0].weight)
    assert all(len(a.rates) < len(b.rates) for a, b in itertools.pairwise(curves))


def test_what_is_told_on_the_way_is_the_beginning_of_the_whole_curve():
    curves, _model, _before = swept()

    for curve in curves[:-1]:
        assert curves[-1].rates[: len(curve.rates)] == curve.rates
        assert curves[-1].losses[: len(curve.losses)] == curve.losses


def test_the_same_seed_gives_the_same_curve():
    assert swept()[0] == swept()[0]


def test_parts_of_a_batch_give_the_curve_of_the_whole_batch():
    whole, parts = (swept(accumulation=count)[0][-1] for count in (1, 4))

    np.testing.assert_allclose(parts.losses[:40], whole.losses[:40], rtol=1e-4)


def test_a_sweep_that_takes_too_long_ends_with_what_it_has(monkeypatch):
    monkeypatch.setattr(rate_finder, "LONGEST_S", -1.0)
    monkeypatch.setattr(rate_finder, "_FEWEST", 5)

    curves, _model, _before = swept()

    assert len(curves[-1].rates) == 5
    assert "may be better" in curves[-1].note


def test_a_sweep_is_stopped_between_two_steps():
    stop = StopToken()
    stop.stop()
    config = TrainingConfig(batch_size=16)
    network = Network(nn.Linear(2, 2), CPU, config, STEPS)

    with pytest.raises(StoppedError):
        sweep(ToyTask(), network, clouds(), config, lambda _event: None, stop)
