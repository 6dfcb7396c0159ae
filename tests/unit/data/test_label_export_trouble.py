"""Exports that are killed, and hostile pictures and drawings among those that are exported."""

import os
import subprocess
import sys

import pytest

from deepdesk.core.drawing import Drawing, Region
from deepdesk.core.errors import DatasetError
from deepdesk.data.label_export.work import FORMATS
from deepdesk.data.painted import counts_from_runs
from tests.unit.data.test_label_export import BOX, OUTLINE, exported, project

__all__ = ["project"]
PIPED = {"capture_output": True, "check": True}


def test_what_a_killed_export_left_goes_with_the_next_one(project, tmp_path):
    place = project({"a.png": (BOX,)})
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], **PIPED)
    left = tmp_path / f"out.tmp-{int(ended.stdout)}-0123abcd"
    running = tmp_path / f"out.tmp-{os.getpid()}-0123abcd"
    another = tmp_path / f"out 2.tmp-{int(ended.stdout)}-0123abcd"
    for folder in (left, running, another):
        (folder / "images").mkdir(parents=True)

    exported(place, "coco", tmp_path / "out")

    assert not left.exists()
    assert running.exists()
    assert another.exists()


@pytest.mark.parametrize("inside", ["runs/labels", "pieces/labels", "."])
def test_nothing_is_exported_into_the_project_itself(project, inside):
    place = project({"a.png": (BOX,)})

    with pytest.raises(DatasetError, match=r"the project itself|is not empty"):
        exported(place, "coco", place / inside)

    assert not (place / "runs" / "labels").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("key", list(FORMATS))
def test_a_picture_that_became_a_device_is_never_copied(project, tmp_path, key):
    place = project({"a.png": (BOX,), "b.png": (BOX,)})
    (tmp_path / "pictures" / "a.png").unlink()
    (tmp_path / "pictures" / "a.png").symlink_to("/dev/zero")

    report = exported(place, key, tmp_path / "out")

    assert report.refused == (("a.png", "It cannot be read: it is a device or a pipe."),)


@pytest.mark.parametrize("key", ["coco", "masks"])
def test_a_drawing_of_ten_gigapixels_costs_no_other_picture(project, tmp_path, key):
    runs = counts_from_runs([10**9, 10**9, 8 * 10**9])
    huge = Drawing(
        width_px=100_000, height_px=100_000, shapes=(Region(label="leaf", counts=runs), OUTLINE)
    )
    place = project({"a.png": huge, "b.png": (OUTLINE,)})

    report = exported(place, key, tmp_path / "out")

    assert report.pictures == 1
    assert "10,000 million pixels" in report.refused[0][1]
