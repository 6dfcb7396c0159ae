"""A process is killed at every call of a save, one call further each time: old or new, always."""

from __future__ import annotations

import sys

import pytest

from tests.faults import tracing
from tests.faults.cutting import cut_at_every_call
from tests.faults.writers import Bytes, Commit, Imported

FORKS = pytest.mark.skipif(sys.platform != "linux", reason="children are forked on Linux alone")
TRACES = pytest.mark.skipif(
    sys.platform != "linux" or not tracing.is_here(), reason="strace is not installed here"
)


@FORKS
@pytest.mark.slow
def test_a_kill_at_any_call_of_any_save_leaves_the_old_or_the_new(swift):
    found = cut_at_every_call(swift)

    assert found.failures == []
    assert found.rounds > 100


@TRACES
@pytest.mark.slow
def test_a_kill_at_any_system_call_of_a_save_leaves_the_old_or_the_new(swift):
    found = tracing.killed(Bytes, swift)
    found.add(tracing.killed(Commit, swift, every=4))

    assert found.failures == []
    assert found.rounds > 10


@TRACES
@pytest.mark.slow
def test_an_import_that_a_full_disk_cuts_off_at_a_system_call_says_so(swift):
    found = tracing.refused(Imported, swift, ["ENOSPC"], every=6)

    assert found.failures == []
    assert found.rounds > 2
