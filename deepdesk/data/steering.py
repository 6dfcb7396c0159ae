"""What a steering answer means on the road: a pinhole camera over flat ground, a bicycle model.

A picture that is shifted sideways by k pixels stands for a car that is turned: all that is far
away moves by as much, so the turn is atan(k / f), with f = (W / 2) / tan(field of view / 2) the
focal length in pixels. Held at a constant angle d of its front wheels, a car with the wheelbase L
drives a circle of the radius L / tan(d) (the kinematic bicycle model: no slip). From the middle
of a straight lane, turned by a away from its direction and with the curvature c = tan(d) / L
towards the same side, it has moved sideways by

    y(s) = (cos(a) - cos(a + c s)) / c    after s metres

and leaves the lane where y reaches half of the room that the lane leaves beside the car. The
correction counts as held, and as what the network adds to its own answer to the picture as it
is. All of that is modelled; nothing is measured but the answers.

Letters in names: H height, W width, C channels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.settings import Knob


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """Camera, car and lane. None of it is known from pictures: set what is true of yours."""

    shift_px: Annotated[
        int,
        Knob(
            label="Shift",
            help="Pictures are asked about once more, moved by so many of their pixels to the"
            " right and to the left. That stands for a car that is turned; see the help.",
            unit="px",
            low=1,
            high=1_000,
            more=False,
        ),
    ] = 20
    view_deg: Annotated[
        float,
        Knob(
            label="Field of view",
            help="Of the camera, from the left edge of the picture to the right one.",
            unit="°",
            low=10.0,
            high=160.0,
            more=False,
        ),
    ] = 60.0
    camera_m: Annotated[
        float,
        Knob(
            label="Camera height",
            help="Above the road. It says how far ahead the nearest ground is that is seen.",
            unit="m",
            low=0.05,
            high=10.0,
        ),
    ] = 1.2
    horizon: Annotated[
        float,
        Knob(
            label="Horizon",
            help="Where the horizon lies in the picture: 0 is its upper edge, 1 the lower one.",
            low=0.0,
            high=0.95,
        ),
    ] = 0.45
    speed_kmh: Annotated[
        float,
        Knob(label="Speed", help="Turns metres into seconds.", unit="km/h", low=0.1, high=400.0),
    ] = 30.0
    lock_deg: Annotated[
        float,
        Knob(
            label="Wheels at 1",
            help="How far the front wheels are turned where the steering number is 1. For"
            " numbers that are degrees of the wheels already: 1.",
            unit="°",
            low=0.01,
            high=90.0,
        ),
    ] = 25.0
    wheelbase_m: Annotated[
        float,
        Knob(label="Wheelbase", help="From axle to axle.", unit="m", low=0.05, high=20.0),
    ] = 2.6
    lane_m: Annotated[
        float, Knob(label="Lane width", help="From line to line.", unit="m", low=0.1, high=20.0)
    ] = 3.5
    car_m: Annotated[
        float, Knob(label="Car width", help="Without mirrors.", unit="m", low=0.05, high=10.0)
    ] = 1.8
    right_is_positive: Annotated[
        bool,
        Knob(
            label="Positive is right",
            help="Whether a steering number above 0 turns the car to the right.",
        ),
    ] = True

    @property
    def room_m(self) -> float:
        """Between car and line on either side, in the middle of the lane; 0 where there is none."""
        return max(0.0, (self.lane_m - self.car_m) / 2)


def focal_px(road: Road, width_px: int) -> float:
    """Return the focal length in pixels of a picture so wide."""
    return width_px / 2 / math.tan(math.radians(road.view_deg) / 2)


def turn_rad(road: Road, width_px: int, shift_px: float) -> float:
    """Return by how much a car is turned for whom the picture is shifted, to the other side.

    A picture that moved to the right is that of a car turned to the left.
    """
    return math.atan(shift_px / focal_px(road, width_px))


def nearest_ground_m(road: Road, size: tuple[int, int]) -> float:
    """Return how far ahead the ground at the lower edge of the picture is, in metres.

    Args:
        road: Camera height, field of view and horizon.
        size: (width, height) of the picture.
    """
    width_px, height_px = size
    below_px = (1.0 - road.horizon) * height_px
    return road.camera_m * focal_px(road, width_px) / below_px


def aside_m(road: Road, size: tuple[int, int], shift_px: float) -> float:
    """Return by how many metres the nearest ground that is seen lies aside after a shift."""
    return nearest_ground_m(road, size) * shift_px / focal_px(road, size[0])


def departure_m(road: Road, turned_rad: float, wheels_rad: float) -> float:
    """Return after how many metres the car leaves its lane; infinity where it does not.

    Args:
        road: Lane, car and wheelbase.
        turned_rad: How far the car is turned to one side, above 0.
        wheels_rad: How far the front wheels are turned to the same side, held; below 0 steers
            back. A car that has come back and goes on to the other side has not departed here:
            the correction would have ended before.
    """
    curve = math.tan(wheels_rad) / road.wheelbase_m
    if abs(curve) < 1e-12:
        return road.room_m / math.sin(turned_rad) if turned_rad > 0 else math.inf
    at_line = math.cos(turned_rad) - curve * road.room_m
    if not -1.0 <= at_line <= 1.0:
        return math.inf
    if curve > 0:
        return (math.acos(at_line) - turned_rad) / curve
    # Towards the line first, with ever less of a turn: it is reached before the car is parallel.
    return (turned_rad - math.acos(at_line)) / -curve


def correction_rad(road: Road, shift_px: float, plain: float, shifted: float) -> float:
    """Return the turn of the wheels towards the side the car is turned to; below 0 steers back.

    Args:
        road: What numbers mean.
        shift_px: To the right above 0: the car is turned to the left.
        plain: The answer to the picture as it is.
        shifted: The answer to the shifted one.
    """
    to_right = (shifted - plain) * (1.0 if road.right_is_positive else -1.0)
    to_the_turned_side = -to_right if shift_px > 0 else to_right
    most_rad = math.radians(89.0)
    return max(-most_rad, min(most_rad, math.radians(road.lock_deg) * to_the_turned_side))


def shifted(pixels_HWC: NDArray[np.uint8], shift_px: int) -> NDArray[np.uint8]:
    """Return a picture moved to the right, or to the left below 0; the edge is repeated.

    Args:
        pixels_HWC: uint8, (H, W, 3).
        shift_px: At most the width counts.
    """
    width = pixels_HWC.shape[1]
    columns_W = np.clip(np.arange(width) - shift_px, 0, width - 1)
    return np.ascontiguousarray(pixels_HWC[:, columns_W])
