"""Several programs on one project, and a project whose folder goes away while it is trained."""

from __future__ import annotations

import sys

import pytest

from tests.faults.killing import Bench
from tests.faults.sharing import races, vanishing
from tests.faults.zygote import Zygote

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="children are forked on Linux alone"),
]


def test_of_programs_that_race_for_a_project_one_writes_and_nothing_is_lost(swift):
    found = races(swift, count=60, seed=1)

    assert found.failures == []
    assert found.notes["opened_to_read"]


def test_a_project_that_goes_away_in_the_middle_of_a_run_is_said_and_comes_back(tmp_path):
    with Zygote() as zygote:
        bench = Bench(zygote, tmp_path, per_class=16, epochs=2, checkpoint_s=0.0)
        found = vanishing(bench, tmp_path, count=3, seed=1)

    assert found.failures == []
