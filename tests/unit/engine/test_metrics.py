"""Metrics against values computed by hand and by NumPy."""

import math

import numpy as np
import pytest
import torch

from deepdesk.engine.metrics import Accuracy, Confusion

CLASSES = ("a", "b", "c")


def logits_for(answers):
    return torch.nn.functional.one_hot(torch.tensor(answers), 3).float()


def test_accuracy_over_several_batches_is_right_over_all():
    metric = Accuracy()
    metric.update(logits_for([0, 1, 2]), {"label": torch.tensor([0, 1, 1])})
    metric.update(logits_for([2]), {"label": torch.tensor([0])})

    assert metric.compute() == 2 / 4


def test_nothing_seen_is_not_a_number():
    assert math.isnan(Accuracy().compute())
    assert math.isnan(Confusion(CLASSES).compute())


def test_macro_f1_of_a_hand_computed_example():
    metric = Confusion(CLASSES)
    metric.update(logits_for([0, 0, 1, 1, 1]), {"label": torch.tensor([0, 1, 1, 1, 0])})

    # a: precision 1/2, recall 1/2; b: precision 2/3, recall 2/3; c never occurs.
    assert metric.compute() == pytest.approx((0.5 + 2 / 3) / 2)
    assert metric.details()["confusion"] == {
        "classes": ["a", "b", "c"],
        "counts": [[1, 1, 0], [1, 2, 0], [0, 0, 0]],
    }


def test_the_matrix_equals_numpys_histogram():
    generator = np.random.default_rng(0)
    truth, answers = generator.integers(0, 3, 500), generator.integers(0, 3, 500)
    metric = Confusion(CLASSES)
    for part in range(0, 500, 64):
        batch = {"label": torch.from_numpy(truth[part : part + 64])}
        metric.update(logits_for(answers[part : part + 64].tolist()), batch)

    expected, _x, _y = np.histogram2d(truth, answers, bins=3, range=[(0, 3), (0, 3)])

    assert metric.details()["confusion"]["counts"] == expected.astype(int).tolist()


@pytest.mark.parametrize("make", [Accuracy, lambda: Confusion(CLASSES)])
def test_a_metric_goes_on_from_its_saved_state(make):
    whole, first, second = make(), make(), make()
    batches = [(logits_for([0, 1]), {"label": torch.tensor([0, 0])})] * 2
    for outputs, batch in batches:
        whole.update(outputs, batch)
    first.update(*batches[0])

    second.restore(first.state())
    second.update(*batches[1])

    assert second.compute() == whole.compute()


def test_reset_forgets():
    metric = Accuracy()
    metric.update(logits_for([0]), {"label": torch.tensor([0])})
    metric.reset()

    assert math.isnan(metric.compute())


def test_with_very_many_classes_f1_is_the_same_and_the_matrix_is_left_out():
    few, many = Confusion(CLASSES), Confusion(tuple(map(str, range(2_000))))
    answers, truths = [0, 1, 2, 2], torch.tensor([0, 1, 1, 2])
    few.update(logits_for(answers), {"label": truths})
    many.update(torch.nn.functional.one_hot(torch.tensor(answers), 2_000), {"label": truths})

    assert many.compute() == few.compute()
    assert many.details() == {}


def test_counts_of_other_classes_are_refused():
    with pytest.raises(ValueError, match="other classes"):
        Confusion(CLASSES).restore(Confusion(("a", "b")).state())
