"""Pictures of activations and filters, and the words for what is off."""

from __future__ import annotations

import numpy as np
import pytest

from deepdesk.insight.figures import distribution
from deepdesk.insight.pictures import (
    MOST_CHANNELS,
    SIDE_PX,
    filters_of,
    seen_of,
    shown_picture,
)
from deepdesk.insight.report import BlockInside, share_text, with_findings


def test_the_strongest_channels_come_first_each_over_its_own_range():
    maps = np.zeros((3, 2, 2), dtype=np.float32)
    maps[1] = [[0, 1], [2, 4]]
    maps[2] = [[-8, 0], [0, 8]]
    seen = seen_of(maps)
    assert (seen.kind, seen.channels, seen.shape) == ("maps", (2, 1, 0), (3, 2, 2))
    assert seen.pictures[0].tolist() == [[0, 128], [128, 255]]
    assert seen.pictures[1].tolist() == [[0, 64], [128, 255]]
    assert (seen.pictures[2] == 128).all()


def test_large_maps_are_made_small_by_means_of_squares():
    maps = np.random.default_rng(1).normal(size=(MOST_CHANNELS + 9, 130, 200)).astype(np.float32)
    seen = seen_of(maps)
    assert seen.pictures.shape[0] == MOST_CHANNELS == len(seen.channels)
    assert max(seen.pictures.shape[1:]) <= SIDE_PX
    step = np.zeros((1, 2 * SIDE_PX, 2 * SIDE_PX), dtype=np.float32)
    step[:, :, SIDE_PX:] = 1.0
    picture = seen_of(step).pictures[0]
    assert picture.shape == (SIDE_PX, SIDE_PX)
    assert (picture[:, 0].max(), picture[:, -1].min()) == (0, 255)


def test_a_sequence_is_one_picture_and_a_vector_its_numbers():
    steps = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert seen_of(steps).pictures.tolist() == [[[0, 51], [102, 153], [204, 255]]]
    assert seen_of(np.array([1.0, -2.0])).numbers.tolist() == [1.0, -2.0]


def test_shapes_without_a_picture_have_none():
    assert seen_of(np.zeros((2, 2, 2, 2))) is None
    assert seen_of(np.zeros((0,))) is None


def test_numbers_that_are_none_do_not_spoil_a_picture():
    maps = np.array([[[np.nan, 1.0], [0.5, np.inf]]], dtype=np.float32)
    assert seen_of(maps).pictures.tolist() == [[[0, 255], [128, 0]]]


def test_filters_show_zero_as_middle_grey_and_the_strongest_first():
    weights = np.zeros((2, 3, 2, 2), dtype=np.float32)
    weights[0, 0, 0, 0] = 0.5
    weights[1] = -2.0
    found = filters_of("stem", weights)
    assert (found.numbers, found.count) == ((1, 0), 2)
    assert (found.pictures[0] == 1).all()
    assert found.pictures[1][0, 0].tolist() == [255, 128, 128]


def test_filters_over_many_channels_or_single_points_have_no_pictures():
    assert filters_of("deep", np.zeros((4, 16, 3, 3), dtype=np.float32)) is None
    assert filters_of("point", np.zeros((4, 3, 1, 1), dtype=np.float32)) is None


def test_a_sample_is_shown_as_it_is():
    pixels = np.random.default_rng(2).integers(0, 256, (3, 8, 9), dtype=np.uint8)
    assert (shown_picture(pixels) == pixels.transpose(1, 2, 0)).all()
    assert shown_picture(pixels[:1]).shape == (8, 9, 3)


def block(name, gradients, **values):
    found = None if gradients is None else distribution([np.asarray(gradients)])
    return BlockInside(id=name, gradients=found, learns=gradients is not None, **values)


def test_gradients_far_from_those_of_the_usual_block_are_said():
    usual = [block(name, [1.0, -1.0]) for name in "abc"]
    found = with_findings([*usual, block("small", [2e-4, -2e-4]), block("large", [5e3, -5e3])])
    words = {one.id: one.finding for one in found}
    assert words["a"] == ""
    assert words["small"] == "Its gradients vanish: a thousandth of the usual block's."
    assert words["large"] == "Its gradients explode: 5,000 times the usual block's."


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"silent": 0.6, "is_map": True}, "60 % of its filters never answer."),
        ({"silent": 0.5}, "50 % of its units never answer."),
        ({"silent": 1.0}, "It says the same of every sample."),
        ({"silent": 0.2}, ""),
        (
            {"weights": distribution([np.array([1.0, np.nan])])},
            "50 % of its weights are not a number.",
        ),
    ],
)
def test_what_is_off_is_said_in_plain_words(values, words):
    assert with_findings([block("one", [1.0], **values)])[0].finding == words


def test_gradients_that_are_all_zero_mean_that_it_no_longer_learns():
    assert "no longer learns" in with_findings([block("one", [0.0, 0.0])])[0].finding


def test_shares_never_claim_nothing_or_all():
    assert [share_text(s) for s in (0.0, 0.001, 0.5, 0.999, 1.0)] == [
        "0 %",
        "Less than 1 %",
        "50 %",
        "More than 99 %",
        "100 %",
    ]
