"""Proposals depend on the seed, the number and what was reached, and on nothing else."""

from __future__ import annotations

import math

import pytest

from deepdesk.engine.search.study import Proposal
from deepdesk.project.searches import Dimension, SearchFile, Trial
from tests.unit.project.test_queue import REQUEST

EPOCHS = 9
SPACE = (
    Dimension(where="training", key="rate", kind="float", low=0.001, high=1.0, is_log=True),
    Dimension(where="training", key="size", kind="int", low=1, high=64, is_log=True),
    Dimension(where="training", key="way", kind="choice", choices=("plain", "odd")),
)


def asked(method, *, seed=1, trials=40):
    return SearchFile(
        id="001",
        created="",
        base=dict(REQUEST),
        space=SPACE,
        method=method,
        trials=trials,
        seconds=0.0,
        seed=seed,
        metric="accuracy",
        is_higher_better=True,
    )


def height(params):
    """Return what a trial reaches: best at rate 0.1 in the plain way."""
    return 1 - abs(math.log10(params["rate"]) + 1) / 3 - (params["way"] == "odd") * 0.2


def worked(search, count, *, done=()):
    """Live through trials as the work of a search does, with no training in them."""
    trials = list(done)
    for number in range(len(trials), count):
        proposal = Proposal(search, trials, number, EPOCHS)
        params = proposal.params()
        told = []
        for epoch in range(1, EPOCHS + 1):
            told.append((epoch, height(params) * epoch / EPOCHS))
            if proposal.is_hopeless(*told[-1]):
                break
        is_whole = len(told) == EPOCHS
        trials.append(
            Trial(
                number=number,
                run=f"{number + 1:03d}",
                params=params,
                state="done" if is_whole else "pruned",
                value=told[-1][1],
                epochs=tuple(told),
            )
        )
    return trials


@pytest.mark.parametrize("method", ["random", "bayesian", "halving"])
def test_a_search_taken_up_again_makes_the_trials_it_would_have_made(method):
    search = asked(method)
    whole = worked(search, 14)

    for cut in (1, 6, 13):
        assert worked(search, 14, done=whole[:cut]) == whole


def test_another_seed_tries_something_else():
    one, other = (worked(asked("random", seed=seed), 3) for seed in (1, 2))

    assert [t.params for t in one] != [t.params for t in other]


@pytest.mark.parametrize("method", ["random", "bayesian", "halving"])
def test_every_proposal_lies_in_the_space(method):
    for trial in worked(asked(method), 12):
        assert all(one.holds(trial.params[one.name]) for one in SPACE)


def test_bayesian_search_closes_in_on_what_was_good():
    chance, learned = (worked(asked(method), 40)[-15:] for method in ("random", "bayesian"))

    assert sum(t.value for t in learned) / 15 > sum(t.value for t in chance) / 15 + 0.1
    assert sum(t.params["way"] == "plain" for t in learned) > 11


def test_halving_lets_go_of_most_and_keeps_the_best():
    trials = worked(asked("halving"), 40)

    spent = sum(len(t.epochs) for t in trials)
    assert spent < 40 * EPOCHS / 2
    whole = [t for t in trials if t.state == "done"]
    assert whole
    highest = max(height(t.params) for t in trials)
    assert max(height(t.params) for t in whole) > highest - 0.05


def test_a_trial_that_goes_on_is_judged_by_the_values_it_began_with():
    search = asked("halving")
    earlier = worked(search, 10)
    fresh = Proposal(search, earlier, 10, EPOCHS)
    params = fresh.params()
    resumed = Proposal(search, earlier, 10, EPOCHS)
    resumed.adopt(params)

    verdicts = [(fresh.is_hopeless(e, 0.1), resumed.is_hopeless(e, 0.1)) for e in (1, 2, 3)]

    assert all(one == other for one, other in verdicts)
    assert resumed.is_hopeless(1, 0.1) is False


def test_failed_trials_teach_nothing_and_stop_nothing():
    search = asked("bayesian")
    failed = [
        Trial(number=n, run=f"{n:03d}", params=t.params, state="failed", value=None)
        for n, t in enumerate(worked(asked("random"), 4))
    ]

    assert len(worked(search, 6, done=failed)) == 6
