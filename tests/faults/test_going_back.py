"""A run gets over infinite numbers, a full memory and a full disk at any step."""

from __future__ import annotations

import pytest

from tests.faults.going_back import disk_full, memory_full, not_finite


@pytest.mark.slow
def test_numbers_that_become_infinite_are_never_committed_and_the_block_is_named():
    assert not_finite(12, seed=1).failures == []


@pytest.mark.slow
def test_a_full_memory_ends_in_smaller_parts_with_nothing_counted_twice():
    assert memory_full(12, seed=1).failures == []


@pytest.mark.slow
def test_a_full_disk_stops_no_training_and_costs_no_point():
    assert disk_full(12, seed=1).failures == []
