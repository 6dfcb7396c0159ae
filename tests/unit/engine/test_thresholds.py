"""Thresholds fitted on validation, checked by trying every one there is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepdesk.engine.labelling import Labelling
from deepdesk.engine.thresholds import HIGHEST, LOWEST, fit_threshold, fit_thresholds, thresholds_in


def f1_at(scores, is_class, threshold):
    counts = scores >= threshold
    hits = int((counts & is_class).sum())
    return 2 * hits / max(1, int(counts.sum()) + int(is_class.sum()))


def made(seed, rows=60):
    chance = np.random.default_rng(seed)
    is_class = chance.random(rows) < 0.3
    is_class[0] = True
    scores = np.clip(chance.normal(np.where(is_class, 0.65, 0.35), 0.18), 0.11, 0.94)
    # Equal scores are what real ones have at their ends.
    return np.round(scores, 2), is_class


@pytest.mark.parametrize("seed", range(30))
def test_no_other_threshold_has_a_better_f1(seed):
    scores, is_class = made(seed)
    found = fit_threshold(scores, is_class)

    tried = np.concatenate([np.linspace(LOWEST, HIGHEST, 1701), scores])
    best = max(f1_at(scores, is_class, threshold) for threshold in tried)

    assert f1_at(scores, is_class, found.threshold) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(5))
def test_precision_and_recall_are_those_at_the_threshold(seed):
    scores, is_class = made(seed)
    found = fit_threshold(scores, is_class)
    counts = [bool(score >= found.threshold) for score in scores]
    right = sum(c and bool(t) for c, t in zip(counts, is_class, strict=True))

    assert found.precision == pytest.approx(right / sum(counts))
    assert found.recall == pytest.approx(right / int(is_class.sum()))


def test_where_all_is_right_the_threshold_lies_between_the_two_sides():
    found = fit_threshold(np.array([0.9, 0.8, 0.2, 0.1]), np.array([True, True, False, False]))

    assert found.threshold == pytest.approx(0.5)
    assert (found.precision, found.recall) == (1.0, 1.0)


def test_threshold_stays_within_its_bounds():
    low = fit_threshold(np.array([0.02, 0.001]), np.array([True, False]))
    high = fit_threshold(np.array([1.0, 0.999]), np.array([True, False]))

    assert (low.threshold, high.threshold) == (LOWEST, HIGHEST)


def test_class_without_a_sample_has_no_threshold():
    fit = fit_thresholds(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 0]), ("a", "b"))

    assert set(fit) == {"threshold:a", "precision:a", "recall:a"}


@pytest.mark.parametrize("name", ["seven", "a:b", "threshold:a", "", "ünïcode\n", "temperature"])
def test_names_of_classes_may_hold_anything(name):
    fit = {"temperature": 1.0}
    fit |= fit_thresholds(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 1]), (name, "other"))

    assert thresholds_in(fit)[name].recall == 1.0
    assert set(thresholds_in(fit)) == {name, "other"}


def test_damaged_numbers_are_left_out():
    fit = {"threshold:a": 1.5, "threshold:b": "0.5", "threshold:c": 0.4, "precision:c": 9.0}

    assert set(thresholds_in(fit)) == {"c"}
    assert (thresholds_in(fit)["c"].precision, thresholds_in(fit)["c"].recall) == (1.0, 0.0)


def test_labelling_fits_thresholds_on_calibrated_probabilities():
    torch.manual_seed(3)
    labels = torch.arange(90) % 3
    logits = torch.randn(90, 3) + 4 * torch.nn.functional.one_hot(labels, 3)
    task = Labelling(("a", "b", "c"), label_smoothing=0.0, balance=False)
    fit = task.fit_answers(
        [(logits[:50], {"label": labels[:50]}), (logits[50:], {"label": labels[50:]})]
    )

    task.use_fit(fit)
    scores = task.probabilities_of(logits)[:, 1].astype(np.float64)
    is_class = (labels == 1).numpy()

    best = max(f1_at(scores, is_class, t) for t in np.linspace(LOWEST, HIGHEST, 1701))
    assert set(task.thresholds) == {"a", "b", "c"}
    assert f1_at(scores, is_class, task.thresholds["b"]) == pytest.approx(best)
