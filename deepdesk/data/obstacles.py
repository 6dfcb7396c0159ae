"""Whether something stands in the way: a zone of the picture, and what of an answer lies in it.

A box stands where its lower edge has its middle; a mask covers a share of the zone. How long it
took from the arrival of a picture to the alarm is measured where the alarm is shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, singledispatch
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.answer_filter import EVERYTHING, AnswerFilter, Drawn, counts_in_words
from deepdesk.core.drawing import LONGEST_NAME
from deepdesk.core.errors import ConfigError
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.data.polygon_pixels import pixels_inside

MOST_CORNERS = 12
MOST_CLASSES = 10_000
MOST_KEPT = 10_000
# In front of a car whose camera looks ahead: the lane, narrower the farther away.
USUAL_ZONE = ((0.42, 0.55), (0.58, 0.55), (0.85, 1.0), (0.15, 1.0))
USUAL_SHARE = 0.05
_MASK_PX = 512

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObstacleSettings:
    """What is watched for, and where.

    Attributes:
        is_on: Whether anything is.
        classes: Those that are obstacles.
        zone: Corners (x, y) of the zone, as shares of the picture's width and height.
        least_share: Of the zone that obstacles of a mask must cover, 0 to 1.
        has_sound: Whether the alarm is heard.
    """

    is_on: bool = False
    classes: frozenset[str] = frozenset()
    zone: tuple[Corner, ...] = USUAL_ZONE
    least_share: float = USUAL_SHARE
    has_sound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What stands in the zone.

    Attributes:
        names: Class name to the number of boxes, 1 for a mask; empty when the way is free.
        boxes: Places in `Boxes.boxes`.
        share: Of the zone that obstacles of a mask cover, 0 to 1; 0 for boxes.
    """

    names: Mapping[str, int] = field(default_factory=dict)
    boxes: tuple[int, ...] = ()
    share: float = 0.0

    @property
    def is_alarm(self) -> bool:
        """Whether anything is in the way."""
        return bool(self.names)

    @property
    def words(self) -> str:
        """The alarm in words: "Obstacle: 2 car, 1 pedestrian"; "The zone is free"."""
        if not self.names:
            return "The zone is free"
        if self.boxes:
            return f"Obstacle in the zone: {counts_in_words(self.names)}"
        return f"Obstacle in the zone: {', '.join(self.names)}, {100 * self.share:.0f}\u202f% of it"


FREE = Sighting()


def settings_to_json(settings: ObstacleSettings) -> dict[str, Any]:
    """Return settings as a JSON-ready object."""
    return {
        "is_on": settings.is_on,
        "classes": sorted(settings.classes),
        "zone": [[round(x, 5), round(y, 5)] for x, y in settings.zone],
        "least_share": settings.least_share,
        "has_sound": settings.has_sound,
    }


def settings_from_json(saved: Any) -> ObstacleSettings:
    """Return the settings that were saved, checked.

    Raises:
        ConfigError: They are none, or not legal.
    """
    try:
        corners = tuple((float(x), float(y)) for x, y in saved["zone"])
        classes = saved["classes"]
        share = float(saved["least_share"])
        is_legal = is_zone(corners) and _are_names(classes) and 0.0 < share <= 1.0
        if not is_legal:
            raise ValueError("out of bounds")
        return ObstacleSettings(
            is_on=bool(saved["is_on"]),
            classes=frozenset(classes),
            zone=corners,
            least_share=share,
            has_sound=bool(saved["has_sound"]),
        )
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise ConfigError(
            "obstacles", "What is watched for cannot be read.", "Set it up again."
        ) from error


def _are_names(given: Any) -> bool:
    return (
        isinstance(given, list)
        and len(given) <= MOST_CLASSES
        and all(isinstance(name, str) and len(name) <= LONGEST_NAME for name in given)
    )


def is_zone(corners: tuple[Corner, ...]) -> bool:
    """Return whether corners, as shares of a picture, can be a zone."""
    return 3 <= len(corners) <= MOST_CORNERS and all(
        math.isfinite(side) and 0.0 <= side <= 1.0 for corner in corners for side in corner
    )


def is_inside(x: float, y: float, corners: tuple[Corner, ...]) -> bool:
    """Return whether a place lies in a polygon, by counting the edges to its right."""
    inside = False
    for at, (x1, y1) in enumerate(corners):
        x2, y2 = corners[at - 1]
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside


