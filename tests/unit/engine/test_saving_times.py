"""How often a run is saved: soon while it is young, then as the setting says."""

import pytest

from deepdesk.engine import keeper as keeper_module
from deepdesk.engine.keeper import Keeper
from deepdesk.engine.progress import RunProgress
from deepdesk.project.runs import Runs


@pytest.fixture
def at(tmp_path, monkeypatch):
    """Return a function: is it time to save, so many seconds into a run, so many after a save?"""
    now = [1000.0]
    monkeypatch.setattr(keeper_module.time, "monotonic", lambda: now[0])

    def is_due(age_s, since_save_s, *, every_s=30.0, epoch_end=False, cost_s=0.0):
        now[0] = 1000.0
        run = Runs(tmp_path).new("quick", {})
        keeper = Keeper(run, RunProgress(), every_s=every_s, emit=lambda _e: None, sample_ids=[])
        now[0] = 1000.0 + age_s
        keeper._saved_s = now[0] - since_save_s
        keeper._cost_s = cost_s
        return keeper.is_due(epoch_end=epoch_end)

    return is_due


@pytest.mark.parametrize(
    ("age_s", "since_save_s", "due"),
    [(1.9, 1.9, False), (2.1, 2.1, True), (100, 9, False), (100, 11, True), (900, 29, False)],
)
def test_a_young_run_loses_a_tenth_of_its_time_at_most(at, age_s, since_save_s, due):
    assert at(age_s, since_save_s) is due


def test_an_old_run_is_saved_as_often_as_the_setting_says(at):
    assert not at(3600, 29)
    assert at(3600, 31)
    assert at(3600, 6, every_s=5)


def test_the_end_of_an_epoch_is_a_moment_to_save_after_ten_seconds(at):
    assert not at(3600, 9, epoch_end=True)
    assert at(3600, 11, epoch_end=True)


def test_saving_takes_a_fiftieth_of_the_time_at_most_but_never_waits_for_longer_than_is_set(at):
    assert not at(8, 7, cost_s=0.15)
    assert at(8, 7.6, cost_s=0.15)
    assert at(100, 31, cost_s=5.0)
