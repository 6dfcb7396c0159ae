from __future__ import annotations

import shutil

import pytest

from deepdesk.core.errors import ProjectError, StorageError
from deepdesk.project.checkpoints import Checkpoints, needed_bytes

FILES = {"weights.bin": b"weights" * 5, "state.json": b"{}"}


@pytest.fixture
def kept(tmp_path):
    return Checkpoints(tmp_path / "checkpoints")


def test_what_is_committed_is_read_back(kept):
    path = kept.commit(120, FILES, meta={"epoch": 3, "loss": 0.1})

    assert path.name == "step_000120"
    assert kept.read(120, "weights.bin") == FILES["weights.bin"]
    assert kept.meta(120) == {"epoch": 3, "loss": 0.1}
    assert kept.list() == [120]
    assert kept.latest() == kept.latest_valid() == 120


def test_two_are_kept_besides_the_best(kept):
    for step in (10, 20, 30, 40, 50):
        kept.commit(step, FILES, meta={})
        if step == 20:
            kept.mark_best(20)

    assert kept.list() == [20, 40, 50]
    assert kept.best() == 20


def test_fewer_than_two_are_never_kept(kept):
    for step in (1, 2, 3):
        kept.commit(step, FILES, meta={}, keep=0)

    assert kept.list() == [2, 3]


def test_an_older_one_stays_while_a_newer_one_is_damaged(tmp_path):
    folder = tmp_path / "checkpoints"
    for step in (10, 20):
        Checkpoints(folder).commit(step, FILES, meta={})
    (folder / "step_000020" / "weights.bin").write_bytes(b"WEIGHTS" * 5)

    Checkpoints(folder).commit(30, FILES, meta={})

    assert Checkpoints(folder).valid(10)
    assert not Checkpoints(folder).valid(20)
    assert Checkpoints(folder).latest_valid() == 30


def test_a_damaged_mark_of_the_best_keeps_everything(kept, tmp_path):
    kept.commit(10, FILES, meta={})
    kept.mark_best(10)
    (tmp_path / "checkpoints" / "best.json").write_bytes(b"{")

    for step in (20, 30, 40):
        kept.commit(step, FILES, meta={})

    assert kept.list() == [10, 20, 30, 40]


def test_the_same_step_is_replaced(kept, tmp_path):
    kept.commit(10, {"a": b"old"}, meta={})
    kept.commit(10, {"a": b"new"}, meta={})

    assert kept.read(10, "a") == b"new"
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step_000010"]


def test_a_kill_between_the_two_renames_leaves_the_old_one(kept, tmp_path):
    path = kept.commit(10, {"a": b"old"}, meta={})
    path.rename(path.with_name("step_000010.old-0123abcd"))

    assert kept.list() == [10]
    assert kept.read(10, "a") == b"old"
    assert kept.latest_valid() == 10


def test_a_folder_without_its_marker_does_not_exist(kept):
    path = kept.commit(10, FILES, meta={})
    kept.commit(20, FILES, meta={})
    (path.parent / "step_000020" / "COMMITTED.json").unlink()

    assert kept.list() == [10]
    with pytest.raises(ProjectError, match="no checkpoint of step 20"):
        kept.read(20, "weights.bin")


@pytest.mark.parametrize("name", ["weights.bin", "state.json", "COMMITTED.json"])
@pytest.mark.parametrize("damage", [lambda data: data[:-2], lambda data: b"~" + data[1:]])
def test_a_damaged_file_makes_a_checkpoint_invalid(kept, name, damage):
    kept.commit(1, FILES, meta={})
    folder = kept.commit(2, FILES, meta={})
    (folder / name).write_bytes(damage((folder / name).read_bytes()))

    assert not kept.valid(2)
    assert kept.latest_valid() == 1


def test_reading_a_damaged_file_is_refused_with_a_remedy(kept):
    folder = kept.commit(2, FILES, meta={})
    (folder / "weights.bin").write_bytes(b"WEIGHTS" * 5)

    with pytest.raises(StorageError, match="damaged") as caught:
        kept.read(2, "weights.bin")
    assert caught.value.hint
    with pytest.raises(StorageError, match="has no"):
        kept.read(2, "../best.json")


def test_names_that_leave_the_folder_are_refused(kept):
    for name in ("../x", "a/b", "", ".hidden", "COMMITTED.json", "a\0"):
        with pytest.raises(ValueError, match="file name"):
            kept.commit(1, {name: b""}, meta={})


def test_a_hostile_marker_is_no_checkpoint(kept, tmp_path):
    folder = kept.commit(1, FILES, meta={})
    for text in ("[]", "{}", '{"files": 3}', "[" * 9999, '{"sha256": null, "files": {"../x": 1}}'):
        (folder / "COMMITTED.json").write_text(text)
        assert kept.list() == []
        assert kept.latest_valid() is None


def test_only_a_committed_step_can_be_best(kept):
    with pytest.raises(ProjectError):
        kept.mark_best(5)

    assert kept.best() is None


def test_what_a_killed_process_left_is_swept_away(kept, tmp_path):
    kept.commit(1, FILES, meta={})
    left = tmp_path / "checkpoints" / "step_000002.tmp-1-abcdef01"
    shutil.copytree(tmp_path / "checkpoints" / "step_000001", left)
    assert kept.list() == [1]

    kept.commit(3, FILES, meta={})

    assert not left.exists()


def test_nothing_is_there_before_the_first_commit(kept):
    assert (kept.list(), kept.latest(), kept.best(), kept.latest_valid()) == ([], None, None, None)


def test_room_is_asked_for_three_checkpoints_and_200_megabytes():
    assert needed_bytes(45_000_000) == 335_000_000
