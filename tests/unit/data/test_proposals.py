"""Answers as proposals, and how unsure they are."""

from __future__ import annotations

import numpy as np
import pytest

from deepdesk.core.drawing import Box, Drawing
from deepdesk.core.payloads import Boxes, Mask, Text
from deepdesk.data.painted import is_on
from deepdesk.data.proposals import overlap, proposals_of, unsureness

PICTURE = Drawing(width_px=40, height_px=20)


def test_boxes_that_count_become_shapes_in_px_of_the_picture():
    answer = Boxes(boxes=(((1, 1, 5, 5), "cell", 0.9), ((6, 6, 9, 9), "cell", 0.2)), size=(20, 10))

    (proposal,) = proposals_of(answer, PICTURE)

    assert proposal.shape == Box(label="cell", left=2, top=2, right=10, bottom=10)
    assert proposal.score == pytest.approx(0.9)


def test_what_is_drawn_already_is_not_proposed():
    answer = Boxes(boxes=(((1, 1, 11, 11), "cell", 0.9), ((1, 1, 11, 11), "dust", 0.8)))
    drawn = Box(label="cell", left=2, top=1, right=12, bottom=11)
    drawing = Drawing(width_px=40, height_px=20, shapes=(drawn,))

    assert [one.shape.label for one in proposals_of(answer, drawing)] == ["dust"]


def test_overlap_is_shared_area_by_the_area_of_both():
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(2 / 6)
    assert overlap((0, 0, 2, 2), (2, 0, 3, 2)) == 0
    assert overlap(None, (0, 0, 1, 1)) == 0


def test_a_mask_becomes_a_region_of_each_class_but_the_background():
    classes = np.zeros((10, 20), np.int64)
    classes[2:8, 3:9] = 1
    classes[0, 19] = 2
    sure = np.full((10, 20), 51, np.uint8)
    answer = Mask(classes_HW=classes, classes=("background", "road", "speck"), certainty_HW=sure)

    found = proposals_of(answer, PICTURE)

    assert [one.shape.label for one in found] == ["road"]
    expected = np.zeros((20, 40), bool)
    expected[4:16, 6:18] = True
    assert (is_on(found[0].shape.counts, 40, 20) == expected).all()
    assert found[0].score == pytest.approx(0.2)


def test_a_sure_answer_is_less_unsure_than_one_near_its_threshold():
    sure = Boxes(boxes=(((0, 0, 5, 5), "cell", 0.98),), thresholds={"cell": 0.4})
    near = Boxes(boxes=(((0, 0, 5, 5), "cell", 0.41),), thresholds={"cell": 0.4})

    assert unsureness(sure) < 0.1 < 0.9 < unsureness(near) <= 1
    assert unsureness(Boxes(boxes=())) == 0.5


def test_a_mask_is_as_unsure_as_it_says_and_other_answers_say_nothing():
    classes = np.zeros((4, 4), np.int64)
    half = Mask(classes_HW=classes, classes=("a",), certainty_HW=np.full((4, 4), 128, np.uint8))

    assert unsureness(half) == pytest.approx(0.498, abs=0.01)
    assert unsureness(Mask(classes_HW=classes, classes=("a",))) is None
    assert unsureness(Text(text="a")) is None


def test_what_is_no_drawing_proposes_nothing():
    assert proposals_of(Text(text="a"), PICTURE) == []
