"""Drawings as targets: what is written is read back, what is hostile is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deepdesk.core.drawing import (
    Box,
    Drawing,
    MaskFile,
    Point,
    Polygon,
    Region,
    drawing_of,
    is_drawing,
    names_in,
    renamed,
    target_of,
)
from deepdesk.core.errors import ConfigError

ALL = Drawing(
    width_px=64,
    height_px=48,
    shapes=(
        Box(label="car", left=1.5, top=2, right=30, bottom=20, is_crowd=True),
        Polygon(label="tree", rings=(((1, 1), (5, 1), (5, 6)), ((8, 8), (9, 8), (9, 9)))),
        Point(label="nose", x=3, y=4),
        Region(label="car", counts="0P`0"),
    ),
    mask=MaskFile(path="../masks/a.png", names=((0, "sky"), (3, "road"))),
)


def test_what_is_drawn_comes_back_from_its_target() -> None:
    target = json.loads(json.dumps(target_of(ALL)))
    assert drawing_of(target) == ALL
    assert is_drawing(target)


def test_class_names_come_from_mask_and_shapes_each_once() -> None:
    assert names_in(target_of(ALL)) == ["sky", "road", "car", "tree", "nose"]
    assert names_in("a text") == []
    assert names_in({"speed": 3.0}) == []


def test_renaming_reaches_shapes_and_mask_and_none_takes_away() -> None:
    made = renamed(ALL, {"car": "vehicle", "road": "street", "tree": None, "sky": None})
    assert names_in(target_of(made)) == ["street", "vehicle", "nose"]
    assert len(made.shapes) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"size": [0, 4]},
        {"size": [4]},
        {"size": [10**9, 4]},
        {"shapes": "none"},
        {"shapes": [{"label": "a"}]},
        {"shapes": [{"label": "a", "box": [4, 4, 4, 9]}]},
        {"shapes": [{"label": "a", "box": [0, 0, float("inf"), 9]}]},
        {"shapes": [{"label": "", "box": [0, 0, 1, 1]}]},
        {"shapes": [{"label": "a", "box": [0, 0, 1, 1], "point": [0, 0]}]},
        {"shapes": [{"label": "a", "polygon": [[0, 0, 1, 1]]}]},
        {"shapes": [{"label": "a", "polygon": []}]},
        {"shapes": [{"label": "a", "rle": "§"}]},
        {"mask": {"path": "", "names": []}},
        {"mask": {"path": "a.png", "names": [[0, "a"], [0, "b"]]}},
        {"mask": {"path": "a.png", "names": [[70000, "a"]]}},
    ],
)
def test_a_target_that_is_no_drawing_is_refused_in_a_sentence(change: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="drawn"):
        drawing_of({"size": [64, 48], "shapes": [], **change})
