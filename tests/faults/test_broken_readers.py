"""A worker that decodes raises or hangs: the sample is named, and the run goes on or can stop."""

import pytest

from tests.faults.reading import broken_readers


@pytest.mark.slow
def test_a_reader_that_raises_or_hangs_costs_one_sample_that_is_named(swift):
    found = broken_readers(swift, count=12, seed=1)

    assert found.failures == []
    assert found.notes["hung"]
