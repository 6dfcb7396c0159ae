"""What counts of boxes and masks, and how it is told."""

from __future__ import annotations

import numpy as np
import pytest

from deepdesk.core.answer_filter import (
    AnswerFilter,
    class_counts,
    class_names,
    class_shares,
    counted_boxes,
    drawn_words,
    filtered,
    share_words,
    sized,
)
from deepdesk.core.payloads import Boxes, Mask

THIN = "\u202f"
SIDES = (0.0, 0.0, 2.0, 2.0)
BOXES = Boxes(
    boxes=((SIDES, "b", 0.55), (SIDES, "a", 0.9), (SIDES, "a", 0.4), (SIDES, "b", 0.7)),
    classes=("b", "a"),
    thresholds={"a": 0.3, "b": 0.6},
)
MASK = Mask(classes_HW=np.array([[0, 0, 1], [2, 0, 9]]), classes=("sky", "sea", "sand"))


def test_a_box_counts_from_the_threshold_of_its_class_on():
    assert [box[1:] for box in counted_boxes(BOXES)] == [("a", 0.9), ("b", 0.7), ("a", 0.4)]


def test_a_box_of_a_class_without_a_threshold_counts_from_one_half_on():
    plain = Boxes(boxes=((SIDES, "x", 0.5), (SIDES, "x", 0.49)))

    assert [score for _sides, _name, score in counted_boxes(plain)] == [0.5]


def test_a_threshold_of_a_person_is_before_that_of_the_answer():
    kept = AnswerFilter(thresholds={"a": 0.95, "b": 0.1})

    assert class_counts(BOXES, kept) == {"b": 2}


def test_hidden_classes_do_not_count():
    kept = AnswerFilter(hidden=frozenset({"a", "sky"}))

    assert class_counts(BOXES, kept) == {"b": 1}
    assert class_shares(MASK, kept) == {"sea": 0.2, "sand": 0.2}
    assert filtered(MASK, kept).classes_HW.tolist() == [[-1, -1, 1], [2, -1, 9]]
    assert filtered(BOXES, kept).boxes == ((SIDES, "b", 0.7),)


def test_a_hidden_class_of_a_narrow_mask_leaves_no_other_class():
    narrow = Mask(classes_HW=np.array([[0, 255]], dtype=np.uint8), classes=("sky",))

    kept = filtered(narrow, AnswerFilter(hidden=frozenset({"sky"})))

    assert kept.counts.tolist() == [0]


def test_an_unknown_class_comes_behind_those_that_the_network_knows():
    odd = Boxes(boxes=((SIDES, "z", 0.9), (SIDES, "c", 0.9)), classes=("b", "a"))

    assert class_names(odd) == ("b", "a", "c", "z")


def test_pixels_are_counted_without_those_of_no_class():
    assert MASK.counts.tolist() == [3, 1, 1]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (BOXES, "2 a, 1 b"),
        (Boxes(boxes=()), "nothing found"),
        (
            Boxes(boxes=tuple((SIDES, name, 0.9) for name in "abcdefg")),
            "1 a, 1 b, 1 c, 1 d, 3 others",
        ),
        (MASK, f"sky 60{THIN}%, sea 20{THIN}%, sand 20{THIN}%"),
        (Mask(classes_HW=np.array([[9]]), classes=("sky",)), "nothing found"),
    ],
)
def test_an_answer_is_told_in_words(answer, words):
    assert drawn_words(answer) == words


def test_a_small_share_is_not_told_as_nothing():
    assert share_words(0.004) == f"under 1{THIN}%"
    assert share_words(0.0) == f"0{THIN}%"


def test_boxes_learn_the_size_of_their_picture_once():
    picture = np.zeros((8, 12, 3), dtype=np.uint8)

    once = sized(BOXES, picture)

    assert once.size == (12, 8)
    assert sized(once, np.zeros((2, 2, 3), dtype=np.uint8)).size == (12, 8)


def test_words_are_no_drawn_answer():
    with pytest.raises(TypeError, match="not drawn"):
        drawn_words("cat")
