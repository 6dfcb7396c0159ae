"""Pixels in outlines, against a ray for each pixel and against areas known by hand."""

import numpy as np
import pytest

from deepdesk.core.drawing import Drawing, Polygon
from deepdesk.data import polygon_pixels
from deepdesk.data.painted import pixels_of
from deepdesk.data.polygon_pixels import pixels_inside


def by_rays(ring, width, height):
    """Return which middles lie in a ring: an odd number of edges to the left of them."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    inside = np.zeros((height, width), dtype=bool)
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if ay != by:
            is_passed = (min(ay, by) <= y) & (y < max(ay, by))
            inside ^= is_passed & (ax + (y - ay) * (bx - ax) / (by - ay) <= x)
    return inside


def test_random_outlines_hold_the_pixels_that_rays_say():
    chance = np.random.default_rng(2)
    for corners in (3, 4, 9, 40):
        ring = [(float(x), float(y)) for x, y in chance.uniform(-8, 40, (corners, 2))]
        assert np.array_equal(pixels_inside(ring, 33, 21), by_rays(ring, 33, 21))


@pytest.mark.parametrize(
    ("ring", "pixels"),
    [
        (((5, 3), (30, 3), (30, 9), (5, 9)), 25 * 6),
        (((5, 3), (6, 3), (6, 4), (5, 4)), 1),
        (((5, 9), (30, 9), (30, 3), (5, 3)), 25 * 6),
        (((-50, -50), (500, -50), (500, 500), (-50, 500)), 40 * 20),
        (((1, 1), (5, 1), (9, 1)), 0),
        (((100, 100), (110, 100), (110, 110)), 0),
    ],
)
def test_whole_pixels_are_counted_exactly(ring, pixels):
    drawing = Drawing(width_px=40, height_px=20)

    covered = pixels_of(Polygon(label="a", rings=(ring,)), drawing)

    assert covered.sum() == pixels


def test_an_outline_that_goes_up_and_down_without_end_takes_little_memory(monkeypatch):
    # As many rows are passed at once as fit into a little memory, whatever the outline.
    whole = [(float(i % 37), -500.0 if i % 2 else 500.0) for i in range(301)]
    expected = by_rays(whole, 40, 20)
    asked = []
    real = polygon_pixels._crossed

    def watched(*edges):
        rows_R, x_R = real(*edges)
        asked.append(len(rows_R))
        return rows_R, x_R

    monkeypatch.setattr(polygon_pixels, "_AT_ONCE", 500)
    monkeypatch.setattr(polygon_pixels, "_crossed", watched)

    assert np.array_equal(pixels_inside(whole, 40, 20), expected)
    assert sum(asked) == 300 * 20
    assert max(asked) <= 500 + 20


def test_neighbours_share_no_pixel_and_leave_none():
    left = pixels_inside(((0, 0), (6.5, 0), (3.5, 10), (0, 10)), 12, 10)
    right = pixels_inside(((6.5, 0), (12, 0), (12, 10), (3.5, 10)), 12, 10)

    assert not (left & right).any()
    assert (left | right).all()
