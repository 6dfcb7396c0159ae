"""Losses of pixels: closed forms, ignored pixels, parts of a batch, weights of classes."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from deepdesk.engine.mask_losses import LOSSES, class_weights, dice, losses_of

KINDS = sorted(LOSSES)


def some(samples: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    chance = torch.Generator().manual_seed(4)
    truths = torch.randint(-1, 4, (samples, 5, 6), generator=chance)
    return torch.randn(samples, 4, 5, 6, generator=chance), truths


def test_cross_entropy_is_torchs_over_the_known_pixels_of_a_picture():
    logits, truths = some(1)
    parts = losses_of("cross_entropy", logits, truths, None)
    wanted = functional.cross_entropy(logits, truths, ignore_index=-1)
    assert float(parts["cross_entropy"]) == pytest.approx(float(wanted))


def test_focal_of_one_pixel_follows_the_formula():
    logits = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)
    p = math.e / (math.e + 1.0)
    found = losses_of("focal", logits, torch.zeros(1, 1, 1, dtype=torch.int64), None)
    assert float(found["focal"]) == pytest.approx((1.0 - p) ** 2 * -math.log(p))


def test_dice_is_nothing_for_certain_right_answers_and_nearly_one_for_wrong_ones():
    truths = torch.zeros(1, 40, 40, dtype=torch.int64)
    truths[:, 20:] = 1
    certain = 50.0 * functional.one_hot(truths, 3).permute(0, 3, 1, 2).float()
    assert float(dice(certain, truths, None)) == pytest.approx(0.0, abs=1e-5)
    assert float(dice(certain.flip(2), truths, None)) > 0.99


def test_dice_of_even_answers_follows_the_formula():
    # Two classes at a half each on four pixels, all of the first class: 2 * 2 / (1 + 4), smoothed.
    truths = torch.zeros(1, 2, 2, dtype=torch.int64)
    assert float(dice(torch.zeros(1, 2, 2, 2), truths, None)) == pytest.approx(1.0 - 5.0 / 6.0)


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_without_a_class_change_nothing_and_get_no_gradient(kind):
    logits, truths = some()
    other = torch.where(truths[:, None] < 0, logits + 9.0 * torch.rand_like(logits), logits)
    ours, theirs = (losses_of(kind, given, truths, None) for given in (logits, other))
    assert all(float(ours[name]) == pytest.approx(float(theirs[name])) for name in ours)
    logits.requires_grad_()
    sum(losses_of(kind, logits, truths, None).values()).backward()
    assert logits.grad is not None
    assert float(logits.grad[(truths[:, None] < 0).expand_as(logits)].abs().max()) == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_parts_of_a_batch_have_the_mean_of_the_whole(kind):
    logits, truths = some(4)
    whole = losses_of(kind, logits, truths, None)
    halves = [losses_of(kind, logits[cut], truths[cut], None) for cut in (slice(2), slice(2, 4))]
    for name, value in whole.items():
        assert float(value) == pytest.approx(sum(float(half[name]) for half in halves) / 2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_of_which_nothing_is_known_is_no_error(kind):
    logits, truths = some(1)
    logits.requires_grad_()
    total = sum(losses_of(kind, logits, torch.full_like(truths, -1), None).values())
    total.backward()
    assert float(total.detach()) == 0.0
    assert bool(logits.grad.isfinite().all())


def test_rare_classes_weigh_more_and_the_mean_pixel_weighs_one():
    shares = [0.5, 0.3, 0.2, 0.0]
    whole, root = class_weights(shares, 1.0), class_weights(shares, 0.5)
    assert float((whole * torch.tensor(shares)).sum()) == pytest.approx(1.0)
    assert float(whole[2] / whole[0]) == pytest.approx(2.5)
    assert float(root[2] / root[0]) == pytest.approx(math.sqrt(2.5))
    assert float(whole[3]) == pytest.approx(float(whole[1]))  # a class never seen: the median
    assert torch.equal(class_weights([0.0, 0.0], 1.0), torch.ones(2))
