"""What stands in a zone of the picture, and how long an alarm took."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from deepdesk.core.answer_filter import AnswerFilter
from deepdesk.core.errors import ConfigError
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.data.obstacles import (
    USUAL_ZONE,
    ObstacleSettings,
    ObstacleWatch,
    is_inside,
    seen,
    settings_from_json,
    settings_to_json,
    zone_pixels,
)

SQUARE = ((0.25, 0.5), (0.75, 0.5), (0.75, 1.0), (0.25, 1.0))
SETTINGS = ObstacleSettings(is_on=True, classes=frozenset({"car", "person"}), zone=SQUARE)


def boxes(*made, size=(100, 100)):
    return Boxes(boxes=tuple(made), size=size)


def test_a_place_is_inside_a_square_and_a_trapezium():
    assert is_inside(0.5, 0.75, SQUARE)
    assert not is_inside(0.2, 0.75, SQUARE)
    assert not is_inside(0.5, 0.4, SQUARE)
    # By hand: half way down, the usual zone reaches from 0.285 to 0.715.
    assert is_inside(0.29, 0.775, USUAL_ZONE)
    assert not is_inside(0.28, 0.775, USUAL_ZONE)


def test_pixels_of_a_zone_are_those_whose_middle_is_inside():
    pixels = zone_pixels(USUAL_ZONE, 40, 30)
    by_hand = np.array(
        [
            [is_inside((x + 0.5) / 40, (y + 0.5) / 30, USUAL_ZONE) for x in range(40)]
            for y in range(30)
        ]
    )

    assert (pixels == by_hand).all()


def test_a_box_stands_where_its_lower_edge_has_its_middle():
    inside, above = (40.0, 20.0, 60.0, 60.0), (40.0, 10.0, 60.0, 45.0)
    beside = (70.0, 40.0, 90.0, 80.0)
    answer = boxes((inside, "car", 0.9), (above, "car", 0.9), (beside, "person", 0.9))

    sighting = seen(answer, SETTINGS)

    assert sighting.boxes == (0,)
    assert sighting.words == "Obstacle in the zone: 1 car"


def test_a_box_that_ends_at_the_lower_edge_of_the_picture_is_seen():
    assert seen(boxes(((40.0, 50.0, 60.0, 100.0), "car", 0.9)), SETTINGS).is_alarm
    assert seen(boxes(((40.0, 50.0, 60.0, 103.0), "car", 0.9)), SETTINGS).is_alarm


def test_only_obstacles_above_their_threshold_count():
    box = (40.0, 20.0, 60.0, 60.0)
    answer = boxes((box, "tree", 0.99), (box, "car", 0.4))

    assert not seen(answer, SETTINGS).is_alarm
    assert seen(answer, SETTINGS, AnswerFilter(thresholds={"car": 0.3})).is_alarm


def test_a_class_that_is_hidden_from_view_is_still_an_obstacle():
    answer = boxes(((40.0, 20.0, 60.0, 60.0), "car", 0.9))

    assert seen(answer, SETTINGS, AnswerFilter(hidden=frozenset({"car"}))).is_alarm


def test_boxes_without_a_size_are_of_the_picture_that_is_shown():
    answer = boxes(((40.0, 20.0, 60.0, 60.0), "car", 0.9), size=(0, 0))

    assert seen(answer, SETTINGS, size=(100, 100)).is_alarm
    assert not seen(answer, SETTINGS, size=(1000, 1000)).is_alarm


def test_a_mask_must_cover_a_share_of_the_zone():
    classes_HW = np.zeros((20, 20), dtype=np.uint8)
    classes_HW[10:, 5:7] = 1  # 2 of the 10 columns of the zone, which is the lower middle
    mask = Mask(classes_HW=classes_HW, classes=("road", "car"))

    sighting = seen(mask, SETTINGS)

    assert sighting.share == pytest.approx(0.2)
    assert sighting.words == "Obstacle in the zone: car, 20\u202f% of it"
    high = ObstacleSettings(is_on=True, classes=frozenset({"car"}), zone=SQUARE, least_share=0.3)
    assert not seen(mask, high).is_alarm
    assert seen(mask, high).share == sighting.share


def test_a_large_mask_is_looked_at_in_steps():
    classes_HW = np.zeros((2000, 3000), dtype=np.uint8)
    classes_HW[1000:, 750:1050] = 1
    mask = Mask(classes_HW=classes_HW, classes=("road", "car"))

    assert seen(mask, SETTINGS).share == pytest.approx(0.2, abs=0.002)


def test_nothing_is_seen_while_the_watch_is_off_or_knows_no_class():
    answer = boxes(((40.0, 20.0, 60.0, 60.0), "car", 0.9))

    assert not seen(answer, ObstacleSettings(classes=frozenset({"car"}), zone=SQUARE)).is_alarm
    assert not seen(answer, ObstacleSettings(is_on=True, zone=SQUARE)).is_alarm
    assert not seen(None, SETTINGS).is_alarm


def test_only_a_new_alarm_is_a_reaction():
    near = boxes(((40.0, 20.0, 60.0, 60.0), "car", 0.9))
    free = boxes()
    watch = ObstacleWatch(settings=SETTINGS)

    begun = [watch.look(answer) for answer in (free, near, near, free, near)]

    assert begun == [False, True, False, False, True]


def test_reactions_have_a_median_and_a_worst():
    watch = ObstacleWatch(settings=SETTINGS)

    assert math.isnan(watch.median_s)
    assert math.isnan(watch.worst_s)
    for took_s in (0.1, 0.4, 0.2):
        watch.reacted(10.0, 10.0 + took_s)

    assert watch.median_s == pytest.approx(0.2)
    assert watch.worst_s == pytest.approx(0.4)
    watch.forget()
    assert math.isnan(watch.worst_s)


def test_settings_come_back_as_they_were():
    saved = json.loads(json.dumps(settings_to_json(SETTINGS)))

    assert settings_from_json(saved) == SETTINGS


@pytest.mark.parametrize(
    "change",
    [
        {"zone": [[0, 0], [1, 1]]},
        {"zone": [[0, 0], [1, 1], [2, 0]]},
        {"zone": [[0, 0], [1, 1], [float("nan"), 0]]},
        {"least_share": 0.0},
        {"classes": 3},
        {"classes": "car"},
        {"classes": [["car"]]},
        {"classes": ["z" * 100_000]},
        {"zone": None},
    ],
)
def test_settings_that_cannot_be_are_refused(change):
    with pytest.raises(ConfigError, match="cannot be read"):
        settings_from_json({**settings_to_json(SETTINGS), **change})
