"""Painted pixels: patches, brush, regions that grow, parts that hang together."""

from __future__ import annotations

import numpy as np
import pytest

from deepdesk.core.drawing import Box, Drawing, Region
from deepdesk.core.errors import ConfigError
from deepdesk.data.brush import Stroke, erased_in, painted_in
from deepdesk.data.painted import counts_of, is_on
from deepdesk.data.patches import (
    NOTHING,
    Patch,
    counts_from,
    minus,
    moved_patch,
    patch_of,
    region_from,
    tight,
    touch,
    united,
)
from deepdesk.data.picture_levels import levels_of
from deepdesk.data.region_growing import grown
from deepdesk.data.run_labels import mask_of, runs_of

PICTURE = Drawing(width_px=40, height_px=30)


def disc(x, y, radius, width=40, height=30):
    down, across = np.mgrid[:height, :width] + 0.5
    return (across - x) ** 2 + (down - y) ** 2 <= radius**2


def whole(patch, width=40, height=30):
    made = np.zeros((height, width), bool)
    if patch.is_on_HW.size:
        made[patch.top : patch.bottom, patch.left : patch.right] = patch.is_on_HW
    return made


def as_patch(mask):
    return Patch(left=0, top=0, is_on_HW=mask)


def test_a_patch_and_its_runs_stand_for_the_same_pixels():
    draws = np.random.default_rng(1)
    for _ in range(60):
        height, width = (int(side) for side in draws.integers(1, 14, 2))
        mask = draws.random((height, width)) < draws.random()
        counts = counts_of(mask)
        patch = patch_of(counts, width, height)

        assert (whole(patch, width, height) == mask).all()
        assert counts_from(patch, width, height) == counts


def test_pixels_of_another_picture_are_refused():
    with pytest.raises(ConfigError, match="another size"):
        patch_of(counts_of(np.ones((3, 4), bool)), 4, 4)


def test_patches_are_united_and_taken_from_each_other_like_sets():
    one, other = disc(10, 10, 6), disc(16, 12, 6)

    both = united([tight(as_patch(one)), tight(as_patch(other))])
    rest = minus(tight(as_patch(one)), tight(as_patch(other)))

    assert (whole(both) == (one | other)).all()
    assert (whole(rest) == (one & ~other)).all()
    assert minus(NOTHING, as_patch(one)).is_empty


def test_patches_touch_from_side_to_side_and_over_corners():
    one = np.zeros((30, 40), bool)
    one[5, 5] = True

    for across, down, expected in ((1, 1, True), (1, 0, True), (2, 0, False), (0, 0, True)):
        other = np.roll(one, (down, across), (0, 1))
        assert touch(tight(as_patch(one)), tight(as_patch(other))) is expected


def test_a_patch_is_moved_no_further_than_the_picture_reaches():
    patch = moved_patch(tight(as_patch(disc(10, 10, 4))), 100, -100, PICTURE)

    assert (patch.right, patch.top) == (40, 0)


@pytest.mark.parametrize("diameter", [1, 5, 14])
def test_a_stroke_covers_what_lies_within_its_radius_of_the_line(diameter):
    stroke = Stroke(PICTURE, diameter)
    stroke.go_to((8.5, 8.5))
    stroke.go_to((25.5, 20.5))

    down, across = np.mgrid[:30, :40] + 0.5
    share = np.clip(((across - 8.5) * 17 + (down - 8.5) * 12) / (17**2 + 12**2), 0, 1)
    away = np.hypot(across - 8.5 - 17 * share, down - 8.5 - 12 * share)

    assert (whole(stroke.patch) == (away <= diameter / 2)).all()


def test_a_stroke_beyond_the_picture_paints_nothing_there():
    stroke = Stroke(PICTURE, 6)

    assert stroke.go_to((-50, -50)) == (0, 0, 0, 0)
    stroke.go_to((-1, 10))
    assert stroke.patch.left == 0


def test_painting_goes_on_with_the_selected_region_where_it_touches_it():
    first, at = painted_in(PICTURE, "sky", as_patch(disc(8, 8, 4)))
    second, same = painted_in(first, "sky", as_patch(disc(12, 8, 4)), selected=at)
    third, other = painted_in(second, "sky", as_patch(disc(30, 20, 4)), selected=at)

    assert (at, same, other) == (0, 0, 1)
    assert (is_on(second.shapes[0].counts, 40, 30) == (disc(8, 8, 4) | disc(12, 8, 4))).all()
    assert len(third.shapes) == 2


def test_where_pixels_have_one_class_painting_takes_them_from_others():
    sky, _ = painted_in(PICTURE, "sky", as_patch(disc(10, 10, 6)), shares=True)
    road, at = painted_in(sky, "road", as_patch(disc(14, 10, 6)), shares=True)
    more, same = painted_in(road, "sky", as_patch(disc(30, 20, 4)), shares=True)

    kept = is_on(more.shapes[0].counts, 40, 30)
    assert (at, same, len(more.shapes)) == (1, 0, 2)
    assert (kept == ((disc(10, 10, 6) & ~disc(14, 10, 6)) | disc(30, 20, 4))).all()


