"""Searches on disk: what was asked in one file, everything else in the runs."""

from __future__ import annotations

import json

import pytest

from deepdesk.core.errors import ProjectError
from deepdesk.project.runs import Runs
from deepdesk.project.searches import (
    Dimension,
    Searches,
    best_of,
    mark_pruned,
    trial_of,
    trials_of,
)
from tests.unit.project.test_queue import REQUEST

RATE = Dimension(where="training", key="learning_rate", kind="float", low=0.01, high=1.0)
CHANNELS = Dimension(where="block", node="stem", key="channels", kind="int", low=4, high=64)


@pytest.fixture
def search(tmp_path):
    return Searches(tmp_path / "searches").new(
        base=dict(REQUEST),
        space=(RATE, CHANNELS),
        method="bayesian",
        trials=5,
        seconds=0.0,
        seed=1,
        metric="accuracy",
        is_higher_better=True,
    )


def begun(runs, number, *, params=None, status="finished", value=None, search_id="001"):
    """Make the folder of a trial; return it."""
    told = {"learning_rate": 0.1, "stem.channels": 8} if params is None else params
    run = runs.new("quick", {"search": {"id": search_id, "number": number, "params": told}})
    metrics = {} if value is None else {"accuracy": value}
    run.update(status=status, metrics=metrics, seconds=2.0)
    return run


def test_a_search_is_read_back_as_it_was_asked(tmp_path, search):
    searches = Searches(tmp_path / "searches")

    assert search.id == "001"
    assert searches.get("001") == search
    assert searches.names() == ("001",)


def test_trials_are_the_runs_that_say_so_by_number(tmp_path, search):
    runs = Runs(tmp_path / "runs")
    begun(runs, 1, value=0.5)
    begun(runs, 0, value=0.7)
    runs.new("quick", {})
    begun(runs, 2, search_id="002")

    trials = trials_of(runs, search)

    assert [(t.number, t.value, t.state) for t in trials] == [(0, 0.7, "done"), (1, 0.5, "done")]
    assert best_of(search, trials).number == 0


def test_a_trial_that_was_let_go_is_told_from_one_that_was_cut_short(tmp_path, search):
    runs = Runs(tmp_path / "runs")
    mark_pruned(begun(runs, 0, status="stopped"), epoch=1)
    begun(runs, 1, status="stopped")
    begun(runs, 2, status="interrupted")
    begun(runs, 3, status="failed")

    assert [t.state for t in trials_of(runs, search)] == ["pruned", "open", "open", "failed"]


def test_a_trial_with_values_outside_the_search_is_none_of_it(tmp_path, search):
    runs = Runs(tmp_path / "runs")
    for params in (
        {"learning_rate": 5.0, "stem.channels": 8},
        {"learning_rate": 0.1, "stem.channels": 8.5},
        {"learning_rate": "0.1", "stem.channels": 8},
        {"learning_rate": 0.1},
    ):
        begun(runs, 0, params=params)

    assert trials_of(runs, search) == []


@pytest.mark.parametrize(
    "told",
    [
        None,
        {"id": "001", "number": 0},
        {"id": "../1", "number": 0, "params": {}},
        {"id": "001", "number": True, "params": {}},
        {"id": "001", "number": -1, "params": {}},
        {"id": "001", "number": 0, "params": []},
    ],
)
def test_a_config_that_tells_of_a_search_badly_tells_of_none(told):
    assert trial_of({"search": told}) == {}


HOSTILE = {
    "another format": lambda v: v.update(format=2),
    "an unknown key": lambda v: v.update(more=1),
    "an unknown method": lambda v: v.update(method="grid"),
    "no trials": lambda v: v.update(trials=0),
    "trials without end": lambda v: v.update(trials=10**9),
    "time that is no number": lambda v: v.update(seconds="9"),
    "no space": lambda v: v.update(space=[]),
    "the same thing twice": lambda v: v.update(space=v["space"][:1] * 2),
    "a range the wrong way round": lambda v: v["space"][0].update(low=3.0),
    "an unknown place": lambda v: v["space"][0].update(where="shell"),
    "a logarithm of nothing": lambda v: v["space"][0].update(low=0.0, is_log=True),
    "a choice of nothing": lambda v: v["space"][0].update(kind="choice"),
    "a base with more keys": lambda v: v["base"].update(run=1),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_search_from_anybody_is_refused(tmp_path, search, change):
    path = tmp_path / "searches" / "001" / "search.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))

    with pytest.raises(ProjectError):
        Searches(tmp_path / "searches").get("001")
