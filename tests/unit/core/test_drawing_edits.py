"""Changes of drawings: each a pure function, checked by hand."""

from __future__ import annotations

import pytest

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, Region
from deepdesk.core.drawing_edits import (
    corners_of,
    moved,
    outline,
    rectangle,
    relabelled,
    ring_edges,
    scaled_to,
    with_corner,
    with_corner_between,
    with_shape_at,
    with_shapes,
    with_side,
    without,
    without_corner,
)

PICTURE = Drawing(width_px=100, height_px=60)
BOX = Box(label="cell", left=10, top=10, right=30, bottom=20)
TRIANGLE = Polygon(label="cell", rings=(((0.0, 0.0), (10.0, 0.0), (0.0, 10.0)),))
TWO_PARTS = Polygon(
    label="cell",
    rings=(
        ((0.0, 0.0), (10.0, 0.0), (0.0, 10.0)),
        ((50.0, 50.0), (60.0, 50.0), (60.0, 60.0), (50.0, 60.0)),
    ),
)


def test_a_box_is_drawn_from_any_corner_to_the_opposite_one_and_stays_in_the_picture():
    assert rectangle("cell", (30, 20), (10, 10), PICTURE) == BOX
    assert rectangle("cell", (-5, 50), (10, 99), PICTURE) == Box(
        label="cell", left=0, top=50, right=10, bottom=60
    )


def test_a_click_that_slipped_is_no_box():
    assert rectangle("cell", (10, 10), (10.4, 40), PICTURE) is None


def test_an_outline_needs_three_different_corners_and_some_area():
    assert outline("cell", [(0, 0), (10, 0), (10, 0), (0, 10)], PICTURE) == TRIANGLE
    assert outline("cell", [(0, 0), (10, 0)], PICTURE) is None
    assert outline("cell", [(0, 0), (10, 0), (20, 0)], PICTURE) is None


def test_the_opposite_corner_of_a_box_stays():
    assert with_corner(BOX, 0, (5, 4), PICTURE) == Box(
        label="cell", left=5, top=4, right=30, bottom=20
    )
    assert with_corner(BOX, 2, (5, 4), PICTURE) == Box(
        label="cell", left=5, top=4, right=10, bottom=10
    )


def test_a_side_is_pulled_alone():
    assert with_side(BOX, "right", 90, PICTURE) == Box(
        label="cell", left=10, top=10, right=90, bottom=20
    )
    assert with_side(BOX, "right", 10, PICTURE) == BOX


@pytest.mark.parametrize("crowd", [True, False])
def test_what_is_a_crowd_stays_one(crowd):
    box = Box(label="cell", left=10, top=10, right=30, bottom=20, is_crowd=crowd)

    assert with_corner(box, 2, (50, 50), PICTURE).is_crowd is crowd
    assert moved(box, (1, 1), PICTURE).is_crowd is crowd


def test_what_is_moved_stops_at_the_edge_of_the_picture():
    assert moved(BOX, (-50, 500), PICTURE) == Box(label="cell", left=0, top=50, right=20, bottom=60)
    assert moved(Point(label="eye", x=1, y=2), (4, -9), PICTURE) == Point(label="eye", x=5, y=0)


def test_what_reaches_out_of_the_picture_may_come_back():
    outside = Box(label="cell", left=-10, top=0, right=20, bottom=20)

    assert moved(outside, (3, 0), PICTURE).left == -7
    assert moved(outside, (-3, 0), PICTURE).left == -10


def test_a_corner_is_added_and_removed_in_its_own_ring():
    more = with_corner_between(TWO_PARTS, 3, (55.0, 45.0))

    assert more.rings[0] == TWO_PARTS.rings[0]
    assert more.rings[1][1] == (55.0, 45.0)
    assert without_corner(more, 4) == TWO_PARTS


def test_a_ring_that_loses_a_corner_too_many_goes_with_it():
    assert without_corner(TWO_PARTS, 0) == Polygon(label="cell", rings=TWO_PARTS.rings[1:])
    assert without_corner(TRIANGLE, 0) is None


def test_the_last_side_of_a_ring_leads_back_to_its_first_corner():
    assert ring_edges(TRIANGLE)[2] == (2, (0.0, 10.0), (0.0, 0.0))
    assert [at for at, _start, _end in ring_edges(TWO_PARTS)] == list(range(7))


def test_shapes_are_added_replaced_renamed_and_removed_by_their_place():
    drawing = with_shapes(PICTURE, [BOX, TRIANGLE])

    assert without(drawing, {0}).shapes == (TRIANGLE,)
    assert with_shape_at(drawing, 1, BOX).shapes == (BOX, BOX)
    assert [shape.label for shape in relabelled(drawing, {1}, "dust").shapes] == ["cell", "dust"]


def test_shapes_follow_the_size_of_the_picture_and_painted_ones_stay_behind():
    region = Region(label="sky", counts="0")
    twice = Drawing(width_px=200, height_px=60)

    assert scaled_to([BOX, region], PICTURE, twice) == [
        Box(label="cell", left=20, top=10, right=60, bottom=20)
    ]
    assert scaled_to([BOX, region], PICTURE, PICTURE) == [BOX, region]


def test_what_is_painted_has_no_corners():
    assert corners_of(Region(label="sky", counts="0")) == ()