def seen(
    answer: Drawn | None,
    settings: ObstacleSettings,
    kept: AnswerFilter = EVERYTHING,
    size: tuple[int, int] = (0, 0),
) -> Sighting:
    """Return what of an answer stands in the zone.

    Args:
        kept: Its thresholds count; a class that is only hidden from view is watched for.
        size: Of the picture in pixels, for boxes that do not say it.
    """
    if answer is None or not settings.is_on or not settings.classes:
        return FREE
    return _seen(answer, settings, replace(kept, hidden=frozenset()), size)


@singledispatch
def _seen(
    answer: object,
    settings: ObstacleSettings,  # noqa: ARG001
    kept: AnswerFilter,  # noqa: ARG001
    size: tuple[int, int],  # noqa: ARG001
) -> Sighting:
    raise TypeError(f"{type(answer).__name__} is not drawn over a picture")


@_seen.register
def _(
    answer: Boxes, settings: ObstacleSettings, kept: AnswerFilter, size: tuple[int, int]
) -> Sighting:
    width, height = answer.size if min(answer.size) > 0 else size
    found: list[int] = []
    names: dict[str, int] = {}
    for at, box in enumerate(answer.boxes):
        (left, _top, right, bottom), name, _score = box
        if name not in settings.classes or not kept.counts(box, answer):
            continue
        # A foot on the picture's edge, or a pixel below it, is still in the picture.
        x = (left + right) / 2 / max(1, width)
        y = min(bottom / max(1, height), 1.0 - 1e-9)
        if is_inside(x, y, settings.zone):
            found.append(at)
            names[name] = names.get(name, 0) + 1
    return Sighting(names=names, boxes=tuple(found))


@_seen.register
def _(
    answer: Mask, settings: ObstacleSettings, kept: AnswerFilter, size: tuple[int, int]
) -> Sighting:
    del kept, size
    height, width = answer.classes_HW.shape
    # Of a large mask every so many pixels tell the share as well.
    step = max(1, max(height, width) // _MASK_PX)
    classes_HW = answer.classes_HW[step // 2 :: step, step // 2 :: step]
    inside = classes_HW[zone_pixels(settings.zone, classes_HW.shape[1], classes_HW.shape[0])]
    total = max(1, inside.size)
    counts = {
        name: int(np.count_nonzero(inside == at))
        for at, name in enumerate(answer.classes)
        if name in settings.classes
    }
    share = sum(counts.values()) / total
    if share < settings.least_share:
        return Sighting(share=share)
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return Sighting(names={name: 1 for name, count in ordered if count}, share=share)


@lru_cache(maxsize=8)
def zone_pixels(corners: tuple[Corner, ...], width: int, height: int) -> NDArray[np.bool_]:
    """Return which pixels of a picture lie in a zone, bool, (H, W), by their middles."""
    inside_HW = pixels_inside([(x * width, y * height) for x, y in corners], width, height)
    inside_HW.flags.writeable = False
    return inside_HW


@dataclass(slots=True)
class ObstacleWatch:
    """Watches one picture after the other, and how long each new alarm took.

    An alarm is new where the picture before was free; its reaction time is from the arrival of
    the picture to the moment at which the alarm was shown.
    """

    settings: ObstacleSettings = field(default_factory=ObstacleSettings)
    sighting: Sighting = FREE
    reactions_s: list[float] = field(default_factory=list)

    def look(
        self,
        answer: Drawn | None,
        kept: AnswerFilter = EVERYTHING,
        size: tuple[int, int] = (0, 0),
    ) -> bool:
        """Take the answer to the next picture; return whether an alarm begins with it."""
        was_alarm = self.sighting.is_alarm
        self.sighting = seen(answer, self.settings, kept, size)
        return self.sighting.is_alarm and not was_alarm

    def reacted(self, arrived_s: float, shown_s: float) -> None:
        """Note when the picture of a new alarm came, and when the alarm was shown."""
        if shown_s >= arrived_s:
            self.reactions_s.append(shown_s - arrived_s)
            del self.reactions_s[:-MOST_KEPT]

    def forget(self) -> None:
        """Begin anew, with another film or after a pause."""
        self.sighting = FREE
        self.reactions_s.clear()

    @property
    def median_s(self) -> float:
        """The median reaction time, NaN before the first alarm."""
        return median(self.reactions_s) if self.reactions_s else math.nan

    @property
    def worst_s(self) -> float:
        """The longest reaction time, NaN before the first alarm."""
        return max(self.reactions_s, default=math.nan)
