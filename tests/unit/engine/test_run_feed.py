"""A run's samples: read in the background, left out when unreadable, missed when it goes on."""

import os
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from deepdesk.core.errors import BadSampleError, DatasetError
from deepdesk.core.events import Said
from deepdesk.core.task import Field, Found
from deepdesk.core.work import StopToken
from deepdesk.data.box_targets import box_arrays
from deepdesk.engine import run_data, run_feed
from deepdesk.engine.file_alone import FileAlone
from deepdesk.engine.settings import TrainingConfig
from deepdesk.project.folder import Project


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "fsync", lambda _handle: None)
    monkeypatch.setenv("DEEPDESK_HOME", str(tmp_path / "home"))


class BytesTask(FileAlone):
    """Decodes the first byte of a file."""

    def __init__(self):
        self.fields = {"value": Field(shape=(1,), dtype="uint8")}

    def decode(self, path, _truth):
        if not path.exists():
            raise BadSampleError("missing", "The file is not there.")
        data = path.read_bytes()
        if not data:
            raise BadSampleError("empty", "The file is empty.")
        return {"value": np.frombuffer(data[:1], dtype=np.uint8)}

    def extras(self, classes, _targets):
        return {"label": classes}


class Stage:
    """A project of ten files in two classes, and a run of it."""

    def __init__(self, folder):
        self.project = Project.create(folder / "data", name="data", task="toy")
        self.source = folder / "source"
        self.source.mkdir()
        found = []
        for number in range(10):
            path = self.source / f"{number}.bin"
            path.write_bytes(bytes([number + 1]))
            split = "validation" if number >= 8 else "train"
            found.append(Found(path=path, label="ab"[number % 2], split=split))
        with self.project.index() as index:
            index.add(found, source=str(self.source))
        self.rows = run_data.rows_of(self.project)
        self.run = self.project.runs.new("quick", {})
        self.events = []
        self.opened = []
        self.task = BytesTask()

    def open(self):
        plan = SimpleNamespace(
            task="toy",
            config=TrainingConfig(),
            device="cpu",
            facts=SimpleNamespace(classes=("a", "b")),
            training=TrainingConfig(batch_size=4),
        )
        data = run_feed.opened(
            self.project, self.task, plan, self.rows, self.run, self.events.append
        )
        self.opened.append(data)
        return data

    def all_values(self, data):
        """Wait for everything; return the values of the training samples that can be read."""
        for split in data.splits.values():
            split.usable(np.arange(len(split)))
        (batch,) = data.splits["train"].stream([np.arange(len(data.splits["train"]))])
        return batch.fields["value"][:, 0].tolist()

    def commit(self):
        self.run.checkpoints.commit(1, {"a.bin": b"1"}, meta={})


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path)
    yield stage
    for data in stage.opened:
        data.close()
    stage.project.close()


def test_a_new_run_leaves_out_what_cannot_be_read(stage):
    (stage.source / "3.bin").write_bytes(b"")

    data = stage.open()
    values = stage.all_values(data)
    data.close()

    assert values == [1, 2, 3, 5, 6, 7, 8]
    said = [event.text for event in stage.events if isinstance(event, Said)]
    assert said == ["1 file could not be read and is left out: The file is empty."]
    with stage.project.index() as index:
        states = {
            sample.path.name: sample.state for sample in index.samples(stage.rows["train"][0])
        }
    assert states["3.bin"] == "bad"
    assert states["4.bin"] != "bad"


def test_files_that_may_come_back_are_not_noted_as_bad(stage):
    (stage.source / "3.bin").unlink()

    data = stage.open()
    stage.all_values(data)
    data.close()

    with stage.project.index() as index:
        states = {sample.state for sample in index.samples(stage.rows["train"][0])}
    assert "bad" not in states


def test_a_new_run_of_which_hardly_a_file_can_be_read_does_not_start(stage):
    shutil.rmtree(stage.source)

    with pytest.raises(DatasetError, match="cannot be read"):
        stage.all_values(stage.open())


def test_a_new_run_of_which_only_one_class_can_be_read_does_not_start(stage):
    for number in (1, 3, 5, 7):
        (stage.source / f"{number}.bin").unlink()

    with pytest.raises(DatasetError, match="of one class"):
        stage.all_values(stage.open())


