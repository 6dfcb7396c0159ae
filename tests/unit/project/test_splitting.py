from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deepdesk.core.errors import BadSampleError
from deepdesk.core.task import Found
from deepdesk.project.index import SampleIndex
from deepdesk.project.index.splitting import connected, quotas
from tests.unit.project.samples import dump, filled, found

FRACTIONS = (0.7, 0.15, 0.15)


def largest_remainder(size, fractions):
    """Return the counts by whole numbers alone."""
    parts = [round(fraction * 10_000) for fraction in fractions]
    floors = [size * part // sum(parts) for part in parts]
    rests = [size * part % sum(parts) for part in parts]
    order = sorted(range(3), key=lambda i: -rests[i])
    for i in order[: size - sum(floors)]:
        floors[i] += 1
    return floors


@given(st.integers(40, 5000))
def test_counts_of_a_class_are_those_of_the_largest_remainders(size):
    fractions = (0.62, 0.21, 0.17)

    assert quotas(np.array([size]), fractions)[0].tolist() == largest_remainder(size, fractions)


@given(st.lists(st.integers(0, 9), max_size=60))
@example([8, 8, 8, 8, 8])
@example([8] * 60)
def test_many_small_classes_together_are_shared_out_exactly(sizes):
    counts = quotas(np.array(sizes, dtype=np.int64), FRACTIONS)

    assert counts.sum(axis=1).tolist() == sizes
    assert (counts >= 0).all()
    exact = np.outer(sizes, FRACTIONS)
    assert (np.abs(counts - exact) < 1 + 1e-9).all()
    # In fractions, so that no last bit decides.
    for column, share in enumerate(FRACTIONS):
        off = int(counts[:, column].sum()) - sum(sizes) * Fraction(str(share))
        assert abs(off) <= 2


def test_a_split_that_is_not_wanted_stays_empty():
    assert quotas(np.array([1, 2, 3, 7]), (0.8, 0.2, 0.0))[:, 2].tolist() == [0, 0, 0, 0]


def test_every_class_is_split_by_the_fractions(tmp_path):
    with filled(tmp_path, 600) as index:
        index.draw_splits(FRACTIONS, 1)

        for row in index.classes():
            counts = index.counts()
            drawn = [counts[row.id, split] for split in ("train", "validation", "test")]
            assert drawn == [140, 30, 30]


def test_the_same_seed_draws_the_same_wherever_and_in_whatever_order(tmp_path):
    drawn = []
    for name, rows in (("a", slice(None)), ("b", slice(None, None, -1))):
        folder = tmp_path / name
        folder.mkdir()
        with SampleIndex(folder / "index.sqlite") as index:
            index.add(found(folder / "source", 90)[rows], source=str(folder / "source"))
            index.draw_splits(FRACTIONS, 5)
            drawn.append({s.path.name: s.split for s in index.samples(index.ids())})

    assert drawn[0] == drawn[1]


def test_another_seed_draws_other_samples_and_drawing_again_changes_nothing(tmp_path):
    with filled(tmp_path, 300) as index:
        index.draw_splits(FRACTIONS, 1)
        first = dump(tmp_path / "index.sqlite")
        assert index.draw_splits(FRACTIONS, 1).count == 0

        assert index.draw_splits(FRACTIONS, 2).count > 50
        index.draw_splits(FRACTIONS, 1)
        assert dump(tmp_path / "index.sqlite") == first


def test_given_splits_stay_and_the_rest_is_exact(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(found(tmp_path, 30, split="test", prefix="given"), source=str(tmp_path))
        index.add(found(tmp_path, 60), source=str(tmp_path))
        index.draw_splits((0.8, 0.2, 0.0), 1)

        assert index.split_counts() == {"train": 48, "validation": 12, "test": 30}
        assert all(s.split == "test" for s in index.samples(list(range(1, 31))))


def test_bad_samples_do_not_count(tmp_path):
    with filled(tmp_path, 330) as index:
        index.record_facts((i, BadSampleError("empty", "It is empty.")) for i in range(1, 31))
        index.draw_splits(FRACTIONS, 1)
        usable = [s.split for s in index.samples(index.ids()) if s.state != "bad"]

        assert [usable.count(s) for s in ("train", "validation", "test")] == [210, 45, 45]


def test_twins_stay_together_and_the_numbers_stay_exact(tmp_path):
    groups = [("exact", [1, 4, 7]), ("near", [7, 10]), ("near", [20, 21, 22]), ("exact", [50, 60])]
    with filled(tmp_path, 300) as index:
        index.set_twins(groups)
        for seed in range(5):
            index.draw_splits(FRACTIONS, seed)

            splits = {s.id: s.split for s in index.samples(index.ids())}
            for unit in ([1, 4, 7, 10], [20, 21, 22], [50, 60]):
                assert len({splits[i] for i in unit}) == 1
            assert index.twins_across_splits() == 0
            assert index.split_counts() == {"train": 210, "validation": 45, "test": 45}


def test_twins_follow_one_whose_split_is_given(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add([Found(path=tmp_path / "a.png", split="test")], source=str(tmp_path))
        index.add(found(tmp_path, 30), source=str(tmp_path))
        index.set_twins([("exact", [1, 2, 3])])
        index.draw_splits((1.0, 0.0, 0.0), 0)

        assert [s.split for s in index.samples([1, 2, 3, 4])] == ["test", "test", "test", "train"]


def test_twins_across_splits_are_told_and_mended(tmp_path):
    with filled(tmp_path, 12) as index:
        index.set_split([4, 5], "test")
        index.set_split([6], "validation")
        index.set_twins([("exact", [1, 4]), ("near", [4, 6]), ("near", [5, 7])])

        words = {s.id: s.twin for s in index.samples(index.ids())}
        assert words[1] == "twin in test"
        assert words[4] == "twin in train"
        assert words[5] == "twin in train"
        assert words[2] == ""
        assert index.twins_across_splits() == 3

        before = dump(tmp_path / "index.sqlite")
        change = index.fix_twins_across_splits()
        assert index.twins_across_splits() == 0
        assert {s.split for s in index.samples([1, 4, 5, 6, 7])} == {"train"}
        assert index.sample(1).twin == "twin"
        index.undo(change)
        assert dump(tmp_path / "index.sqlite") == before


def test_twins_of_removed_samples_are_no_twins(tmp_path):
    with filled(tmp_path, 12) as index:
        groups = [("exact", [1, 4]), ("near", [2, 3, 5])]
        index.set_twins(groups)
        assert index.twins() == groups

        index.remove([1, 2])

        assert index.twins() == [("near", [3, 5])]
        assert index.sample(4).twin == ""


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 8)), max_size=30))
def test_what_hangs_together_is_found(pairs):
    ids = np.array([pair[0] for pair in pairs], dtype=np.int64)
    groups = np.array([pair[1] for pair in pairs], dtype=np.int64)

    assert connected(ids, groups).tolist() == [min(reach(pairs, pair)) for pair in pairs]


def reach(pairs, start):
    """Return the ids reached from a pair by walking from group to group."""
    ids, size = {start[0]}, 0
    while len(ids) > size:
        size = len(ids)
        groups = {group for number, group in pairs if number in ids}
        ids |= {number for number, group in pairs if group in groups}
    return ids


@pytest.mark.parametrize("fractions", [(0, 0, 0), (-1, 1, 1)])
def test_fractions_without_sense_are_refused(tmp_path, fractions):
    with filled(tmp_path, 3) as index, pytest.raises(ValueError, match="fractions"):
        index.draw_splits(fractions, 0)


def test_an_empty_project_can_be_drawn(tmp_path):
    with filled(tmp_path, 0) as index:
        assert index.draw_splits(FRACTIONS, 0).count == 0
