"""Steering on a model of the road, against closed forms and small steps of integration."""

import math

import numpy as np
import pytest

from deepdesk.data.steering import (
    Road,
    aside_m,
    correction_rad,
    departure_m,
    focal_px,
    nearest_ground_m,
    shifted,
    turn_rad,
)

ROAD = Road()


def driven_m(road, turned_rad, wheels_rad, step_m=1e-4):
    """Drive the bicycle model in small steps until it leaves the lane or comes back."""
    y, heading, s = 0.0, turned_rad, 0.0
    curve = math.tan(wheels_rad) / road.wheelbase_m
    while s < 200.0:
        y += math.sin(heading + curve * step_m / 2) * step_m
        heading += curve * step_m
        s += step_m
        if y >= road.room_m:
            return s
        if y < 0 or heading >= math.pi:
            return math.inf
    return math.inf


def test_a_view_of_ninety_degrees_has_a_focal_length_of_half_the_width():
    assert focal_px(Road(view_deg=90.0), 320) == pytest.approx(160.0)


def test_a_shift_to_the_edge_of_the_view_is_half_of_it():
    assert turn_rad(ROAD, 320, 160) == pytest.approx(math.radians(30.0))


def test_the_nearest_ground_follows_from_height_and_horizon():
    # Half a picture of 160 below the horizon at a focal length of 160: twice the height ahead.
    road = Road(view_deg=90.0, camera_m=1.5, horizon=0.5)

    assert nearest_ground_m(road, (320, 160)) == pytest.approx(3.0)
    assert aside_m(road, (320, 160), 16) == pytest.approx(0.3)


def test_a_car_that_does_not_correct_leaves_on_a_straight_line():
    assert departure_m(ROAD, math.radians(30.0), 0.0) == pytest.approx(0.85 / 0.5)


@pytest.mark.parametrize("turned_deg", [1.0, 4.0, 12.0])
@pytest.mark.parametrize("wheels_deg", [-2.0, -0.4, -0.05, 0.3, 3.0])
def test_metres_to_departure_agree_with_small_steps(turned_deg, wheels_deg):
    turned, wheels = math.radians(turned_deg), math.radians(wheels_deg)

    assert departure_m(ROAD, turned, wheels) == pytest.approx(
        driven_m(ROAD, turned, wheels, 1e-3), rel=2e-3, abs=2e-3
    )


def test_a_car_that_steers_back_enough_stays():
    # It drifts (1 - cos a) / c aside: 0.85 m at a radius of 155 m and 6 degrees.
    turned = math.radians(6.0)
    just = math.atan(2.6 * (1 - math.cos(turned)) / 0.85)

    assert departure_m(ROAD, turned, -1.01 * just) == math.inf
    assert departure_m(ROAD, turned, -0.99 * just) < 20.0


def test_a_car_as_wide_as_its_lane_leaves_at_once():
    assert departure_m(Road(lane_m=1.8), 0.1, -0.01) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("shift_px", "answer", "towards"),
    [(20, 0.2, -1), (20, -0.2, 1), (-20, 0.2, 1), (-20, -0.2, -1)],
)
def test_a_correction_counts_towards_the_side_the_car_is_turned_to(shift_px, answer, towards):
    found = correction_rad(ROAD, shift_px, 0.0, answer)

    assert found == pytest.approx(towards * math.radians(5.0))
    other = Road(right_is_positive=False)
    assert correction_rad(other, shift_px, 0.0, answer) == pytest.approx(-found)


def test_wheels_never_turn_beyond_a_right_angle():
    assert abs(correction_rad(ROAD, 5, 0.0, 1e9)) <= math.radians(89.0)


def test_a_shifted_picture_repeats_its_edge():
    picture = np.arange(4, dtype=np.uint8)[None, :, None].repeat(3, 2)

    assert shifted(picture, 1)[0, :, 0].tolist() == [0, 0, 1, 2]
    assert shifted(picture, -2)[0, :, 0].tolist() == [2, 3, 3, 3]
    assert shifted(picture, 99)[0, :, 0].tolist() == [0, 0, 0, 0]
