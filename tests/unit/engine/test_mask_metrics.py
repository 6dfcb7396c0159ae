"""Mean IoU and pixel accuracy: by hand, by a second method, over parts, with ignored pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepdesk.engine.mask_metrics import NO_CLASS, MeanIoU, PixelAccuracy, counts_of, overlaps

CLASSES = ("sky", "road", "car")
TRUTH = torch.tensor([[[0, 0, 1, 1], [0, 1, 1, NO_CLASS]]])
ANSWER = torch.tensor([[[0, 1, 1, 1], [0, 0, 1, 2]]])


def logits_of(answers_NHW: torch.Tensor, classes: int = len(CLASSES)) -> torch.Tensor:
    return torch.nn.functional.one_hot(answers_NHW, classes).permute(0, 3, 1, 2).float()


def test_the_measures_agree_with_a_picture_that_was_counted_by_hand():
    # Sky: 2 right, 3 in the truth, 3 answered: 2 / 4. Road: 3 right, 4 and 4: 3 / 5. The car was
    # answered where nothing is known, so it occurs nowhere.
    mean, accuracy = MeanIoU(CLASSES), PixelAccuracy()
    for metric in (mean, accuracy):
        metric.update(logits_of(ANSWER), {"mask": TRUTH})
    assert mean.compute() == pytest.approx((2 / 4 + 3 / 5) / 2)
    assert accuracy.compute() == pytest.approx(5 / 7)
    details = mean.details()
    assert details["class_iou"]["values"] == [0.5, 0.6, None]
    assert details["class_iou"]["pixels"] == [3, 4, 0]
    assert details["confusion"]["counts"] == [[2, 1, 0], [1, 3, 0], [0, 0, 0]]


def test_a_class_that_was_only_answered_counts_as_nothing_right():
    mean = MeanIoU(CLASSES)
    mean.update(logits_of(torch.full((1, 2, 4), 2)), {"mask": TRUTH})
    assert mean.compute() == 0.0


def test_the_mean_agrees_with_sets_of_pixels():
    chance = np.random.default_rng(5)
    truth, answer = chance.integers(-1, 5, (3, 8, 9)), chance.integers(0, 5, (3, 8, 9))
    by_sets = []
    for index in range(5):
        a = {tuple(p) for p in np.argwhere((answer == index) & (truth >= 0))}
        b = {tuple(p) for p in np.argwhere(truth == index)}
        by_sets.append(len(a & b) / len(a | b))
    mean = MeanIoU(tuple("abcde"))
    mean.update(logits_of(torch.from_numpy(answer), 5), {"mask": torch.from_numpy(truth)})
    assert mean.compute() == pytest.approx(float(np.mean(by_sets)))


def test_states_add_up_over_parts_and_come_back():
    chance = torch.Generator().manual_seed(2)
    truth = torch.randint(-1, 3, (4, 5, 6), generator=chance)
    logits = torch.randn(4, 3, 5, 6, generator=chance)
    for make in (lambda: MeanIoU(CLASSES), PixelAccuracy):
        whole, first, second, again = make(), make(), make(), make()
        whole.update(logits, {"mask": truth})
        first.update(logits[:1], {"mask": truth[:1]})
        second.update(logits[1:], {"mask": truth[1:]})
        again.restore({"counts": first.state()["counts"] + second.state()["counts"]})
        assert again.compute() == pytest.approx(whole.compute())


def test_nothing_known_is_no_number_and_other_classes_are_refused():
    mean, accuracy = MeanIoU(CLASSES), PixelAccuracy()
    for metric in (mean, accuracy):
        metric.update(logits_of(ANSWER), {"mask": torch.full_like(TRUTH, NO_CLASS)})
        assert math.isnan(metric.compute())
    with pytest.raises(ValueError, match="other classes"):
        mean.restore({"counts": torch.zeros(2, 2, dtype=torch.int64)})


def test_overlaps_follow_from_counts():
    counts = counts_of(ANSWER, TRUTH, 3)
    assert counts.sum() == 7
    assert torch.equal(overlaps(counts)[:2], torch.tensor([0.5, 0.6], dtype=torch.float64))
