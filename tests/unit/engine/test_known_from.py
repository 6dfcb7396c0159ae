"""From which probability on a sample counts as one of what was learnt."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepdesk.core.payload_json import payload_text, payload_to_json
from deepdesk.core.payloads import LabelScores
from deepdesk.engine.labelling import Labelling
from deepdesk.engine.thresholds import KNOWN_FROM, fit_known


def test_nineteen_of_twenty_samples_to_come_reach_it():
    chance = np.random.default_rng(3)
    kept = [
        float((chance.beta(8, 1, 400) >= fit_known(chance.beta(8, 1, 59))).mean())
        for _round in range(400)
    ]
    # Of 59 samples the third lowest is the limit: 57 of 60 reach it on average.
    assert np.mean(kept) == pytest.approx(57 / 60, abs=0.005)


def test_so_few_samples_that_none_may_be_lost_tell_nothing():
    assert fit_known(np.full(18, 0.9)) == 0.0
    assert fit_known(np.full(19, 0.9)) == pytest.approx(0.9)


def labelling():
    return Labelling(("cat", "dog"), label_smoothing=0.0, balance=False)


def test_answers_below_it_are_unlike_what_was_learnt():
    task = labelling()
    logits_NC = torch.tensor([[5.0, 0.0], [0.0, 5.0]]).repeat(20, 1)
    labels_N = torch.tensor([0, 1]).repeat(20)
    fit = task.fit_answers([(logits_NC, {"label": labels_N})])
    surest = float((torch.tensor([5.0, 0.0]).double() / fit["temperature"]).softmax(0).max())
    assert fit[KNOWN_FROM] == pytest.approx(surest)
    task.use_fit({**fit, KNOWN_FROM: surest - 1e-6})
    assert not task.scores_of(torch.tensor([5.0, 0.0])).is_unlike
    assert task.scores_of(torch.tensor([1.0, 0.0])).is_unlike
    task.use_fit({"temperature": 1.0})
    assert not task.scores_of(torch.tensor([0.1, 0.0])).is_unlike


def test_a_guess_is_told_as_one_in_the_terminal():
    guess = LabelScores(scores=(("cat", 0.62), ("dog", 0.38)), known_from=0.9)
    assert payload_text(guess) == "unsure, most like cat 62.0%, dog 38.0%"
    assert payload_to_json(guess) == {
        "label": "cat",
        "is_unlike": True,
        "scores": {"cat": 0.62, "dog": 0.38},
    }
    assert not LabelScores(scores=(), known_from=0.9).is_unlike
    assert not LabelScores(scores=(("cat", math.nextafter(0.9, 1)),), known_from=0.9).is_unlike
