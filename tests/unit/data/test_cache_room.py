"""Decoded samples keep within their share of the disk; what is in use is never thrown away."""

import json
import os

import pytest

from deepdesk.data.cache_room import disk_bytes, make_room, sign_in, sign_out


@pytest.fixture
def folders(tmp_path):
    """Return three folders of a megabyte each, the first used longest ago."""
    made = []
    for number in range(3):
        folder = tmp_path / f"decoded-{number:016x}"
        sign_out(sign_in(folder))
        (folder / "image.bin").write_bytes(b"x" * 1_000_000)
        os.utime(folder / "used", (number + 1, number + 1))
        made.append(folder)
    return made


def room(folders, limit_mb, needed=0, keep=None):
    cache = folders[0].parent
    thrown = make_room(
        cache, keep or cache / "decoded-new", needed_bytes=needed, limit_gb=limit_mb / 1000
    )
    return [folder.name[-1] for folder in thrown]


def test_what_was_used_longest_ago_goes_first(folders):
    assert room(folders, 2.5) == ["0"]
    assert [folder.exists() for folder in folders] == [False, True, True]


def test_room_is_made_for_what_comes(folders):
    assert room(folders, 3.5, needed=2_000_000) == ["0", "1"]


def test_nothing_goes_while_there_is_room(folders):
    assert room(folders, 10.0) == []
    assert room(folders, 0.0) == []


def test_what_is_about_to_be_used_stays(folders):
    assert room(folders, 0.001, keep=folders[0]) == ["1", "2"]


def test_what_a_living_process_uses_stays_and_what_a_dead_one_left_goes(folders):
    sign_in(folders[0])
    dead = {"pid": 2**22 + 1, "host": os.uname().nodename, "user": "", "time": "", "started": ""}
    (folders[1] / "user-1-aa.json").write_text(json.dumps(dead))

    assert room(folders, 0.001) == ["1", "2"]


def test_a_link_is_not_followed(folders, tmp_path):
    other = tmp_path.parent / f"{tmp_path.name}-other"
    other.mkdir()
    (other / "mine").write_bytes(b"x" * 1_000_000)
    (tmp_path / "decoded-ffffffffffffffff").symlink_to(other)

    room(folders, 0.001)

    assert (other / "mine").exists()


def test_holes_take_no_room(tmp_path):
    with (tmp_path / "sparse.bin").open("wb") as file:
        file.truncate(1 << 30)

    assert disk_bytes(tmp_path) < 1 << 20
