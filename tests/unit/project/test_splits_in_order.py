"""Splits that are cut in the order of import, for what was filmed or driven."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdesk.project.index import Filter
from deepdesk.project.index.splitting import cut, quotas
from tests.unit.project.samples import filled, found

SPLITS = ("train", "validation", "test")


def in_splits(index):
    return {split: index.ids(Filter(split=split)).tolist() for split in SPLITS}


@given(st.lists(st.sampled_from([-1, -1, -1, 0, 1, 2]), max_size=60))
def test_free_samples_are_cut_without_gaps_and_given_ones_stay(given_list):
    given_N = np.array(given_list, dtype=np.int64)

    splits = cut(given_N, (0.7, 0.15, 0.15))

    free = splits[given_N < 0]
    assert (np.diff(free) >= 0).all()
    assert (
        np.bincount(free, minlength=3).tolist()
        == quotas(np.array([len(free)]), (0.7, 0.15, 0.15))[0].tolist()
    )
    assert (splits[given_N >= 0] == given_N[given_N >= 0]).all()


def test_the_last_samples_are_for_test_and_the_draw_can_be_undone(tmp_path):
    with filled(tmp_path, 20) as index:
        before = in_splits(index)
        change = index.draw_splits((60, 20, 20), 1, in_order=True)

        split = in_splits(index)
        assert [len(split[name]) for name in SPLITS] == [12, 4, 4]
        assert max(split["train"]) < min(split["validation"])
        assert max(split["validation"]) < min(split["test"])
        assert index.is_in_order()
        index.undo(change)
        assert in_splits(index) == before


def test_no_seed_changes_it(tmp_path):
    with filled(tmp_path, 30) as index:
        index.draw_splits((70, 15, 15), 1, in_order=True)
        first = in_splits(index)

        index.draw_splits((70, 15, 15), 2, in_order=True)

        assert in_splits(index) == first


def test_what_the_source_split_stays(tmp_path):
    with filled(tmp_path, 10) as index:
        index.add(found(tmp_path / "own", 4, split="validation"), source=str(tmp_path / "own"))

        index.draw_splits((50, 0, 50), 1, in_order=True)

        split = in_splits(index)
        assert [len(split[name]) for name in SPLITS] == [5, 4, 5]
        assert index.is_in_order()


@pytest.mark.parametrize("count", [0, 10])
def test_a_draw_by_chance_or_one_split_is_not_in_order(tmp_path, count):
    with filled(tmp_path, count) as index:
        assert not index.is_in_order()
        index.draw_splits((50, 25, 25), 1)

        assert not index.is_in_order()
