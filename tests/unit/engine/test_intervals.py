"""Intervals of differences: against enumeration, tables and known closed forms."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from deepdesk.engine.comparison import intervals
from deepdesk.engine.comparison.intervals import (
    difference_interval,
    drawn_differences,
    mean_interval,
    paired_interval,
    t_quantile,
    two_sided_sign_test,
)


def exact_shares(only_first, only_second, count):
    """Return every difference that redrawing can give, and how likely each is."""
    p, q = only_first / count, only_second / count
    shares = {}
    for a in range(count + 1):
        for b in range(count + 1 - a):
            ways = math.comb(count, a) * math.comb(count - a, b)
            rest = (1 - p - q) ** (count - a - b)
            shares[a - b] = shares.get(a - b, 0.0) + ways * p**a * q**b * rest
    return shares


@pytest.mark.parametrize(("only_first", "only_second"), [(5, 1), (3, 3), (9, 0)])
def test_draws_follow_the_exact_distribution_of_the_bootstrap(only_first, only_second):
    count = 24
    drawn = np.rint(drawn_differences(only_first, only_second, count) * count)

    for difference, share in exact_shares(only_first, only_second, count).items():
        sampled = float(np.mean(drawn == difference))
        assert sampled == pytest.approx(share, abs=5 * math.sqrt(0.25 / intervals.DRAWS))


def test_the_same_numbers_give_the_same_interval():
    assert paired_interval(30, 12, 500) == paired_interval(30, 12, 500)


def test_swapping_the_runs_mirrors_the_interval():
    one, other = paired_interval(40, 22, 900), paired_interval(22, 40, 900)

    assert one.value == -other.value
    assert one.low == pytest.approx(-other.high, abs=0.002)
    assert one.high == pytest.approx(-other.low, abs=0.002)


def test_with_many_samples_it_is_the_interval_of_the_normal_distribution():
    first, second, count = 900, 700, 20_000
    found = paired_interval(first, second, count)

    share, mean = (first + second) / count, (first - second) / count
    reach = NormalDist().inv_cdf(0.975) * math.sqrt((share - mean**2) / count)
    assert found.value == pytest.approx(mean)
    assert found.low == pytest.approx(mean - reach, rel=0.03)
    assert found.high == pytest.approx(mean + reach, rel=0.03)


@pytest.mark.parametrize("only_second", range(0, 40, 3))
def test_it_decides_as_the_exact_test_of_mcnemar_where_that_is_clear(only_second):
    only_first, count = 20, 400
    found = paired_interval(only_first, only_second, count)
    chance = two_sided_sign_test(only_first, only_second)

    if chance < 0.02:
        assert found.is_beyond_noise
        assert (found.value > 0) == (only_first > only_second)
    if chance > 0.1:
        assert not found.is_beyond_noise


def test_a_true_difference_of_nothing_is_covered_about_as_often_as_promised(monkeypatch):
    monkeypatch.setattr(intervals, "DRAWS", 1_000)
    generator = np.random.default_rng(1)
    covered = 0
    for _trial in range(100):
        a, b, _rest = generator.multinomial(300, (0.05, 0.05, 0.9))
        found = paired_interval(int(a), int(b), 300)
        covered += found.low <= 0 <= found.high
    assert 88 <= covered <= 100


def test_runs_that_answered_alike_differ_by_nothing():
    found = paired_interval(0, 0, 50)

    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert not found.is_beyond_noise


@pytest.mark.parametrize(
    ("freedom", "value"), [(1, 12.7062), (2, 4.3027), (4, 2.7764), (9, 2.2622), (30, 2.0423)]
)
def test_quantiles_of_student_are_those_of_the_tables(freedom, value):
    assert t_quantile(0.975, freedom) == pytest.approx(value, abs=1e-4)


def test_the_sign_test_counts_tosses_of_a_coin():
    assert two_sided_sign_test(0, 0) == 1
    assert two_sided_sign_test(5, 5) == 1
    assert two_sided_sign_test(0, 5) == pytest.approx(2 / 32)
    assert two_sided_sign_test(9, 1) == pytest.approx(2 * 11 / 1024)


def test_the_mean_of_seeds_has_students_interval():
    found = mean_interval([0.80, 0.82, 0.84])

    reach = 4.302653 * 0.02 / math.sqrt(3)
    assert found.value == pytest.approx(0.82)
    assert (found.low, found.high) == pytest.approx((0.82 - reach, 0.82 + reach), abs=1e-6)


def test_the_difference_of_two_sets_of_seeds_is_welchs():
    first, second = [0.80, 0.82, 0.84], [0.70, 0.72, 0.74]
    found = difference_interval(first, second)

    reach = 2.776445 * math.sqrt(2 * 0.02**2 / 3)
    assert found.value == pytest.approx(0.1)
    assert found.low == pytest.approx(0.1 - reach, abs=1e-6)
    assert found.is_beyond_noise


def test_seeds_that_all_gave_the_same_have_no_spread():
    found = difference_interval([0.5, 0.5], [0.4, 0.4])

    assert (found.low, found.high) == pytest.approx((0.1, 0.1))
