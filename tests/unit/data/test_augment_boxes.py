"""Augmentation of pictures with boxes: what is drawn on them stays in its box."""

import numpy as np
import pytest
import torch

from deepdesk.core.chance import Draws
from deepdesk.data.augment_boxes import (
    BoxAugmentation,
    Boxed,
    augment_boxed,
    partners,
)

EVERYTHING = BoxAugmentation(mirror=True, upend=True, zoom=0.5, shift=0.2, colour=0.2, mosaic=0.5)


def boxed(count=12, height=48, width=64):
    """Return dark pictures, each with a bright rectangle and the box around it."""
    chance = np.random.default_rng(0)
    images = torch.full((count, 3, height, width), -1.0)
    boxes = torch.zeros(count, 2, 4)
    for place in range(count):
        left, top = int(chance.integers(0, width - 24)), int(chance.integers(0, height - 20))
        right, bottom = left + int(chance.integers(8, 24)), top + int(chance.integers(8, 20))
        images[place, :, top:bottom, left:right] = 1.0
        boxes[place, 0] = torch.tensor([left, top, right, bottom])
    labels = torch.full((count, 2), -1)
    labels[:, 0] = torch.arange(count) % 3
    return Boxed(
        images_NCHW=images,
        boxes_NM4=boxes,
        labels_NM=labels,
        crowd_NM=torch.zeros(count, 2, dtype=torch.bool),
    )


def bright_sides(image_CHW):
    is_bright = image_CHW[0] > 0
    rows, columns = np.flatnonzero(is_bright.any(1)), np.flatnonzero(is_bright.any(0))
    return [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


def draws(count=12, epoch=0):
    return Draws(1, epoch, np.arange(count))


def test_nothing_switched_on_changes_nothing():
    given = boxed()

    assert augment_boxed(given, draws(), BoxAugmentation()) is given


@pytest.mark.parametrize(
    "how",
    [
        BoxAugmentation(mirror=True),
        BoxAugmentation(mirror=True, upend=True),
        BoxAugmentation(zoom=0.5),
        BoxAugmentation(mirror=True, upend=True, zoom=0.3, shift=0.2),
    ],
)
def test_boxes_stay_around_what_they_were_drawn_around(how):
    varied = augment_boxed(boxed(), draws(), how)

    seen = 0
    for image, box, label in zip(
        varied.images_NCHW, varied.boxes_NM4[:, 0], varied.labels_NM[:, 0], strict=True
    ):
        if label >= 0:
            # A blurred edge is half as bright up to a pixel away.
            np.testing.assert_allclose(bright_sides(image), box.numpy(), atol=1.01)
            seen += 1
    assert seen >= 8


def test_mirroring_alone_is_exact():
    given = boxed()
    how = BoxAugmentation(mirror=True)

    varied = augment_boxed(given, draws(), how)

    is_turned = draws().uniform("turned", 2)[:, 0] < 0.5
    assert 0 < is_turned.sum() < 12
    expected = torch.where(
        torch.from_numpy(is_turned)[:, None, None, None],
        given.images_NCHW.flip(3),
        given.images_NCHW,
    )
    torch.testing.assert_close(varied.images_NCHW, expected, atol=1e-4, rtol=0)


def test_a_mosaic_shows_its_own_and_three_more_with_their_boxes():
    given = boxed()

    varied = augment_boxed(given, draws(), BoxAugmentation(mosaic=1.0))

    assert varied.images_NCHW.shape == given.images_NCHW.shape
    counts = (varied.labels_NM >= 0).sum(1)
    assert counts.max() > 1
    for image, boxes, labels in zip(
        varied.images_NCHW, varied.boxes_NM4, varied.labels_NM, strict=True
    ):
        outside = image[0].clone()
        for (left, top, right, bottom), label in zip(boxes.round().long(), labels, strict=True):
            if label >= 0:
                inner = image[0, top + 1 : bottom - 1, left + 1 : right - 1]
                assert inner.numel() == 0 or inner.mean() > 0.9
                outside[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1] = -1
        # What is bright beside all boxes is a rest of which less than a quarter is seen.
        assert (outside > 0.5).float().mean() < 0.05


def test_partners_begin_with_the_picture_itself_and_are_others():
    found = partners(draws())

    assert found[:, 0].tolist() == list(range(12))
    assert (found[:, 1:] != found[:, :1]).all()
    assert ((found >= 0) & (found < 12)).all()
    assert partners(draws(1)).tolist() == [[0, 0, 0, 0]]


def test_the_same_draws_give_the_same_bits():
    first, second = (augment_boxed(boxed(), draws(), EVERYTHING) for _again in range(2))

    assert torch.equal(first.images_NCHW, second.images_NCHW)
    assert torch.equal(first.boxes_NM4, second.boxes_NM4)
    other = augment_boxed(boxed(), draws(epoch=1), EVERYTHING)
    assert not torch.equal(first.images_NCHW, other.images_NCHW)


def test_boxes_are_cut_off_at_the_sides_and_rests_are_dropped():
    given = boxed(40)

    varied = augment_boxed(given, draws(40), BoxAugmentation(shift=0.5))

    known = varied.boxes_NM4[varied.labels_NM >= 0]
    assert len(known) < 40
    assert (known >= 0).all()
    assert (known[:, 2] <= 64).all()
    assert (known[:, 3] <= 48).all()
    assert (known[:, 2:] - known[:, :2]).prod(1).min() >= 0.25 * 64


def test_crowds_move_along():
    given = boxed()
    given.crowd_NM[:, 0] = True

    varied = augment_boxed(given, draws(), EVERYTHING)

    assert varied.crowd_NM[varied.labels_NM >= 0].all()
