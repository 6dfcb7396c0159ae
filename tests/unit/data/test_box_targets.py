"""Drawings as arrays of boxes."""

import numpy as np
import pytest

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, target_of
from deepdesk.data.box_targets import MOST_BOXES, box_arrays, boxes_of, frame_of, unframed

CLASSES = ("cat", "dog")


def target(*shapes, size=(200, 100)):
    return target_of(Drawing(width_px=size[0], height_px=size[1], shapes=shapes))


def box(label, left, top, right, bottom, *, crowd=False):
    return Box(label=label, left=left, top=top, right=right, bottom=bottom, is_crowd=crowd)


def test_boxes_are_shares_of_what_the_network_sees():
    arrays = box_arrays([target(box("dog", 0, 0, 200, 50))], CLASSES, (100, 100))

    # The picture lies in the middle, at half its size, with bars of 25 px above and below.
    np.testing.assert_allclose(arrays["boxes"][0, 0], [0, 0.25, 1, 0.5])
    assert arrays["labels"].tolist() == [[1]]
    assert arrays["picture"].tolist() == [[200, 100]]


def test_samples_have_as_many_places_as_the_fullest_one():
    arrays = box_arrays(
        [target(), None, target(box("cat", 0, 0, 5, 5), box("dog", 0, 0, 9, 9, crowd=True))],
        CLASSES,
        (64, 64),
    )

    assert arrays["boxes"].shape == (3, 2, 4)
    assert arrays["labels"].tolist() == [[-1, -1], [-1, -1], [0, 1]]
    assert arrays["crowd"].tolist() == [[False, False], [False, False], [False, True]]
    assert arrays["picture"].tolist() == [[200, 100], [0, 0], [200, 100]]


def test_no_samples_are_no_trouble():
    arrays = box_arrays([], CLASSES, (64, 64))

    assert arrays["boxes"].shape == (0, 1, 4)


def test_every_shape_gives_its_box_but_points_and_strangers():
    outline = Polygon(label="cat", rings=(((10, 20), (30, 20), (20, 60)),))
    shapes = (outline, Point(label="cat", x=5, y=5), box("horse", 0, 0, 9, 9))

    found = boxes_of(target(*shapes), {"cat": 0, "dog": 1})

    assert found == [(0, False, (10, 20, 30, 60))]


def test_of_too_many_the_largest_are_kept():
    shapes = [box("cat", 0, 0, 1 + at / 10, 10) for at in range(MOST_BOXES + 20)]

    found = boxes_of(target(*shapes), {"cat": 0})

    assert len(found) == MOST_BOXES
    assert min(sides[2] for _label, _crowd, sides in found) == pytest.approx(3.0)


@pytest.mark.parametrize("picture", [(640, 480), (33, 200), (200, 33), (1, 1)])
def test_boxes_come_back_to_the_picture_they_were_in(picture):
    width, height = picture
    sides = np.array([[0.1 * width, 0.2 * height, 0.7 * width, 0.9 * height]])
    arrays = box_arrays([target(box("cat", *sides[0].tolist()), size=picture)], CLASSES, (256, 192))

    back = unframed(arrays["boxes"][0].astype(float) * [256, 192, 256, 192], picture, (256, 192))

    np.testing.assert_allclose(back, sides, rtol=1e-4, atol=1e-3)


def test_a_frame_keeps_proportions_and_lies_in_the_middle():
    frame = frame_of((400, 100), (200, 200))

    assert (frame.scale, frame.left, frame.top) == (0.5, 0, 75)
