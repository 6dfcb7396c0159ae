from __future__ import annotations

import os
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from deepdesk.core.errors import BadSampleError, ConfigError, DeepDeskError, ProjectError
from deepdesk.core.task import Facts, Found
from deepdesk.project.index import Filter, SampleIndex
from tests.unit.project.samples import LABELS, filled, found, ids_of


@pytest.fixture
def index(tmp_path):
    with filled(tmp_path) as index:
        yield index


def facts(number, fingerprint=0):
    return Facts(size=(32, 24), detail="32 x 24", digest=f"{number:064x}", fingerprint=fingerprint)


def test_samples_are_told_as_they_were_found(index, tmp_path):
    sample = index.sample(2)

    assert sample.path == tmp_path / "source" / "bee" / "img_1.png"
    assert (sample.label, sample.split, sample.state) == ("bee", "train", "new")
    assert [row.name for row in index.classes()] == list(LABELS)
    assert [row.count for row in index.classes()] == [4, 4, 4]


def test_a_file_that_is_there_already_is_passed_over(index, tmp_path):
    again = found(tmp_path / "source", 15)

    assert index.add(again, source=str(tmp_path)) == 3
    assert index.count() == 15


def test_the_same_file_twice_in_one_source_counts_once(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        assert index.add(found(tmp_path, 3) * 2, source=str(tmp_path)) == 3


def test_splits_that_the_source_gave_are_fixed(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(found(tmp_path, 3, split="test"), source=str(tmp_path))

        assert index.split_counts() == {"train": 0, "validation": 0, "test": 3}
        assert all(sample.fixed_split for sample in index.samples([1, 2, 3]))


def test_new_classes_come_in_natural_order(tmp_path):
    names = ["10", "9", "b 2", "b 10", "A"]
    rows = [Found(path=tmp_path / f"{i}.png", label=name) for i, name in enumerate(names)]
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(rows, source=str(tmp_path))

        assert [row.name for row in index.classes()] == ["9", "10", "A", "b 2", "b 10"]


def test_targets_and_odd_labels_are_kept(tmp_path):
    rows = [
        Found(path=tmp_path / "a.png", label=None, target={"box": [1, 2]}),
        Found(path=tmp_path / "b.png", label=" \x00 "),
        Found(path=tmp_path / "c.png", label="one\ntwo"),
        Found(path=tmp_path / "d.png", label=None),
    ]
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(rows, source=str(tmp_path))

        samples = index.samples([1, 2, 3, 4])
        assert [sample.label for sample in samples] == [None, None, "one two", None]
        assert samples[0].target == {"box": [1, 2]}


def test_file_names_of_any_kind_come_back(tmp_path):
    names = ["ä ö.png", "日本.png", "a'b%c_d.png", os.fsdecode(b"\xff\xfe.png"), "x\\y.png"]
    folder = tmp_path / os.fsdecode(b"f\xfc")
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add([Found(path=folder / name) for name in names], source=str(tmp_path))
        paths = [sample.path for sample in index.samples(index.ids())]

    assert paths == [folder / name for name in names]


def test_samples_outside_their_source_keep_their_place(tmp_path):
    rows = [Found(path=Path("/elsewhere/a.png")), Found(path=tmp_path / "s" / "b.png")]
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(rows, source=str(tmp_path / "s"))

        assert [s.path for s in index.samples([1, 2])] == [row.path for row in rows]


def test_a_table_stands_for_its_folder(tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("a.png,x")
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add([Found(path=tmp_path / "a.png")], source=str(table))

        assert index.sample(1).path == tmp_path / "a.png"


def all_filters(index):
    yield Filter()
    for class_id in ids_of(index).values():
        yield Filter(class_id=class_id)
        yield Filter(class_id=class_id, split="test")
    yield from (Filter(unlabelled=True), Filter(split="train"), Filter(text="_1"))
    yield from (Filter(text="BEE"), Filter(text="%"), Filter(text="_"), Filter(text="\\"))
    yield from (Filter(problem=name) for name in ("any", "bad", "twins", "note"))


def agrees(sample, wanted):
    """Return whether a sample passes a filter, worked out in Python."""
    problems = {
        "bad": sample.state == "bad",
        "twins": bool(sample.twin),
        "note": bool(sample.note),
    }
    problems["any"] = any(problems.values())
    relative = f"{sample.path.parent.name}\n{sample.path.name}".lower()
    in_parts = any(wanted.text.lower() in part for part in relative.split("\n"))
    return (
        (wanted.class_id is None or sample.class_id == wanted.class_id)
        and (not wanted.unlabelled or sample.class_id is None)
        and (wanted.split is None or sample.split == wanted.split)
        and (wanted.problem is None or problems[wanted.problem])
        and in_parts
    )


def test_every_filter_finds_what_a_plain_search_finds(index):
    index.set_class([1, 5], None)
    index.set_split([2, 3, 4], "test")
    index.record_facts([(3, BadSampleError("truncated", "It is cut off.", "Copy it again."))])
    index.record_facts([(4, Facts(size=(1,), detail="", digest="", note="first of 2 frames"))])
    index.set_twins([("exact", [6, 7]), ("near", [2, 9])])
    everything = index.samples(np.arange(1, 13))

    for wanted in all_filters(index):
        expected = [sample for sample in everything if agrees(sample, wanted)]
        assert index.count(wanted) == len(expected), wanted
        assert index.page(wanted, 0, 100) == expected, wanted
        assert index.ids(wanted).tolist() == [sample.id for sample in expected], wanted
        assert index.page(wanted, 1, 2) == expected[1:3], wanted


def test_pages_far_into_many_samples_are_the_right_ones(tmp_path):
    with filled(tmp_path, 3000) as index:
        index.remove([10, 20])
        everything = [i for i in range(1, 3001) if i not in (10, 20)]

        for offset in (0, 1990, 2500, 2997, 5000):
            page = index.page(Filter(), offset, 7)
            assert [sample.id for sample in page] == everything[offset : offset + 7]


def test_what_was_kept_of_an_order_is_dropped_when_another_connection_changes_it(index, tmp_path):
    assert len(index.ids()) == 12
    assert len(index.ids(Filter(split="test"))) == 0
    with SampleIndex(tmp_path / "index.sqlite") as other:
        other.remove([1])
        other.set_split([2], "test")

    assert index.ids().tolist() == list(range(2, 13))
    assert index.ids(Filter(split="test")).tolist() == [2]
    assert index.split_counts()["test"] == 1


def test_counts_agree_with_counting(index):
    index.set_split([1, 2, 3], "test")
    index.set_class([3, 4], None)
    samples = index.samples(index.ids())

    assert index.counts() == Counter((sample.class_id, sample.split) for sample in samples)
    assert index.split_counts() == {"train": 9, "validation": 0, "test": 3}


def test_the_revision_grows_with_every_change(index):
    changes = [
        lambda: index.add_class("dog"),
        lambda: index.set_class([1], None),
        lambda: index.set_split([1], "test"),
        lambda: index.remove([2]),
        lambda: index.record_facts([(1, facts(1))]),
        lambda: index.set_twins([("exact", [1, 3])]),
        lambda: index.add([Found(path=Path("/x/y.png"))], source="/x"),
    ]
    seen = [index.revision()]
    for change in changes:
        change()
        seen.append(index.revision())

    assert seen == sorted(set(seen))


def test_ids_are_never_used_again(index, tmp_path):
    change = index.remove([12])
    index.add(found(tmp_path / "source", 13), source=str(tmp_path / "source"))

    assert index.ids().tolist()[-1] > 13 - 1
    assert 12 not in index.ids()
    index.undo(change)
    # The file was imported again meanwhile and stays as it is.
    assert index.count() == 13


def test_facts_make_samples_good_or_bad(index):
    index.record_facts(
        [
            (1, facts(1, fingerprint=2**64 - 1)),
            (2, BadSampleError("empty", "It is empty.", "Copy it again.")),
        ]
    )

    good, bad = index.samples([1, 2])
    assert (good.state, good.detail, good.code) == ("ok", "32 x 24", "")
    assert (bad.state, bad.code, bad.reason) == ("bad", "empty", "It is empty.")
    assert bad.detail == "Copy it again."
    assert index.problem_counts() == {"empty": 1}
    assert list(index.prints()) == [(1, f"{1:064x}", -1)]
    assert [number for number, _path in index.unchecked(100)] == list(range(3, 13))
    assert index.unchecked_count() == 10


def test_samples_that_come_later_are_checked_too(index, tmp_path):
    index.record_facts((number, facts(number)) for number, _path in index.unchecked(100))
    assert index.unchecked(5) == []

    with SampleIndex(tmp_path / "index.sqlite") as other:
        other.add([Found(path=tmp_path / "new.png")], source=str(tmp_path))

    assert [number for number, _path in index.unchecked(5)] == [13]


def test_the_typical_size_is_the_median(index):
    sizes = [(10, 20), (30, 10), (20, 90)]
    index.record_facts(
        (i, Facts(size=size, detail="", digest="")) for i, size in enumerate(sizes, 1)
    )

    assert index.typical_size() == (20, 20)


def test_training_reads_only_what_can_be_used(index, tmp_path):
    index.set_class([1], None)
    index.record_facts([(2, BadSampleError("empty", "It is empty."))])
    index.set_split([3], "test")

    ids, paths, classes, targets = index.training_rows("train")

    assert ids.tolist() == list(range(4, 13))
    assert list(paths) == [sample.path for sample in index.samples(ids)]
    assert paths[1:3] == [paths[1], paths[2]]
    assert paths[-1] == paths[8]
    assert [LABELS[c] for c in classes] == [sample.label for sample in index.samples(ids)]
    assert targets == [None] * 9


def test_class_indices_follow_the_order_of_the_classes(index):
    index.delete_class(ids_of(index)["ant"])

    _ids, _paths, classes, _targets = index.training_rows("train")

    assert sorted(set(classes.tolist())) == [0, 1]


def test_the_fingerprint_changes_with_whatever_training_sees(index):
    seen = {index.fingerprint()}
    for change in (
        lambda: index.set_class([1], None),
        lambda: index.set_split([2], "test"),
        lambda: index.rename_class(ids_of(index)["cat"], "lion"),
        lambda: index.remove([5]),
        lambda: index.record_facts([(6, BadSampleError("empty", "It is empty."))]),
    ):
        undone = index.fingerprint()
        change()
        assert index.fingerprint() not in seen
        seen.add(undone)
        seen.add(index.fingerprint())
    index.add_class("nothing in it")
    assert index.fingerprint() in seen


@pytest.mark.parametrize("name", ["", "  ", "a\x00", "a\nb", "x" * 201, "\ud800"])
def test_an_illegal_class_name_is_said_beside_the_field(index, name):
    with pytest.raises(ConfigError) as caught:
        index.add_class(name)

    assert caught.value.key == "name"


def test_a_class_name_that_is_taken_is_refused(index):
    with pytest.raises(ConfigError, match="already a class cat"):
        index.add_class(" cat ")
    with pytest.raises(ConfigError, match="already a class cat"):
        index.rename_class(ids_of(index)["ant"], "cat")

    assert [row.name for row in index.classes()] == list(LABELS)


def test_what_is_gone_is_refused(index):
    with pytest.raises(ProjectError):
        index.set_class([1], 99)
    with pytest.raises(ProjectError):
        index.sample(99)
    assert index.samples([1, 99, 2])[1].id == 2


def test_several_threads_write_without_losing_anything(tmp_path):
    path = tmp_path / "index.sqlite"
    SampleIndex(path).close()
    errors = []

    def add(number):
        try:
            with SampleIndex(path) as index:
                for i in range(5):
                    index.add(
                        [Found(path=tmp_path / f"{number}_{i}.png", label=f"c{i}")],
                        source=str(tmp_path),
                    )
        except DeepDeskError as error:
            errors.append(error)

    threads = [threading.Thread(target=add, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    with SampleIndex(path) as index:
        assert index.count() == 20
        assert len(index.classes()) == 5


def test_the_history_tells_what_people_did(index):
    index.set_split([1, 2], "test")
    index.add_class("dog")

    assert [what for _time, what in index.history()] == ["class dog", "2 to test"]


def test_fixed_counts_follow_the_samples_whose_source_gave_a_split(index, tmp_path):
    assert index.fixed_split_counts() == {}
    index.add(found(tmp_path / "given", 3, split="test"), source=str(tmp_path / "given"))
    samples = index.samples(index.ids())

    fixed = Counter(sample.split for sample in samples if sample.fixed_split)
    assert index.fixed_split_counts() == fixed == {"test": 3}
    index.remove([samples[-1].id])
    assert index.fixed_split_counts() == {"test": 2}
