from __future__ import annotations

import itertools

import numpy as np
import pytest

from deepdesk.project.index.exchanging import MOST_GROUPS, exchanged
from deepdesk.project.index.splitting import Drawn, draw

FRACTIONS = (0.7, 0.15, 0.15)


def shares_of(sizes, seed=1):
    chance = np.random.default_rng(seed)
    units = np.repeat(np.arange(len(sizes)), sizes)
    samples = Drawn(
        strata=np.zeros(len(units), dtype=np.int64),
        keys=chance.integers(0, 2**63, len(units)).astype(np.uint64),
        units=units,
        given=np.full(len(units), -1),
        are_few=True,
    )
    return np.bincount(draw(samples, FRACTIONS), minlength=3) / len(units)


def away(shares):
    return float(np.abs(np.array(shares) - FRACTIONS).sum() / 2)


def best_of(sizes):
    """Return how far the best split is from the fractions, by trying all of them."""
    ways = itertools.product(range(3), repeat=len(sizes))
    counts = (np.bincount(w, sizes, minlength=3) for w in ways if len(set(w)) == 3)
    return min(away(c / sum(sizes)) for c in counts)


def test_the_largest_of_three_speakers_is_learned_from():
    assert shares_of([35, 12, 59]).argmax() == 0


@pytest.mark.parametrize("sizes", [[41, 52, 34, 32, 20], [37, 34, 48, 54], [57, 55, 30, 43]])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whole_speakers_come_as_near_to_the_shares_as_a_twentieth(sizes, seed):
    assert away(shares_of(sizes, seed)) <= best_of(sizes) + 0.05


def test_nothing_changes_where_the_shares_are_met():
    sizes_GS = np.array([[7], [7], [3], [3]])
    sides_G = np.array([0, 0, 1, 2])
    room_S3 = np.array([[14, 3, 3]])
    better_G = exchanged(sides_G, sizes_GS, room_S3, np.zeros(3, dtype=np.int64))
    assert better_G.tolist() == sides_G.tolist()


def test_no_side_loses_its_last_sample_and_an_empty_one_stays_empty():
    sizes_GS = np.array([[50], [40], [2]])
    sides_G = np.array([0, 1, 1])
    room_S3 = np.array([[92, 0, 0]])
    better_G = exchanged(sides_G, sizes_GS, room_S3, np.zeros(3, dtype=np.int64))
    assert sorted(set(better_G.tolist())) == [0, 1]
    assert better_G.tolist() == [0, 0, 1]


def test_many_groups_are_left_as_they_are():
    count = MOST_GROUPS + 1
    sides_G = np.zeros(count, dtype=np.int64)
    sizes_GS, room_S3 = np.ones((count, 1), dtype=np.int64), np.array([[0, count, 0]])
    better_G = exchanged(sides_G, sizes_GS, room_S3, np.zeros(3, dtype=np.int64))
    assert better_G.tolist() == sides_G.tolist()