def test_of_samples_with_drawings_one_that_cannot_be_read_costs_no_other(stage):
    # The classes of a run are those of its shapes; its samples have none.
    stage.rows = {
        split: (ids, np.full_like(classes, -1), targets)
        for split, (ids, classes, targets) in stage.rows.items()
    }
    (stage.source / "3.bin").write_bytes(b"")

    assert stage.all_values(stage.open()) == [1, 2, 3, 5, 6, 7, 8]


class DrawnTask(BytesTask):
    """Reads drawings for its losses alone, as detectors do."""

    def extras(self, classes, targets):
        return box_arrays(targets, ["a"], (8, 8)) | {"label": classes}


def test_a_drawing_that_is_damaged_is_left_out_with_its_reason(stage):
    legal = {"size": [8, 8], "shapes": [{"label": "a", "box": [1, 1, 3, 3]}]}
    turned = {"size": [8, 8], "shapes": [{"label": "a", "box": [3, 3, 1, 1]}]}
    for ids, classes, targets in stage.rows.values():
        classes[:] = -1
        targets[:] = [legal] * len(ids)
    stage.task = DrawnTask()
    # What was decoded before the drawing was damaged does not bring it back.
    assert stage.all_values(stage.open()) == [1, 2, 3, 4, 5, 6, 7, 8]
    stage.rows["train"][2][3] = turned
    stage.run = stage.project.runs.new("quick", {})

    data = stage.open()

    assert stage.all_values(data) == [1, 2, 3, 5, 6, 7, 8]
    assert data.splits["train"].extras["labels"][:, 0].tolist() == [0, 0, 0, -1, 0, 0, 0, 0]
    said = [event.text for event in stage.events if isinstance(event, Said)]
    assert any("What is drawn on this picture cannot be read" in text for text in said)


def test_a_resumed_run_is_refused_while_some_of_its_files_are_away(stage):
    first = stage.open()
    stage.all_values(first)
    first.close()
    stage.commit()
    (stage.source / "2.bin").unlink()

    with pytest.raises(DatasetError, match="1 file that this run began with"):
        stage.all_values(stage.open())


def test_a_sample_left_out_stays_out_when_the_run_goes_on_though_its_file_is_mended(stage):
    (stage.source / "3.bin").write_bytes(b"")
    first = stage.open()
    before = stage.all_values(first)
    first.close()
    stage.commit()
    (stage.source / "3.bin").write_bytes(b"\x04")

    assert stage.all_values(stage.open()) == before


def test_a_run_killed_before_its_first_checkpoint_begins_anew_with_what_is_there(stage):
    (stage.source / "3.bin").write_bytes(b"")
    first = stage.open()
    stage.all_values(first)
    first.close()
    (stage.source / "3.bin").write_bytes(b"\x04")

    assert stage.all_values(stage.open()) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_file_that_changed_since_the_run_began_is_said(stage):
    first = stage.open()
    stage.all_values(first)
    first.close()
    stage.commit()
    (stage.source / "0.bin").write_bytes(b"\x63")

    second = stage.open()
    values = stage.all_values(second)
    second.close()

    assert values[0] == 0x63
    assert any("changed since this run began" in event.text for event in stage.events)


def test_samples_that_left_the_data_set_are_missed_at_once(stage):
    with stage.project.index() as index:
        index.remove(stage.rows["train"][0][:2])

    with pytest.raises(DatasetError, match="2 samples of this run have left"):
        stage.open()


def test_waiting_for_everything_leaves_out_what_is_bad(stage):
    (stage.source / "3.bin").write_bytes(b"")
    plan = SimpleNamespace(
        task="toy",
        config=TrainingConfig(),
        device="cpu",
        facts=SimpleNamespace(classes=("a", "b")),
    )

    splits = run_feed.decoded(
        stage.project, BytesTask(), plan, stage.rows, stage.events.append, StopToken()
    )

    assert len(splits["train"]) == 7
    assert splits["train"].extras["label"].tolist() == [0, 1, 0, 0, 1, 0, 1]
    values = splits["validation"].gather(np.arange(2))["value"]
    assert values[:, 0].tolist() == [9, 10]
