"""Found, mistaken, missed and made up, counted by hand."""

from __future__ import annotations

import numpy as np

from deepdesk.core.drawn_cases import NOTHING, cases
from deepdesk.core.payloads import Boxes, Mask


def boxes(*listed, thresholds=None):
    return Boxes(boxes=tuple(listed), thresholds=thresholds or {})


def test_every_box_is_found_mistaken_missed_or_made_up_once():
    truth = boxes(
        ((0, 0, 10, 10), "cat", 1.0),
        ((20, 0, 30, 10), "dog", 1.0),
        ((40, 0, 50, 10), "cow", 1.0),
    )
    answer = boxes(
        ((0, 0, 10, 9), "cat", 0.9),
        ((0, 1, 10, 10), "cat", 0.8),
        ((20, 0, 30, 8), "cat", 0.7),
        ((60, 0, 70, 10), "cow", 0.6),
        ((40, 0, 50, 10), "cow", 0.2),
    )
    assert cases(answer, truth) == {
        ("cat", "cat"): 1,
        (NOTHING, "cat"): 1,
        ("dog", "cat"): 1,
        (NOTHING, "cow"): 1,
        ("cow", NOTHING): 1,
    }


def test_a_threshold_decides_what_is_answered():
    truth = boxes(((0, 0, 10, 10), "cat", 1.0))
    answer = boxes(((0, 0, 10, 10), "cat", 0.3), thresholds={"cat": 0.25})
    assert cases(answer, truth) == {("cat", "cat"): 1}


def test_two_boxes_of_half_overlap_are_the_same_thing_and_less_is_not():
    truth = boxes(((0, 0, 10, 10), "cat", 1.0))
    assert cases(boxes(((0, 0, 10, 5), "cat", 0.9)), truth) == {("cat", "cat"): 1}
    assert cases(boxes(((0, 0, 10, 4.9), "cat", 0.9)), truth) == {
        ("cat", NOTHING): 1,
        (NOTHING, "cat"): 1,
    }


def test_masks_are_counted_by_pixels_and_what_is_not_known_is_left_out():
    names = ("sky", "road")
    truth = Mask(classes_HW=np.array([[0, 0, 1], [1, -1, 1]]), classes=names)
    answer = Mask(classes_HW=np.array([[0, 1, 1], [0, 1, 1]]), classes=names)
    assert cases(answer, truth) == {
        ("sky", "sky"): 1,
        ("sky", "road"): 1,
        ("road", "road"): 2,
        ("road", "sky"): 1,
    }
