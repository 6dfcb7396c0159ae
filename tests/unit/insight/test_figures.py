"""Histograms and shares, against other ways to count."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from deepdesk.insight import figures
from deepdesk.insight.figures import BINS, distribution, silent_units


def test_a_histogram_agrees_with_numpy_and_the_figures_with_the_standard_library():
    values = np.random.default_rng(1).normal(3, 2, 5000).astype(np.float32)
    found = distribution([values[:1200].reshape(30, 40), values[1200:]])
    counts, edges = np.histogram(values.astype(np.float64), bins=BINS)
    # Numbers that lie on an edge to the last bit may fall to either side of it.
    assert np.abs(found.counts - counts).sum() <= 2
    assert found.counts.sum() == found.size == 5000
    assert (found.low, found.high) == (edges[0], edges[-1])
    assert found.mean == pytest.approx(statistics.fmean(map(float, values)))
    assert found.deviation == pytest.approx(statistics.pstdev(map(float, values)))
    assert found.magnitude == pytest.approx(math.sqrt(float(np.mean(values.astype(float) ** 2))))


def test_pieces_count_like_the_whole(monkeypatch):
    values = np.random.default_rng(2).normal(size=1000)
    whole = distribution([values])
    monkeypatch.setattr(figures, "_PIECE", 7)
    found = distribution([values])
    assert found.counts.tolist() == whole.counts.tolist()
    assert found.mean == pytest.approx(whole.mean)
    assert found.deviation == pytest.approx(whole.deviation)


def test_zeros_and_numbers_that_are_none_are_shares_of_all():
    values = np.array([0.0, -0.0, 1.0, 3.0, np.nan, np.inf, -np.inf, 2.0], dtype=np.float32)
    found = distribution([values])
    assert (found.zeros, found.not_finite, found.size) == (2 / 8, 3 / 8, 8)
    assert (found.low, found.high, found.mean) == (0.0, 3.0, pytest.approx(6 / 5))
    assert found.counts.sum() == 5


def test_the_greatest_number_is_in_the_last_bin_and_the_least_in_the_first():
    found = distribution([np.array([-1.0, 1.0])])
    assert np.flatnonzero(found.counts).tolist() == [0, BINS - 1]


@pytest.mark.parametrize("value", [0.0, 5.0, -3e38])
def test_equal_numbers_have_no_width(value):
    found = distribution([np.full(9, value, dtype=np.float32)])
    assert found.counts.max() == 9
    assert (found.low, found.high, found.deviation) == (pytest.approx(value),) * 2 + (0.0,)


def test_nothing_but_numbers_that_are_none_is_told_as_that():
    found = distribution([np.full(3, np.nan)])
    assert (found.not_finite, found.mean, found.low, found.high) == (1.0, 0.0, 0.0, 0.0)


def test_no_numbers_have_no_distribution():
    assert distribution([]) is None
    assert distribution([np.zeros((0, 3))]) is None


def test_whole_numbers_are_counted_too():
    assert distribution([np.array([1, 2, 2], dtype=np.int64)]).mean == pytest.approx(5 / 3)


def test_channels_that_never_differ_are_silent():
    maps = np.random.default_rng(3).normal(size=(4, 5, 3, 3))
    maps[:, 1] = 0.0
    maps[:, 3] = 0.25
    assert silent_units(maps).tolist() == [False, True, False, True, False]


def test_units_of_a_sequence_lie_along_its_last_axis():
    steps = np.random.default_rng(4).normal(size=(2, 7, 3))
    steps[..., 2] = 1.0
    assert silent_units(steps).tolist() == [False, False, True]


def test_units_of_a_vector_that_say_the_same_of_every_sample_are_silent():
    assert silent_units(np.array([[1.0, 2.0], [1.0, 5.0]])).tolist() == [True, False]


def test_a_block_that_says_nothing_at_all_is_silent_throughout():
    assert silent_units(np.zeros((3, 4))).all()
