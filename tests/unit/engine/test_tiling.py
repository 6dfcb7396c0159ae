"""Masks of large pictures: tiles without seams, rows enlarged as one picture would be."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine.tiling import Enlarged, starts, tiled_scores

TILE = (64, 96)


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def filtered(pixels_HWC: np.ndarray) -> torch.Tensor:
    """Return logits of a network whose answer at a place depends on the two pixels around it."""
    x = torch.from_numpy(pixels_HWC.astype(np.float32)).permute(2, 0, 1)[None] / 255.0
    weights = torch.linspace(-1.0, 1.0, 4 * 3 * 5 * 5).view(4, 3, 5, 5).sin()
    return functional.conv2d(x, weights, padding=2)[0]


@pytest.mark.parametrize("size", [(64, 96), (160, 240), (80, 96), (64, 400), (176, 112)])
def test_tiles_give_what_the_whole_gives_for_a_network_that_is_the_same_everywhere(size):
    given = picture(*size)
    rows = list(tiled_scores(given, TILE, filtered, StopToken()))
    assert torch.allclose(torch.cat(rows, 1), filtered(given), atol=1e-5)


def test_tiles_cover_each_axis_overlap_and_begin_at_places_of_deep_maps():
    for length in range(64, 1_000, 16):
        places = starts(length, 64)
        assert places[0] == 0
        assert places[-1] == length - 64
        assert all(at % 16 == 0 for at in places)
        gaps = np.diff(places)
        assert not len(gaps) or 0 < gaps.min() <= gaps.max() <= 48


@pytest.mark.parametrize("tile", [32, 48, 64, 80, 96, 240])
def test_every_place_of_a_picture_is_scored_whatever_the_size_of_a_tile(tile):
    for length in range(tile, 4 * tile, 16):
        given = np.zeros((length, tile, 3), dtype=np.uint8)
        rows = tiled_scores(given, (tile, tile), lambda _: torch.ones(1, tile, tile), StopToken())
        assert bool((torch.cat(list(rows), 1) == 1.0).all())


def test_a_step_between_tiles_is_blended_and_leaves_no_seam():
    answers = iter(np.linspace(0.0, 1.0, 100))

    def moody(pixels_HWC):
        return torch.full((1, *pixels_HWC.shape[:2]), float(next(answers)))

    rows = torch.cat(list(tiled_scores(picture(64, 400), TILE, moody, StopToken())), 1)
    steps = rows[0, 30].diff().abs()
    assert float(steps.max()) < 0.02 / 3  # a seam would be a jump of 0.0101
    assert float(rows.max() - rows.min()) > 0.03


def test_a_stop_ends_the_tiles():
    stop = StopToken()
    rows = tiled_scores(picture(256, 96), TILE, filtered, stop)
    next(rows)
    stop.stop()
    with pytest.raises(StoppedError):
        next(rows)


@pytest.mark.parametrize("size", [(45, 70), (64, 96), (200, 333), (7, 5)])
@pytest.mark.parametrize("parts", [(64,), (16, 16, 32), (1,) * 64])
def test_rows_that_come_one_by_one_are_enlarged_as_torch_enlarges_all(size, parts):
    logits = filtered(picture(*TILE)) * 4.0
    made = Enlarged(TILE, size, classes=4, temperature=2.0)
    for rows in logits.split(parts, 1):
        made.add(rows)
    whole = functional.interpolate(logits[None], size, mode="bilinear")[0]
    best = (whole / 2.0).softmax(0).max(0)
    is_close = np.abs(made.certainty_HW / 255.0 - best.values.numpy()) < 0.003
    assert made.done == size[0]
    assert is_close.all()
    assert (made.classes_HW == best.indices.numpy()).mean() > 0.999


def test_scores_are_held_for_a_band_only():
    made = Enlarged((4_096, 32), (8_192, 64), classes=4, temperature=1.0)
    held = []
    for _rows in range(64):
        made.add(torch.zeros(4, 64, 32))
        held.append(made._rows.shape[1])
    assert made.done == 8_192
    assert max(held) <= 2
