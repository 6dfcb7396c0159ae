"""The list of a run's samples is kept beside it and checked when it is read."""

import os

import numpy as np
import pytest

from deepdesk.core.errors import DatasetError, StorageError
from deepdesk.core.task import Found
from deepdesk.engine import run_data
from deepdesk.project.folder import Project
from deepdesk.project.runs import Runs


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _handle: None)
    return Runs(tmp_path).new("quick", {})


def rows(train):
    def part(ids):
        return np.array(ids), np.array(ids) % 2, [None] * len(ids)

    return {"train": part(train), "validation": part([7]), "test": part([8])}


def test_rows_that_were_kept_come_back(run):
    run_data.keep_rows(run, rows([1, 2, 3]))

    kept = run_data.kept_rows(run)

    assert [kept[split][0].tolist() for split in run_data.SPLITS] == [[1, 2, 3], [7], [8]]
    assert kept["train"][1].tolist() == [1, 0, 1]


@pytest.mark.parametrize("damage", [b"", b"\xff" * 40, None])
def test_a_damaged_list_of_samples_is_said(run, damage):
    run_data.keep_rows(run, rows([1, 2]))
    path = run.path / "samples.safetensors"
    path.unlink() if damage is None else path.write_bytes(damage)

    with pytest.raises(StorageError):
        run_data.kept_rows(run)


def test_a_negative_sample_number_is_refused(run):
    run_data.keep_rows(run, rows([-5, 2]))

    with pytest.raises(StorageError, match="damaged"):
        run_data.kept_rows(run)


def test_samples_without_a_class_stay_without_one_in_another_order():
    part = (np.array([1, 2, 3]), np.array([0, -1, 1]), [None] * 3)

    _ids, classes, _targets = run_data.joined({"test": part}, np.array([5, 3]))

    assert classes.tolist() == [5, -1, 3]


@pytest.fixture
def spoken(tmp_path):
    with Project.create(tmp_path / "p", name="P", task="audio_classification") as project:
        with project.index() as index:
            rows = [
                Found(path=tmp_path / f"{n}.wav", label="one", target=text, split="train")
                for n, text in enumerate(["a", "b", None])
            ]
            index.add(rows, source=str(tmp_path))
        yield project


def test_who_learns_from_texts_gets_samples_with_a_text_and_no_classes(spoken):
    ids, classes, targets = run_data.rows_of(spoken, "text")["train"]
    assert (ids.tolist(), classes.tolist(), targets) == ([1, 2], [-1, -1], ["a", "b"])
    run_data.check_enough(run_data.rows_of(spoken, "text"), (), "text")


def test_who_learns_from_classes_gets_those_with_a_class(spoken):
    assert run_data.rows_of(spoken, "class")["train"][0].tolist() == [1, 2, 3]
    with pytest.raises(DatasetError, match="one class"):
        run_data.check_enough(run_data.rows_of(spoken, "class"), ("one",))


def test_too_little_is_told_in_the_words_of_what_is_missing(spoken):
    empty = rows([])
    with pytest.raises(DatasetError) as caught:
        run_data.check_enough(empty, (), "text")
    assert "a text each" in caught.value.hint


def test_what_is_learnt_and_what_the_network_must_know_are_of_one_moment(spoken):
    with spoken.index() as index, index.one_moment():
        before = list(index.targets("train", "text"))
        with spoken.index() as other:
            other.set_target([1], "changed meanwhile")
        assert run_data.rows_in(index, "text")["train"][2] == before
    assert run_data.rows_of(spoken, "text")["train"][2][0] == "changed meanwhile"


@pytest.mark.parametrize(
    "drawn",
    [
        {"size": [8, 8], "shapes": [{"label": "a", "box": [1, 1, 3, 3]}]},
        {"size": [8, 8], "shapes": [], "mask": {"path": "a.png", "names": [[1, "a"]]}},
    ],
)
def test_pictures_with_nothing_on_any_of_them_teach_nothing(drawn):
    empty = {"size": [8, 8], "shapes": []}
    ids, none = np.arange(3), np.full(3, -1)

    with pytest.raises(DatasetError, match="Nothing is drawn on any training picture"):
        run_data.check_enough({"train": (ids, none, [empty] * 3)}, (), "drawing")

    run_data.check_enough({"train": (ids, none, [empty, drawn, empty])}, ("a",), "drawing")
