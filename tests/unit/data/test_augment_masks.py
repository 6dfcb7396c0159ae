"""Pictures and masks move together."""

from __future__ import annotations

import numpy as np
import torch

from deepdesk.core.chance import Draws
from deepdesk.data.augment_masks import MaskAugmentation, augment_with_masks, relit

COUNT = 12
DRAWS = Draws(1, 2, np.arange(COUNT))
ALL = MaskAugmentation(flip=True, zoom=2.0, shift=0.1, turn_degrees=15.0)


def pictures(scale: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Return pictures whose first channel is the index of the class of a pixel."""
    masks = torch.zeros(COUNT, 48, 64, dtype=torch.int64)
    masks[:, 12:30, 20:44] = 1
    masks[:, 24:36, 8:30] = 2
    images = masks[:, None, ::scale, ::scale].float().repeat(1, 3, 1, 1)
    return images, masks


def test_the_mask_follows_the_picture():
    images, masks = augment_with_masks(*pictures(), DRAWS, ALL)
    known = masks >= 0
    near = (images[:, 0] - masks).abs() < 0.3
    # Only at edges, where the picture is smooth and the mask is not, may they differ.
    assert float(near[known].float().mean()) > 0.93
    assert set(masks.unique().tolist()) <= {-1, 0, 1, 2}
    assert 0.02 < float((~known).float().mean()) < 0.5


def test_a_smaller_picture_moves_as_its_mask_in_full_does():
    images, masks = augment_with_masks(*pictures(2), DRAWS, ALL)
    few, known = masks[:, ::2, ::2], masks[:, ::2, ::2] >= 0
    assert images.shape[2:] == (24, 32)
    assert float(((images[:, 0] - few).abs() < 0.5)[known].float().mean()) > 0.85


def test_mirroring_alone_moves_whole_pixels():
    images, masks = pictures()
    moved, moved_masks = augment_with_masks(images, masks, DRAWS, MaskAugmentation(flip=True))
    is_flipped = [not torch.equal(a, b) for a, b in zip(masks, moved_masks, strict=True)]
    assert 0 < sum(is_flipped) < COUNT
    for at, flipped in enumerate(is_flipped):
        wanted = masks[at].flip(1) if flipped else masks[at]
        assert torch.equal(moved_masks[at], wanted)
        assert torch.allclose(moved[at, 0], wanted.float(), atol=1e-4)


def test_a_sample_is_varied_alike_in_every_batch():
    images, masks = pictures()
    whole = augment_with_masks(images, masks, DRAWS, ALL)
    some = augment_with_masks(images[3:5], masks[3:5], Draws(1, 2, np.arange(3, 5)), ALL)
    assert torch.allclose(whole[0][3:5], some[0], atol=1e-5)
    assert torch.equal(whole[1][3:5], some[1])


def test_nothing_switched_on_changes_nothing():
    images, masks = pictures()
    same, same_masks = augment_with_masks(images, masks, DRAWS, MaskAugmentation())
    assert torch.equal(same, images)
    assert torch.equal(same_masks, masks)


def test_another_light_changes_colours_and_keeps_places():
    images = torch.randn(COUNT, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    changed = relit(images, DRAWS, 0.5)
    assert not torch.allclose(changed, images)
    grey, before = changed.mean(1).flatten(1), images.mean(1).flatten(1)
    alike = torch.nn.functional.cosine_similarity(
        grey - grey.mean(1, keepdim=True), before - before.mean(1, keepdim=True)
    )
    assert float(alike.min()) > 0.9
    assert torch.allclose(relit(images, DRAWS, 0.0), images, atol=1e-5)
