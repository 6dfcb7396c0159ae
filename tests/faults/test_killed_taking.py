"""Pictures of a film are taken and the process is killed, or the disk is full, in the middle."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from deepdesk.core.errors import StorageError
from deepdesk.core.work import StopToken
from deepdesk.data.film_intake import Picture, take_in
from deepdesk.project.folder import Project
from deepdesk.project.index import SampleIndex

_TAKE = """
import os, sys
import numpy as np
from pathlib import Path
from deepdesk.core.work import StopToken
from deepdesk.data.film_intake import Picture, take_in

def some():
    for number in range(5):
        yield Picture(number=number, pixels_HWC=np.zeros((3, 4, 3), np.uint8))
    folder = next(Path(sys.argv[1], "pieces").iterdir())
    (folder / "drive 000009.jpg.tmp-1-aaaaaaaa").write_bytes(b"half")
    os._exit(9)

take_in(Path(sys.argv[1]), Path(sys.argv[2]), some(), StopToken())
"""


@pytest.fixture
def place(tmp_path):
    """Return the folder of an empty project beside a film."""
    (tmp_path / "drive.mp4").write_bytes(b"film")
    Project.create(tmp_path / "p.deepdesk", name="p", task="object_detection").close()
    return tmp_path / "p.deepdesk"


def some(count):
    grey = np.zeros((3, 4, 3), np.uint8)
    return [Picture(number=number, pixels_HWC=grey) for number in range(count)]


def files_in(place):
    return [path for path in (place / "pieces").rglob("*") if path.is_file()]


@pytest.mark.slow
def test_what_a_killed_process_took_is_swept_when_the_project_opens_next(place):
    call = [sys.executable, "-c", _TAKE, str(place), str(place.parent / "drive.mp4")]
    ended = subprocess.run(call, env=dict(os.environ), check=False)
    assert ended.returncode == 9
    assert len(files_in(place)) > 5

    with Project.open(place) as project, project.index() as index:
        assert index.count() == 0
        assert files_in(place) == []


def test_pictures_that_the_list_of_samples_has_no_room_for_are_taken_back(place, monkeypatch):
    def full(_index, *_given, **_more):
        raise StorageError("The disk is full.", "Free some space.")

    monkeypatch.setattr(SampleIndex, "add", full)

    with pytest.raises(StorageError, match="full"):
        take_in(place, place.parent / "drive.mp4", some(5), StopToken())

    assert files_in(place) == []


def test_what_was_taken_whole_stays_with_no_mark_that_would_sweep_it(place):
    take_in(place, place.parent / "drive.mp4", some(5), StopToken())

    Project.open(place).close()

    assert len(files_in(place)) == 5


def test_a_second_taking_that_fails_leaves_the_first_alone(place, monkeypatch):
    take_in(place, place.parent / "drive.mp4", some(3), StopToken())
    monkeypatch.setattr(
        SampleIndex, "add", lambda *_given, **_more: (_ for _ in ()).throw(StorageError("full", ""))
    )

    with pytest.raises(StorageError):
        take_in(place, place.parent / "drive.mp4", some(6), StopToken())

    assert len(files_in(place)) == 3
