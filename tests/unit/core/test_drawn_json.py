"""Drawn answers as JSON: they come back, and damaged ones are refused."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
import pytest

from deepdesk.core.drawn_json import drawn_from_json, drawn_to_json, for_tile
from deepdesk.core.payloads import Boxes, Mask

BOXES = Boxes(
    boxes=(((1.25, 2.0, 30.5, 40.0), "cat", 0.875), ((0.0, 0.0, 4.0, 4.0), "dog", 0.5)),
    classes=("cat", "dog"),
    thresholds={"cat": 0.4},
    size=(64, 48),
)


def test_boxes_come_back_from_json() -> None:
    assert drawn_from_json(json.loads(json.dumps(drawn_to_json(BOXES)))) == BOXES
    assert drawn_from_json(drawn_to_json(None)) is None


def test_a_mask_comes_back_with_pixels_of_no_class() -> None:
    classes_HW = np.random.default_rng(1).integers(-1, 3, (24, 32))
    mask = Mask(classes_HW=classes_HW, classes=("sky", "road", "car"))
    back = drawn_from_json(json.loads(json.dumps(drawn_to_json(mask))))
    assert isinstance(back, Mask)
    assert back.classes == mask.classes
    assert np.array_equal(back.classes_HW, classes_HW)


def test_a_mask_of_a_street_takes_a_few_kilobytes() -> None:
    down, across = np.mgrid[0:180, 0:240]
    mask = Mask(classes_HW=((down // 30 + across // 50) % 11).astype(np.int64), classes=("a",) * 11)
    assert len(json.dumps(drawn_to_json(mask))) < 4_000


_BOMB = base64.b64encode(zlib.compress(bytes(1_000_000))).decode()


@pytest.mark.parametrize(
    "saved",
    [
        "text",
        {},
        {"boxes": "all", "classes": [], "thresholds": {}, "size": [1, 1]},
        {"boxes": [[1, 2, 3]], "classes": [], "thresholds": {}, "size": [1, 1]},
        {
            "boxes": [[1, 2, float("nan"), 4, "a", 1]],
            "classes": [],
            "thresholds": {},
            "size": [1, 1],
        },
        {"mask": "?", "classes": [], "size": [2, 2]},
        {"mask": _BOMB, "classes": [], "size": [2, 2]},
        {"mask": _BOMB, "classes": [], "size": [10**6, 10**6]},
        {"mask": _BOMB, "classes": [], "size": [-2, -2]},
    ],
)
def test_what_is_no_drawn_answer_is_refused(saved: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        drawn_from_json(saved)


@pytest.mark.parametrize(
    "changed",
    [
        {"boxes": [[-1e308, 0, 1e308, 1, "a", 0.5]]},
        {"boxes": [[0, 0, 1, 1, "z" * 100_000, 0.5]]},
        {"boxes": [[0, 0, 1, 1, ["a"], 0.5]]},
        {"boxes": [[0, 0, 1, 1, "a", 1e300]]},
        {"boxes": [[0, 0, 1, 1, "a", 0.5]] * 20_000},
        {"size": [-5, 10**12]},
        {"classes": ["z" * 100_000]},
        {"thresholds": {"a": 1e300}},
        {"thresholds": {"z" * 100_000: 0.5}},
    ],
)
def test_what_no_network_would_say_is_refused(changed: dict[str, Any]) -> None:
    known = {"boxes": [], "classes": ["a"], "thresholds": {"a": 0.5}, "size": [10, 10]}
    assert drawn_from_json(known)

    with pytest.raises(ValueError, match=r"."):
        drawn_from_json({**known, **changed})


def test_a_mask_for_a_tile_keeps_its_corners_classes() -> None:
    classes_HW = np.zeros((180, 240), dtype=np.int64)
    classes_HW[90:, 120:] = 1
    small = for_tile(Mask(classes_HW=classes_HW, classes=("sky", "road")), 120)
    assert isinstance(small, Mask)
    assert small.classes_HW.shape == (90, 120)
    assert small.classes_HW[-1, -1] == 1
    assert small.classes_HW[0, 0] == 0
    assert small.classes_HW.mean() == classes_HW.mean()
    assert for_tile(BOXES, 10) is BOXES
