"""A run that was killed at random instants ends with the same bits as one that was not."""

import shutil

import pytest

from tests.faults.killing import call, make_project, outcome, train_and_kill, train_arguments

EPOCHS = 6


@pytest.mark.slow
def test_killed_and_resumed_training_is_bit_identical(tmp_path):
    whole = make_project(tmp_path, per_class=24)
    broken = tmp_path / "broken.deepdesk"
    shutil.copytree(whole, broken)
    call(*train_arguments(whole, EPOCHS))

    kills = train_and_kill(broken, EPOCHS, kills=3, seed=1)

    assert kills >= 1
    assert outcome(broken) == outcome(whole)
