"""Every draw is a function of (seed, epoch, sample)."""

import numpy as np
import pytest

from deepdesk.core.chance import Draws, key_of, mix, permutation


def test_splitmix64_gives_the_published_first_values():
    # Reference values of SplitMix64 seeded with 0: the state before the n-th output is n - 1 steps.
    golden = np.uint64(0x9E3779B97F4A7C15)
    states = np.array([0, golden], dtype=np.uint64)

    assert [int(v) for v in mix(states)] == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4]


def test_draws_do_not_depend_on_the_batch_a_sample_is_in():
    together = Draws(1, 2, np.array([10, 11, 12])).uniform("flip", 2)
    alone = Draws(1, 2, np.array([12])).uniform("flip", 2)

    np.testing.assert_array_equal(together[2:], alone)


@pytest.mark.parametrize("other", [Draws(2, 2, np.array([10])), Draws(1, 3, np.array([10]))])
def test_another_seed_or_epoch_gives_other_draws(other):
    assert Draws(1, 2, np.array([10])).uniform("flip")[0, 0] != other.uniform("flip")[0, 0]


def test_names_and_columns_give_independent_draws():
    draws = Draws(1, 0, np.arange(20_000))
    values = np.column_stack([draws.uniform("flip", 2), draws.uniform("shift")])

    correlation = np.corrcoef(values.T) - np.eye(3)

    assert np.abs(correlation).max() < 0.03


def test_draws_are_uniform():
    values = Draws(1, 0, np.arange(100_000)).uniform("flip")[:, 0]

    counts, _edges = np.histogram(values, bins=20, range=(0, 1))
    chi_square = ((counts - 5_000) ** 2 / 5_000).sum()

    assert values.min() >= 0
    assert values.max() < 1
    assert chi_square < 43.8  # 0.1 % of chi-square with 19 degrees of freedom lies above


def test_a_permutation_holds_every_number_once_and_is_repeatable():
    first, second = permutation(1_000, "order", 1, 0), permutation(1_000, "order", 1, 0)

    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(np.sort(first), np.arange(1_000))
    assert (permutation(1_000, "order", 1, 1) != first).any()


def test_a_key_tells_parts_and_types_apart():
    keys = {key_of("ab", "c"), key_of("a", "bc"), key_of(1, "c"), key_of("1", "c")}

    assert len(keys) == 4
