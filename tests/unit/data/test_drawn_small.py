"""Drawings as large as thumbnails: compared with the same drawings pixel by pixel."""

import time

import numpy as np
import PIL.Image
import pytest

from deepdesk.core.drawing import Box, Drawing, MaskFile, Point, Polygon, Region, target_of
from deepdesk.data.drawn_small import MOST_CORNERS, MOST_SHAPES, small_drawing
from deepdesk.data.painted import counts_of, painted

SIZE = (40, 24)


def small(tmp_path, *shapes, mask=None, side_px=40, size=SIZE):
    drawing = Drawing(width_px=size[0], height_px=size[1], shapes=shapes, mask=mask)
    return small_drawing(tmp_path / "a.png", target_of(drawing), side_px)


def test_places_are_shares_of_the_sides(tmp_path):
    made = small(
        tmp_path,
        Box(label="a", left=10, top=6, right=20, bottom=12),
        Polygon(label="b", rings=(((0, 0), (40, 0), (0, 24)),)),
        Point(label="c", x=20, y=12),
    )
    assert made.boxes == (("a", 0.25, 0.25, 0.5, 0.5),)
    assert made.outlines == (("b", ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))),)
    assert made.points == (("c", 0.5, 0.5),)
    assert made.aspect == pytest.approx(40 / 24)
    assert made.areas_HW is None


def test_regions_are_what_they_are_pixel_by_pixel(tmp_path):
    generator = np.random.default_rng(2)
    masks = generator.random((3, 24, 40)) > 0.6
    shapes = tuple(
        Region(label=name, counts=counts_of(mask)) for name, mask in zip("aba", masks, strict=True)
    )
    made = small(tmp_path, *shapes)
    drawing = Drawing(width_px=40, height_px=24, shapes=shapes)
    whole = painted(drawing, {"a": 0, "b": 1}, np.full((24, 40), -1, dtype=np.int64))
    assert made.names == ("a", "b")
    np.testing.assert_array_equal(made.areas_HW, whole)


def test_a_grid_that_is_smaller_looks_at_the_middles(tmp_path):
    is_on_HW = np.zeros((24, 40), dtype=bool)
    is_on_HW[:, 20:] = True
    made = small(tmp_path, Region(label="a", counts=counts_of(is_on_HW)), side_px=10)
    wanted = np.where(np.arange(10) >= 5, 0, -1)
    np.testing.assert_array_equal(made.areas_HW, np.tile(wanted, (6, 1)))


def test_a_file_of_classes_lies_below_the_shapes(tmp_path):
    values_HW = np.zeros((24, 40), dtype=np.uint8)
    values_HW[:12] = 3
    PIL.Image.fromarray(values_HW).save(tmp_path / "mask.png")
    is_on_HW = np.zeros((24, 40), dtype=bool)
    is_on_HW[:, :10] = True
    mask = MaskFile(path="mask.png", names=((3, "sky"), (9, "road")))
    made = small(tmp_path, Region(label="car", counts=counts_of(is_on_HW)), mask=mask)
    named = np.array([*made.names, ""])[made.areas_HW]
    assert named[0, 20] == "sky"
    assert named[20, 20] == ""
    assert named[0, 5] == named[20, 5] == "car"


def test_a_file_of_classes_that_is_gone_is_told(tmp_path):
    made = small(tmp_path, mask=MaskFile(path="none.png", names=((1, "a"),)))
    assert made.problem
    assert made.areas_HW is None


def test_what_is_no_drawing_gives_none(tmp_path):
    assert small_drawing(tmp_path / "a.png", {"size": [0, 0], "shapes": []}, 32) is None
    assert small_drawing(tmp_path / "a.png", "a text", 32) is None


def test_regions_of_another_size_are_not_shown(tmp_path):
    made = small(tmp_path, Region(label="a", counts=counts_of(np.ones((3, 3), dtype=bool))))
    assert made.areas_HW is None


def test_many_shapes_and_corners_are_cut(tmp_path):
    ring = tuple((float(at % 40), float(at % 24)) for at in range(5_000))
    boxes = tuple(Box(label="a", left=0, top=0, right=4, bottom=4) for _ in range(1_000))
    made = small(tmp_path, Polygon(label="b", rings=(ring,)), *boxes)
    assert len(made.boxes) == MOST_SHAPES - 1
    assert len(made.outlines[0][1]) <= MOST_CORNERS


def test_a_region_of_a_huge_picture_takes_no_room_of_its_size(tmp_path):
    # 10 gigapixels in two runs, written by hand: 5 bits a character, the lowest first.
    side = 100_000
    half = side * side // 2
    assert counts_of(np.array([[False], [True]])) == "11"
    codes = []
    value = half
    while True:
        low, value = value & 31, value >> 5
        goes_on = bool(value or low & 16)
        codes.append(chr(48 + (low | (32 if goes_on else 0))))
        if not goes_on:
            break
    counts = "".join(codes) * 2
    started = time.process_time()
    made = small(tmp_path, Region(label="a", counts=counts), side_px=100, size=(side, side))
    assert time.process_time() - started < 1.0
    np.testing.assert_array_equal(np.unique(made.areas_HW[:, :50]), [-1])
    np.testing.assert_array_equal(np.unique(made.areas_HW[:, 50:]), [0])
