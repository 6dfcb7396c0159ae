"""Augmentation, against straightforward NumPy."""

import numpy as np
import pytest
import torch

from deepdesk.core.chance import Draws
from deepdesk.data.augment import Augmentation, augment


def pictures(count=6, height=8, width=6):
    generator = np.random.default_rng(0)
    return torch.from_numpy(generator.normal(size=(count, 3, height, width)).astype(np.float32))


def test_nothing_switched_on_changes_nothing():
    images = pictures()

    assert torch.equal(augment(images, Draws(1, 0, np.arange(6)), Augmentation()), images)


def test_flipping_mirrors_the_drawn_half_exactly():
    images, draws = pictures(64), Draws(1, 0, np.arange(64))

    flipped = augment(images, draws, Augmentation(flip=True))

    drawn = draws.uniform("flip")[:, 0] < 0.5
    expected = np.where(drawn[:, None, None, None], images.numpy()[..., ::-1], images.numpy())
    np.testing.assert_array_equal(flipped.numpy(), expected)
    assert 16 < drawn.sum() < 48


def test_shifting_is_a_crop_of_the_mirrored_border():
    images, draws = pictures(), Draws(1, 0, np.arange(6))

    shifted = augment(images, draws, Augmentation(shift=0.25)).numpy()

    padded = np.pad(images.numpy(), ((0, 0), (0, 0), (2, 2), (2, 2)), mode="reflect")
    rows = (draws.uniform("shift_rows")[:, 0] * 5).astype(int)
    columns = (draws.uniform("shift_columns")[:, 0] * 5).astype(int)
    for i, (row, column) in enumerate(zip(rows, columns, strict=True)):
        expected = padded[i, :, row : row + 8, column : column + 6]
        np.testing.assert_array_equal(shifted[i], expected)


def test_a_turn_by_nothing_keeps_the_picture():
    images = pictures(height=8, width=8)

    turned = augment(images, Draws(1, 0, np.arange(6)), Augmentation(turn_degrees=1e-9))

    torch.testing.assert_close(turned, images, atol=1e-4, rtol=0)


def test_resampling_flips_like_the_exact_flip():
    images, draws = pictures(32, 8, 8), Draws(1, 0, np.arange(32))

    exact = augment(images, draws, Augmentation(flip=True))
    resampled = augment(images, draws, Augmentation(flip=True, zoom=1e-9))

    torch.testing.assert_close(resampled, exact, atol=1e-4, rtol=0)


def test_erasing_blanks_a_square_of_the_asked_side():
    images = torch.ones(200, 3, 16, 16)

    erased = augment(images, Draws(1, 0, np.arange(200)), Augmentation(erase=0.25))

    blank = (erased == 0).all(1).flatten(1).sum(1)
    assert blank.max() == 16
    assert 9 < blank.float().mean() < 16
    assert set(erased.unique().tolist()) == {0.0, 1.0}


def test_colour_changes_scale_and_offset_of_a_grey_picture_only():
    grey = pictures(4).mean(1, keepdim=True).expand(4, 3, 8, 6).contiguous()

    changed = augment(grey, Draws(1, 0, np.arange(4)), Augmentation(colour=0.25))

    for before, after in zip(grey[:, 0].flatten(1), changed[:, 0].flatten(1), strict=True):
        slope, offset = np.polyfit(before.numpy(), after.numpy(), 1)
        residual = after.numpy() - slope * before.numpy() - offset
        assert np.abs(residual).max() < 1e-4
        assert 0.75 <= slope <= 1.25
        assert abs(offset) < 0.5


@pytest.mark.parametrize(
    "how", [Augmentation(flip=True, shift=0.2, erase=0.3, colour=0.2), Augmentation(zoom=0.1)]
)
def test_a_sample_is_varied_the_same_way_in_any_batch(how):
    images = pictures(height=8, width=8)

    together = augment(images, Draws(1, 4, np.arange(6)), how)
    alone = augment(images[4:5], Draws(1, 4, np.array([4])), how)

    torch.testing.assert_close(together[4:5], alone, atol=1e-6, rtol=0)
