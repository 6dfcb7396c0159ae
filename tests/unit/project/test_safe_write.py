from __future__ import annotations

import json
import os
import stat
import sys

import pytest

from deepdesk.core.errors import ProjectError, StorageError
from deepdesk.project import safe_write


def test_what_is_written_is_read_back(tmp_path):
    value = {"b": [1, 2.5, None, "ä\ud800"], "a": {"x": True}}

    safe_write.write_json(tmp_path / "x.json", value)

    assert safe_write.read_json(tmp_path / "x.json") == value
    assert list(safe_write.read_json(tmp_path / "x.json")) == ["b", "a"]
    assert not list(tmp_path.glob("x.json.*"))


def test_bytes_that_come_back_different_leave_the_old_file(tmp_path):
    path = tmp_path / "x"
    safe_write.write_bytes(path, b"old")

    with pytest.raises(StorageError, match="other bytes"):
        safe_write.write_bytes(path, b"new", sha256="0" * 64)

    assert path.read_bytes() == b"old"
    assert not list(tmp_path.glob("*.tmp-*"))


def test_the_file_is_flushed_before_it_is_moved_and_the_folder_after(tmp_path, monkeypatch):
    calls = []
    fsync, move = os.fsync, os.replace

    def recorded_fsync(descriptor):
        calls.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def recorded_move(source, target):
        calls.append("move")
        move(source, target)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(os, "replace", recorded_move)
    safe_write.write_bytes(tmp_path / "x", b"data")

    if sys.platform == "linux":
        assert calls == ["file", "move", "folder"]
    assert "move" in calls


class InUseError(PermissionError):
    winerror = 32


def test_a_file_that_is_in_use_is_moved_once_it_is_let_go(tmp_path, monkeypatch):
    move, waits = os.replace, []

    def busy_at_first(source, target):
        if len(waits) < 3:
            raise InUseError
        move(source, target)

    (tmp_path / "new").write_bytes(b"new")
    monkeypatch.setattr(os, "replace", busy_at_first)
    safe_write.replace(tmp_path / "new", tmp_path / "x", sleep=waits.append)

    assert (tmp_path / "x").read_bytes() == b"new"
    assert waits == [0.05, 0.1, 0.2]


def test_a_file_that_stays_in_use_is_given_up_after_two_and_a_half_seconds(tmp_path, monkeypatch):
    waits = []

    def busy(source, target):
        raise InUseError

    monkeypatch.setattr(os, "replace", busy)
    with pytest.raises(PermissionError):
        safe_write.replace(tmp_path / "new", tmp_path / "x", sleep=waits.append)

    assert sum(waits) == pytest.approx(2.5)


def test_another_error_is_not_tried_again(tmp_path):
    waits = []

    with pytest.raises(FileNotFoundError):
        safe_write.replace(tmp_path / "none", tmp_path / "x", sleep=waits.append)

    assert waits == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[" * 65 + b"]" * 65,
        b'{"a":' * 100_000,
        b"NaN",
        b"[Infinity]",
        b"1e999",
        b'{"a": 1, "a": 2}',
        b"9" * 10_000,
        b"{} {}",
        b"\x00",
    ],
    ids=lambda data: data[:10].decode("latin-1").encode("unicode_escape").decode(),
)
def test_hostile_json_is_refused_with_a_remedy(tmp_path, data):
    (tmp_path / "x.json").write_bytes(data)

    with pytest.raises(ProjectError) as caught:
        safe_write.read_json(tmp_path / "x.json")

    assert caught.value.hint
    assert (tmp_path / "x.json").read_bytes() == data


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    (tmp_path / "x.json").write_text(json.dumps("a" * 1000))

    with pytest.raises(ProjectError, match="larger"):
        safe_write.read_json(tmp_path / "x.json", limit_bytes=1000)


def test_numbers_that_are_not_finite_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="JSON compliant"):
        safe_write.write_json(tmp_path / "x.json", {"a": float("nan")})

    assert not (tmp_path / "x.json").exists()


def test_missing_room_is_said_with_the_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(safe_write, "free_bytes", lambda path: 3_000_000)

    with pytest.raises(StorageError, match=r"3.00 MB free, 45 MB are needed"):
        safe_write.require_room(tmp_path, 45_000_000)

    safe_write.require_room(tmp_path, 3_000_000)


def test_free_bytes_of_a_path_that_is_not_there_yet_are_those_of_its_disk(tmp_path):
    assert safe_write.free_bytes(tmp_path / "a" / "b") > 0


def test_leftovers_of_killed_processes_are_removed(tmp_path):
    (tmp_path / "x.json.tmp-123-abcd").write_bytes(b"half")
    (tmp_path / "step.tmp-123-abcd").mkdir()
    (tmp_path / "step.tmp-123-abcd" / "w").write_bytes(b"half")
    (tmp_path / "notes.tmp").write_bytes(b"mine")

    safe_write.remove_leftovers(tmp_path)

    assert not list(tmp_path.glob("*.tmp-*"))
    assert (tmp_path / "notes.tmp").exists()
