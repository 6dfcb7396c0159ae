"""What a whole drive says: how far off the answers are, and where shifts would lead. No Qt."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deepdesk.data.steering import (
    Road,
    aside_m,
    correction_rad,
    departure_m,
    nearest_ground_m,
    turn_rad,
)
from deepdesk.ui.tabs.inference.drive.recording import Measured, Stop

THIN = "\u202f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Of the answers that have a truth; both in the unit of the number."""

    count: int
    rmse: float
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftFacts:
    """Where pictures that are shifted would lead; all of it but `correction` is modelled.

    Attributes:
        correction: Median change of the answer towards the side that leads back.
        turned_deg: What the shift stands for.
        nearest_m: How far ahead the nearest ground is that is seen.
        aside_m: How far it lies aside.
        straight_m: Metres to the line without a correction.
        corrected_m: Median of the same with the network's; infinity for staying in the lane.
        stays: Share of the shifted pictures after which the car stays in its lane, 0 to 1.
        count: Shifted pictures.
    """

    correction: float
    turned_deg: float
    nearest_m: float
    aside_m: float
    straight_m: float
    corrected_m: float
    stays: float
    count: int


def errors_of(
    stops: Sequence[Stop], measured: Mapping[int, Measured], header: str
) -> Errors | None:
    """Return how far off answers are, None while there is none to compare."""
    apart = [
        one.plain[header] - stops[number].truth[header]
        for number, one in measured.items()
        if header in one.plain and header in stops[number].truth
    ]
    if not apart:
        return None
    return Errors(
        count=len(apart),
        rmse=math.sqrt(statistics.fmean(error * error for error in apart)),
        mean=statistics.fmean(abs(error) for error in apart),
    )


def shift_facts(
    road: Road, measured: Mapping[int, Measured], header: str, shift_px: int
) -> ShiftFacts | None:
    """Return what shifts by `shift_px` did, None while nothing is known."""
    known = [one for one in measured.values() if header in one.plain and header in one.right]
    if not known:
        return None
    size = known[0].size
    turned = turn_rad(road, size[0], shift_px)
    back: list[float] = []
    metres: list[float] = []
    for one in known:
        for shift, answer in ((shift_px, one.right[header]), (-shift_px, one.left[header])):
            wheels = correction_rad(road, shift, one.plain[header], answer)
            back.append(math.copysign(abs(answer - one.plain[header]), -wheels))
            metres.append(departure_m(road, turned, wheels))
    return ShiftFacts(
        correction=statistics.median(back),
        turned_deg=math.degrees(turned),
        nearest_m=nearest_ground_m(road, size),
        aside_m=aside_m(road, size, shift_px),
        straight_m=departure_m(road, turned, 0.0),
        corrected_m=statistics.median_high(metres),
        stays=sum(math.isinf(one) for one in metres) / len(metres),
        count=len(metres),
    )


def way_words(road: Road, metres: float) -> str:
    """Return metres to the line with the seconds that they take: "8.1 m, 1.0 s"."""
    if math.isinf(metres):
        return "stays in its lane"
    seconds = metres / (road.speed_kmh / 3.6)
    return f"{metres:.1f}{THIN}m, {seconds:.1f}{THIN}s"
