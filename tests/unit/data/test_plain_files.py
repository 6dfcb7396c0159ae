"""Pipes, devices and links in a ring in place of files: told, and never waited for."""

import os
import sys
from contextlib import suppress

import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.task import Found, Remark
from deepdesk.data.drawings import DrawingReader
from tests.unit.data.label_stage import picture

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
NAMES = ("a.xml", "a.json", "a.csv", "a.txt", "train.txt", "data.yaml", "classes.txt", "labels.txt")
KINDS = {
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "ring": lambda path: path.symlink_to(path),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_labels_that_is_none_costs_no_picture(tmp_path, name, kind):
    picture(tmp_path / "a.png")
    KINDS[kind](tmp_path / name)

    offered = list(DrawingReader().discover(tmp_path))

    assert [one.path.name for one in offered if isinstance(one, Found)] == ["a.png"]
    assert all(one.reason.endswith(".") for one in offered if isinstance(one, Remark))


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_or_a_mask_that_is_none_is_offered_or_told(tmp_path, kind):
    picture(tmp_path / "images" / "a.png")
    (tmp_path / "masks").mkdir()
    KINDS[kind](tmp_path / "masks" / "a.png")

    with suppress(DeepDeskError):
        offered = list(DrawingReader(prefers_masks=True).discover(tmp_path))
        assert any(one.path.parent.name == "images" for one in offered)
