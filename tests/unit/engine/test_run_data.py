"""The list of a run's samples is kept beside it and checked when it is read."""

import os

import numpy as np
import pytest

from deepdesk.core.errors import StorageError
from deepdesk.engine import run_data
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
