"""Classes that are drawn on pictures: found, counted, renamed, merged and left out."""

import sqlite3

import numpy as np
import pytest

from deepdesk.core.drawing import (
    Drawing,
    Point,
    Polygon,
    drawing_of,
    renamed,
    target_of,
)
from deepdesk.core.errors import ConfigError
from deepdesk.core.task import Facts, Found
from deepdesk.project.index import Change, Filter, SampleIndex, schema
from tests.unit.project.drawn import (
    DRAWN,
    SIZE,
    box,
    counts,
    names_of,
    offers,
    recounted,
    target,
    targets_of,
)
from tests.unit.project.samples import dump, ids_of


@pytest.fixture
def index(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(offers(tmp_path), source=str(tmp_path))
        yield index


def test_drawn_classes_are_counted_by_pictures_and_shapes(index):
    assert counts(index) == {"car": (2, 2), "dog": (2, 2), "road": (1, 0)}
    assert counts(index) == recounted(index)


def test_targets_come_back_as_they_were_given(index):
    assert targets_of(index) == DRAWN


def test_samples_are_found_by_what_is_drawn_on_them(index):
    ids = ids_of(index)
    assert names_of(index, Filter(drawn_class=ids["car"])) == ["a.png", "e.png"]
    assert names_of(index, Filter(drawn_class=ids["dog"])) == ["a.png", "b.png"]
    assert names_of(index, Filter(drawing="none")) == ["d.png"]
    assert names_of(index, Filter(drawing="empty")) == ["c.png"]


def test_shapes_that_are_small_or_reach_out_are_found(tmp_path):
    drawn = {
        "small.png": target_of(Drawing(**SIZE, shapes=(box("a"), box("a", side=2.0)))),
        "out.png": target_of(Drawing(**SIZE, shapes=(box("a", left=95.0),))),
        "edge.png": target_of(Drawing(**SIZE, shapes=(box("a", left=80.5),))),
        "ring.png": target_of(
            Drawing(**SIZE, shapes=(Polygon(label="a", rings=(((0, 0), (50, 0), (0, 3)),)),))
        ),
        "point.png": target_of(Drawing(**SIZE, shapes=(Point(label="a", x=3, y=3),))),
    }
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(offers(tmp_path, drawn), source=str(tmp_path))
        assert names_of(index, Filter(drawing="outside")) == ["out.png"]
        assert names_of(index, Filter(tiny_share=0.025)) == ["small.png"]
        assert names_of(index, Filter(tiny_share=0.035)) == ["small.png", "ring.png"]


def test_drawings_of_another_size_than_their_picture_are_found(index):
    ids = {path.name: number for number, path in index.unchecked(10)}
    assert index.count(Filter(drawing="misfit")) == 0
    sizes = {"a.png": (100, 80), "b.png": (80, 100)}
    index.record_facts(
        (ids[name], Facts(size=size, detail="", digest="")) for name, size in sizes.items()
    )
    assert names_of(index, Filter(drawing="misfit")) == ["b.png"]


def test_a_new_name_in_a_drawing_by_hand_becomes_a_class_and_goes_with_undo(index, tmp_path):
    before = dump(tmp_path / "index.sqlite")
    change = index.set_target([4], target("cat", "car"))
    assert counts(index)["cat"] == (1, 1)
    assert counts(index) == recounted(index)
    redo = index.undo(change)
    assert dump(tmp_path / "index.sqlite") == before
    assert "cat" not in counts(index)
    index.undo(redo)
    assert counts(index)["cat"] == (1, 1)
    assert targets_of(index)["d.png"] == target("cat", "car")


def test_names_are_made_legal_in_drawings_as_in_the_list(index):
    index.set_target([4], target(" cat\n"))
    assert targets_of(index)["d.png"] == target("cat")


def test_a_drawing_that_is_none_is_refused(index):
    with pytest.raises(ConfigError, match="cannot be read"):
        index.set_target([1], {"size": [0, 0], "shapes": [{"label": "a", "box": [1, 2, 3, 4]}]})


def test_numbers_that_are_called_size_and_shapes_are_numbers(index):
    numbers = {"size": 3.0, "shapes": 4.0}
    index.set_target([4], numbers)
    assert targets_of(index)["d.png"] == numbers
    assert len(index.training_rows("train", "numbers")[0]) == 1
    assert len(index.training_rows("train", "drawing")[0]) == 4


def test_renaming_a_class_reaches_the_drawings(index, tmp_path):
    before = dump(tmp_path / "index.sqlite")
    change = index.rename_class(ids_of(index)["car"], "vehicle")
    told = {"car": "vehicle"}
    for name, given in DRAWN.items():
        wanted = None if given is None else target_of(renamed(drawing_of(given), told))
        assert targets_of(index)[name] == wanted
    assert counts(index) == recounted(index)
    index.undo(change)
    assert dump(tmp_path / "index.sqlite") == before
    assert targets_of(index) == DRAWN


def test_merging_classes_reaches_the_drawings_and_is_undone_exactly(index):
    ids = ids_of(index)
    change = index.merge_classes([ids["dog"]], ids["car"])
    assert targets_of(index)["a.png"] == target("car", "car", "car")
    # The first picture had both, and is one picture still.
    assert counts(index) == {"car": (3, 4), "road": (1, 0)} == recounted(index)
    assert names_of(index, Filter(drawn_class=ids["car"])) == ["a.png", "b.png", "e.png"]
    redo = index.undo(change)
    assert targets_of(index) == DRAWN
    index.undo(redo)
    assert counts(index) == {"car": (3, 4), "road": (1, 0)}


def test_merging_one_after_the_other_ends_in_the_last_class(index):
    ids = ids_of(index)
    first = index.merge_classes([ids["dog"]], ids["car"])
    second = index.merge_classes([ids["car"]], ids["road"])
    assert counts(index) == {"road": (3, 4)} == recounted(index)
    index.undo(second)
    index.undo(first)
    assert targets_of(index) == DRAWN


def test_what_is_drawn_of_a_deleted_class_is_hidden_until_undo(index):
    change = index.delete_class(ids_of(index)["car"])
    assert [shape["label"] for shape in targets_of(index)["a.png"]["shapes"]] == ["dog"]
    assert targets_of(index)["e.png"]["mask"]["names"] == [[0, "road"]]
    assert counts(index) == {"dog": (2, 2), "road": (1, 0)} == recounted(index)
    second = index.delete_class(ids_of(index)["dog"])
    assert names_of(index, Filter(drawing="empty")) == ["a.png", "b.png", "c.png"]
    index.undo(second)
    index.undo(change)
    assert targets_of(index) == DRAWN


def test_a_class_that_is_added_again_does_not_find_what_was_deleted(index):
    index.delete_class(ids_of(index)["car"])
    index.add_class("car")
    assert counts(index)["car"] == (0, 0)


def test_removed_pictures_do_not_count_and_come_back_with_other_names(index):
    removed = index.remove([1])
    assert counts(index) == {"car": (1, 0), "dog": (1, 1), "road": (1, 0)}
    index.rename_class(ids_of(index)["dog"], "cat")
    index.undo(removed)
    assert targets_of(index)["a.png"] == target("car", "car", "cat")
    assert counts(index) == recounted(index)


def test_forgetting_removed_pictures_forgets_what_was_drawn_on_them(index, tmp_path):
    index.remove([1])
    index.forget_removed()
    connection = sqlite3.connect(tmp_path / "index.sqlite")
    for table in ("drawings", "drawn"):
        assert not connection.execute(f"SELECT * FROM {table} WHERE id = 1").fetchall()
    connection.close()


def test_importing_again_keeps_the_drawing_that_was_made_since(index, tmp_path):
    index.set_target([1], target("dog"))
    index.add(offers(tmp_path), source=str(tmp_path))
    assert targets_of(index)["a.png"] == target("dog")
    assert counts(index) == recounted(index)


def test_an_import_gives_a_drawing_to_a_picture_that_had_none(index, tmp_path):
    index.add(offers(tmp_path, {"d.png": target("cat")}), source=str(tmp_path))
    assert counts(index)["cat"] == (1, 1)
    assert counts(index) == recounted(index)


def test_random_changes_keep_counts_true_and_are_undone_exactly(index, tmp_path):
    generator = np.random.default_rng(3)
    before, targets = dump(tmp_path / "index.sqlite"), targets_of(index)
    changes = []
    for at in range(40):
        rows = index.classes()
        pick = [row.id for row in rows][int(generator.integers(len(rows)))] if rows else None
        sample = int(generator.integers(1, 6))
        kind = int(generator.integers(6))
        acts = {
            0: lambda p=pick, n=at: index.rename_class(p, f"name {n}"),
            1: lambda p=pick, r=rows: index.merge_classes([p], r[0].id),
            2: lambda p=pick: index.delete_class(p),
            3: lambda s=sample: index.remove([s]),
            4: lambda s=sample, n=at: index.set_target([s], target(f"new {n % 4}", "dog")),
            5: lambda r=rows, n=at: index.map_classes(
                {row.id: (None, "dog", f"mapped {n}")[(row.id + n) % 3] for row in r}
            ),
        }
        if pick is None:
            kind = 4
        changes.append(acts[kind]())
        assert counts(index) == recounted(index)
    for change in reversed(changes):
        index.undo(Change.from_json(change.to_json()))
    assert targets_of(index) == targets
    after = dump(tmp_path / "index.sqlite")
    assert after == before


def test_a_table_of_names_renames_merges_and_leaves_out_together(index):
    ids = ids_of(index)
    change = index.map_classes({ids["car"]: "auto", ids["dog"]: "auto", ids["road"]: None})
    assert counts(index) == {"auto": (3, 4)} == recounted(index)
    index.undo(change)
    assert targets_of(index) == DRAWN
    assert counts(index) == {"car": (2, 2), "dog": (2, 2), "road": (1, 0)}


def test_two_classes_can_change_names_and_back(index):
    ids = ids_of(index)
    change = index.map_classes({ids["car"]: "dog", ids["dog"]: "car"})
    assert targets_of(index)["a.png"] == target("dog", "dog", "car")
    index.undo(change)
    assert targets_of(index) == DRAWN


def test_a_mapped_class_goes_into_the_one_that_has_the_name_already(index):
    ids = ids_of(index)
    index.map_classes({ids["dog"]: "car"})
    assert ids_of(index) == {"car": ids["car"], "road": ids["road"]}
    assert counts(index)["car"] == (3, 4)


def test_mapping_reaches_samples_that_belong_to_a_class(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        rows = [Found(path=tmp_path / f"{name}.png", label=name) for name in ("0", "1", "cat")]
        index.add(rows, source=str(tmp_path))
        ids = ids_of(index)
        change = index.map_classes({ids["0"]: "cat", ids["1"]: None})
        labels = [sample.label for sample in index.samples(index.ids())]
        assert labels == ["cat", None, "cat"]
        index.undo(change)
        assert [sample.label for sample in index.samples(index.ids())] == ["0", "1", "cat"]


def test_training_reads_names_and_its_print_follows_them(index):
    before = index.fingerprint()
    change = index.rename_class(ids_of(index)["car"], "vehicle")
    assert index.training_rows("train", "drawing")[3][0] == target("vehicle", "vehicle", "dog")
    assert next(iter(index.targets("train", "drawing"))) == target("vehicle", "vehicle", "dog")
    assert index.fingerprint() != before
    index.undo(change)
    assert index.fingerprint() == before


def test_a_split_has_its_share_of_what_is_seldom_drawn(tmp_path):
    seldom = {f"s{at}.png": target("car", "moose") for at in range(20)}
    often = {f"o{at}.png": target("car") for at in range(200)}
    drawn = {**often, **seldom, **{f"e{at}.png": target() for at in range(10)}}
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(offers(tmp_path, drawn), source=str(tmp_path))
        index.draw_splits((0.7, 0.2, 0.1), 5)
        moose = ids_of(index)["moose"]
        sides = {
            split: index.count(Filter(drawn_class=moose, split=split)) for split in schema.SPLITS
        }
        empty = index.count(Filter(drawing="empty", split="train"))
    assert sides == {"train": 14, "validation": 4, "test": 2}
    assert empty == 7
