"""Splits of pictures with drawings and other targets that come to those that are there."""

from __future__ import annotations

import pytest

from deepdesk.core.drawing import Box, Drawing, target_of
from deepdesk.core.task import Found
from deepdesk.data.drawing import draw_new
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter


@pytest.fixture
def index(tmp_path):
    project = Project.create(tmp_path / "p", name="p", task="object_detection")
    with project, project.index() as index:
        yield index


def drawing(*labels):
    boxes = tuple(Box(label=label, left=1, top=1, right=9, bottom=9) for label in labels)
    return target_of(Drawing(width_px=10, height_px=10, shapes=boxes))


def pictures(folder, targets, split=None):
    return [
        Found(path=folder / f"{at}.png", split=split, target=target)
        for at, target in enumerate(targets)
    ]


def test_a_picture_with_several_classes_is_drawn_once_and_rare_classes_have_their_share(
    index, tmp_path
):
    many = [drawing("car", "road", "tree")] * 75 + [drawing("car", "road", "tram")] * 25
    index.add(pictures(tmp_path / "train", many, "train"), source="a")
    index.add(pictures(tmp_path / "test", many[:10], "test"), source="a")

    draw_new(index, 0, {"train", "test"})

    assert index.split_counts() == {"train": 88, "validation": 12, "test": 10}
    trams = {row.name: row.id for row in index.classes()}["tram"]
    assert len(index.ids(Filter(drawn_class=trams, split="validation"))) == 3


@pytest.mark.parametrize("target", [drawing(), {"angle": 0.5}])
def test_what_has_no_class_gets_its_share_too(index, tmp_path, target):
    index.add(pictures(tmp_path / "before", [drawing("car")] * 3), source="a")
    known = int(max(index.ids()))
    index.add(pictures(tmp_path / "later", [target] * 20), source="b")

    draw_new(index, known, {None})

    later = index.ids(Filter(split="train"))
    assert len(later[later > known]) == 14
