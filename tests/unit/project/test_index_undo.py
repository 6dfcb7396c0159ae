from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdesk.core.errors import ConfigError
from deepdesk.project.index import Change
from deepdesk.project.index.changes import pack, unpack
from tests.unit.project.samples import dump, filled, ids_of

IDS = st.lists(st.integers(1, 12), max_size=6)
SPLITS = st.sampled_from(["train", "validation", "test"])
CHANGES = st.one_of(
    st.tuples(st.just("add_class"), st.sampled_from("pqrst")),
    st.tuples(st.just("rename_class"), st.integers(0, 5), st.sampled_from("pqrst")),
    st.tuples(st.just("merge_classes"), st.lists(st.integers(0, 5), max_size=3), st.integers(0, 5)),
    st.tuples(st.just("delete_class"), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("set_class"), IDS, st.none() | st.integers(0, 5)),
    st.tuples(st.just("set_split"), IDS, SPLITS),
    st.tuples(st.just("set_target"), IDS, st.sampled_from([None, "one", "two", [3]])),
    st.tuples(st.just("set_origin"), IDS, st.sampled_from([None, "ada", "bo"])),
    st.tuples(st.just("remove"), IDS),
    st.tuples(st.just("draw_splits"), st.integers(0, 3)),
    st.tuples(st.just("fix_twins_across_splits")),
)

_WITHOUT_CLASSES = ("add_class", "remove", "set_split", "set_target", "set_origin")


def do(index, name, *values):
    """Make one change, with numbers standing for whatever classes there are; None if it cannot."""
    classes = [row.id for row in index.classes()]

    def class_of(number):
        return classes[number % len(classes)]

    if not classes and name not in _WITHOUT_CLASSES:
        return None
    arguments = {
        "add_class": lambda n: (n,),
        "rename_class": lambda c, n: (class_of(c), n),
        "merge_classes": lambda some, c: ([class_of(i) for i in some], class_of(c)),
        "delete_class": lambda c, keep: (class_of(c),),
        "set_class": lambda ids, c: (ids, None if c is None else class_of(c)),
        "set_split": lambda ids, split: (ids, split),
        "set_target": lambda ids, target: (ids, target),
        "set_origin": lambda ids, name: (ids, name),
        "remove": lambda ids: (ids,),
        "draw_splits": lambda seed: ((0.5, 0.25, 0.25), seed),
        "fix_twins_across_splits": lambda: (),
    }[name](*values)
    keep = {"keep_samples": values[1]} if name == "delete_class" else {}
    try:
        return getattr(index, name)(*arguments, **keep)
    except ConfigError:
        return None


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(steps=st.lists(CHANGES, max_size=5))
def test_any_changes_undone_and_redone_give_exactly_the_same(steps):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.sqlite"
        with filled(Path(folder)) as index:
            index.set_twins([("exact", [1, 2]), ("near", [2, 7])])
            states, changes = [dump(path)], []
            for step in steps:
                change = do(index, *step)
                if change is not None:
                    changes.append(Change.from_json(json.loads(json.dumps(change.to_json()))))
                    states.append(dump(path))

            redos = []
            for change, before in zip(reversed(changes), reversed(states[:-1]), strict=True):
                redos.append(index.undo(change))
                assert dump(path) == before
            for redo, after in zip(reversed(redos), states[1:], strict=True):
                index.undo(redo)
                assert dump(path) == after


@given(st.lists(st.integers(1, 2**62), unique=True))
def test_packed_ids_come_back(ids):
    ids = np.array(sorted(ids), dtype=np.int64)

    assert unpack(pack(ids)).tolist() == ids.tolist()


@pytest.fixture
def index(tmp_path):
    with filled(tmp_path) as index:
        yield index


def test_a_merge_of_many_samples_is_small(tmp_path):
    with filled(tmp_path, 9000) as index:
        ids = ids_of(index)
        change = index.merge_classes([ids["ant"], ids["bee"]], ids["cat"])

        assert change.count == 6000
        assert len(json.dumps(change.to_json())) < 2000
        assert index.classes()[0].count == 9000


def test_only_what_changes_is_counted(index):
    cat = ids_of(index)["cat"]

    change = index.set_class([1, 2, 3], cat)

    # Sample 3 is a cat already.
    assert (change.count, change.what) == (2, "2 to cat")


def test_a_deleted_class_comes_back_with_its_id_and_its_samples(index):
    before = index.classes()
    change = index.delete_class(ids_of(index)["bee"])
    assert len(index.classes()) == 2
    assert index.sample(2).label is None

    index.undo(change)

    assert index.classes() == before


def test_a_class_id_is_not_used_again(index):
    first = index.add_class("dog")
    index.delete_class(first.made)

    assert index.add_class("eel").made != first.made


def test_bringing_a_name_back_that_is_taken_changes_nothing(index):
    change = index.rename_class(ids_of(index)["ant"], "emmet")
    index.add_class("ant")
    before = index.classes()

    with pytest.raises(ConfigError, match="already a class ant"):
        index.undo(change)

    assert index.classes() == before


def test_undoing_out_of_order_leaves_no_sample_in_a_class_that_is_gone(index):
    added = index.add_class("dog")
    removed = index.remove([5])
    index.set_class([1, 2], added.made)
    redo = index.undo(added)
    assert index.sample(1).label is None
    index.undo(removed)
    index.delete_class(ids_of(index)["bee"], keep_samples=False)

    index.undo(redo)

    assert index.sample(1).label == "dog"


def test_removed_samples_that_no_undo_reaches_are_forgotten(index, tmp_path):
    index.set_twins([("exact", [1, 2])])
    change = index.remove([1])
    index.forget_removed()
    index.undo(change)

    assert index.count() == 11
    assert dump(tmp_path / "index.sqlite")["twins"] == [(2, 1, 0)]