def test_a_region_that_is_painted_over_wholly_goes_away():
    small, _ = painted_in(PICTURE, "dust", as_patch(disc(10, 10, 2)), shares=True)
    made, at = painted_in(small, "sky", as_patch(disc(10, 10, 6)), shares=True)

    assert [shape.label for shape in made.shapes] == ["sky"]
    assert at == 0


def test_below_other_shapes_painting_begins_a_region_of_its_own():
    sky, _ = painted_in(PICTURE, "sky", as_patch(disc(10, 10, 6)), shares=True)
    box = Box(label="car", left=0, top=0, right=20, bottom=20)
    drawing = Drawing(width_px=40, height_px=30, shapes=(*sky.shapes, box))

    made, at = painted_in(drawing, "sky", as_patch(disc(12, 10, 3)), shares=True)

    assert at == 2
    assert made.shapes[2].label == "sky"


def test_the_eraser_takes_pixels_of_regions_alone():
    sky, _ = painted_in(PICTURE, "sky", as_patch(disc(10, 10, 6)))
    box = Box(label="car", left=0, top=0, right=20, bottom=20)
    drawing = Drawing(width_px=40, height_px=30, shapes=(box, *sky.shapes))

    made = erased_in(drawing, as_patch(disc(14, 10, 6)), [0, 1])

    assert made.shapes[0] == box
    rest = is_on(made.shapes[1].counts, 40, 30)
    assert (rest == (disc(10, 10, 6) & ~disc(14, 10, 6))).all()
    assert erased_in(drawing, as_patch(disc(10, 10, 9)), [1]).shapes == (box,)


def flooded(mask, x, y):
    """The same by walking from pixel to pixel."""
    found, waiting = np.zeros_like(mask), [(x, y)]
    while waiting:
        across, down = waiting.pop()
        is_in = 0 <= across < mask.shape[1] and 0 <= down < mask.shape[0]
        if is_in and mask[down, across] and not found[down, across]:
            found[down, across] = True
            waiting += [(across + 1, down), (across - 1, down)]
            waiting += [(across, down + 1), (across, down - 1)]
    return found


def test_parts_that_hang_together_are_those_that_a_walk_reaches():
    draws = np.random.default_rng(2)
    for _ in range(60):
        height, width = (int(side) for side in draws.integers(1, 16, 2))
        mask = draws.random((height, width)) < 0.6
        x, y = int(draws.integers(width)), int(draws.integers(height))
        runs = runs_of(mask)
        part = runs.part_at(x, y)
        is_wanted = (runs.parts_R == part) & (part >= 0)

        assert (mask_of(runs, is_wanted, mask.shape) == flooded(mask, x, y)).all()


def test_a_fill_ends_at_the_edge_and_leaves_what_is_apart():
    pixels = np.full((60, 90, 3), 200, np.uint8)
    pixels[disc(30, 30, 16, 90, 60)] = (40, 60, 180)
    pixels[disc(72, 30, 8, 90, 60)] = (40, 60, 180)

    found = whole(grown(pixels, (30.5, 30.5), 24), 90, 60)

    assert (found & disc(30, 30, 14, 90, 60)).sum() == disc(30, 30, 14, 90, 60).sum()
    assert not (found & ~disc(30, 30, 17, 90, 60)).any()


def test_a_fill_lets_more_in_with_more_tolerance_and_fills_specks():
    across = np.linspace(0, 255, 120).astype(np.uint8)
    pixels = np.repeat(np.repeat(across[None, :, None], 40, 0), 3, 2)
    pixels[20, 62] = 255

    narrow, wide = (grown(pixels, (60, 10), tolerance) for tolerance in (20, 60))

    assert narrow.is_on_HW.sum() < wide.is_on_HW.sum()
    assert narrow.holds(62, 20)


def test_a_fill_beside_the_picture_is_nothing():
    assert grown(np.zeros((4, 4, 3), np.uint8), (9, 1), 24).is_empty


def test_a_fill_that_reaches_beyond_what_is_looked_at_first_goes_on():
    pixels = np.full((700, 1200, 3), 90, np.uint8)

    assert grown(pixels, (30, 30), 10).is_on_HW.all()


def test_levels_halve_and_keep_the_mean():
    pixels = np.random.default_rng(3).integers(0, 255, (500, 701, 3), dtype=np.uint8)
    levels = levels_of(pixels)

    assert [level.shape[:2] for level in levels.levels] == [(500, 701), (250, 351), (125, 176)]
    assert levels.levels[1][3, 4] == pytest.approx(pixels[6:8, 8:10].mean((0, 1)), abs=1)
    assert [levels.level_for(zoom) for zoom in (2.0, 1.0, 0.5, 0.2)] == [0, 0, 1, 2]


def test_nothing_painted_is_no_region():
    assert region_from("sky", as_patch(np.zeros((30, 40), bool)), PICTURE) is None
    assert isinstance(region_from("sky", as_patch(disc(3, 3, 2)), PICTURE), Region)
