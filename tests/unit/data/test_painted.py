"""Painted pixels as runs, against pycocotools and against what is counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from pycocotools import mask as coco

from deepdesk.core.drawing import Box, Drawing, Point, Polygon, Region
from deepdesk.core.errors import ConfigError
from deepdesk.data.painted import (
    box_of,
    counts_from_runs,
    counts_of,
    is_on,
    painted,
    pixels_of,
)
from deepdesk.data.patches import patch_of


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.98, 1.0])
def test_runs_are_those_that_pycocotools_writes(share: float) -> None:
    mask_HW = np.random.default_rng(3).random((37, 53)) < share
    expected = coco.encode(np.asfortranarray(mask_HW.astype(np.uint8)))["counts"].decode()
    assert counts_of(mask_HW) == expected
    assert np.array_equal(is_on(expected, 53, 37), mask_HW)


def test_long_runs_survive() -> None:
    mask_HW = np.zeros((3000, 4000), dtype=bool)
    mask_HW[100:2900, 7:3990] = True
    assert np.array_equal(is_on(counts_of(mask_HW), 4000, 3000), mask_HW)


@pytest.mark.parametrize("counts", ["", "1", "ooooooooooooooooooooo", "52203"])
def test_runs_of_another_picture_are_refused(counts: str) -> None:
    with pytest.raises(ConfigError):
        is_on(counts, 53, 37)


def test_the_box_around_painted_pixels_ends_behind_the_last_one() -> None:
    mask_HW = np.zeros((10, 20), dtype=bool)
    mask_HW[2:5, 3:9] = True
    drawing = Drawing(width_px=20, height_px=10)
    region = Region(label="a", counts=counts_of(mask_HW))
    assert box_of(region, drawing) == (3.0, 2.0, 9.0, 5.0)
    empty = Region(label="a", counts=counts_of(np.zeros((10, 20), dtype=bool)))
    assert box_of(empty, drawing) is None


def test_an_outline_covers_the_pixels_whose_middles_it_holds() -> None:
    drawing = Drawing(width_px=10, height_px=10)
    square = Polygon(label="a", rings=(((2.0, 3.0), (6.0, 3.0), (6.0, 8.0), (2.0, 8.0)),))
    covered_HW = pixels_of(square, drawing)
    # Drawn lines count as inside, as far as half a pixel beyond.
    assert covered_HW[3:8, 2:6].all()
    assert covered_HW.sum() <= 6 * 5


def test_boxes_are_cut_at_the_edge_of_their_picture() -> None:
    drawing = Drawing(width_px=10, height_px=10)
    assert box_of(Box(label="a", left=-5, top=2, right=4, bottom=40), drawing) == (0, 2, 4, 10)
    assert box_of(Box(label="a", left=-5, top=2, right=-1, bottom=4), drawing) is None
    assert box_of(Point(label="a", x=3, y=3), drawing) is None


def test_the_uppermost_shape_decides_about_a_pixel() -> None:
    drawing = Drawing(
        width_px=4,
        height_px=4,
        shapes=(
            Box(label="low", left=0, top=0, right=4, bottom=2),
            Box(label="high", left=2, top=0, right=4, bottom=4),
            Box(label="unknown", left=0, top=0, right=4, bottom=4),
        ),
    )
    below_HW = np.full((4, 4), 7, dtype=np.int64)
    painted_HW = painted(drawing, {"low": 1, "high": 2}, below_HW)
    assert painted_HW.tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [7, 7, 2, 2], [7, 7, 2, 2]]


@pytest.mark.parametrize("painted_px", [[4 * 10**9, 10**9, 5 * 10**9], [10**10]])
def test_regions_of_ten_gigapixels_are_refused_before_memory_is_asked_for(painted_px) -> None:
    region = Region(label="a", counts=counts_from_runs(painted_px))
    drawing = Drawing(width_px=100_000, height_px=100_000, shapes=(region,))

    with pytest.raises(ConfigError, match="10,000 million pixels"):
        is_on(region.counts, 100_000, 100_000)
    with pytest.raises(ConfigError, match="10,000 million pixels"):
        patch_of(region.counts, 100_000, 100_000)
    with pytest.raises(ConfigError, match="10,000 million pixels"):
        pixels_of(Box(label="a", left=0, top=0, right=9, bottom=9), drawing)


def test_the_box_around_a_region_needs_no_picture() -> None:
    height = 100_000
    region = Region(label="a", counts=counts_from_runs([3 * height + 5, 7, 10**10 - 300_012]))
    over = Region(label="a", counts=counts_from_runs([3 * height + 5, height, 10**10 - 400_005]))
    drawing = Drawing(width_px=100_000, height_px=height)

    assert box_of(region, drawing) == (3.0, 5.0, 4.0, 12.0)
    assert box_of(over, drawing) == (3.0, 0.0, 5.0, 100_000.0)


def test_random_regions_have_the_boxes_of_their_pixels() -> None:
    chance = np.random.default_rng(8)
    for _ in range(60):
        mask_HW = chance.random((7, 9)) < chance.choice([0.02, 0.1, 0.6])
        region = Region(label="a", counts=counts_of(mask_HW))
        rows, columns = np.flatnonzero(mask_HW.any(1)), np.flatnonzero(mask_HW.any(0))
        expected = (
            (float(columns[0]), float(rows[0]), columns[-1] + 1.0, rows[-1] + 1.0)
            if len(rows)
            else None
        )
        assert box_of(region, Drawing(width_px=9, height_px=7)) == expected
