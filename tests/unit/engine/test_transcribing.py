"""Loss, measures and sureness of written answers, against plain sums."""

import itertools
import math

import numpy as np
import pytest
import torch

from deepdesk.core.alignment import words
from deepdesk.data.writing import Style, Units
from deepdesk.engine.sureness import fit_sureness, sureness
from deepdesk.engine.text_metrics import ErrorRate
from deepdesk.engine.transcribing import Transcribing

UNITS = Units([" ", "a", "b"])


def writer(frames=6, **settings):
    return Transcribing(UNITS, Style(), frames=frames, search=None, **settings)


def batch_of(task, texts, frames):
    extras = task.extras(np.full(len(texts), -1), texts)
    batch = {name: torch.from_numpy(values) for name, values in extras.items()}
    return {**batch, "frames": torch.tensor(frames)}


def logits(count=2, frames=6, seed=0):
    return torch.randn(count, frames, len(UNITS) + 1, generator=torch.manual_seed(seed))


def clear(texts, frames=9):
    """Return logits that write these texts."""
    scores = torch.zeros(len(texts), frames, len(UNITS) + 1)
    scores[:, :, 0] = 8.0
    for row, text in enumerate(texts):
        for place, number in enumerate(UNITS.encoded(text)):
            scores[row, 2 * place, number] = 16.0
    return scores


def by_hand(scores_TC, label):
    """Return minus the logarithm of the sum over all alignments."""
    p_TC = scores_TC.double().softmax(1).numpy()
    total = 0.0
    for path in itertools.product(range(p_TC.shape[1]), repeat=len(p_TC)):
        if tuple(u for u, _run in itertools.groupby(path) if u) == tuple(label):
            total += math.prod(p_TC[frame, unit] for frame, unit in enumerate(path))
    return -math.log(total)


def test_the_loss_is_that_of_all_alignments_within_the_true_length():
    task, scores = writer(frames=5), logits(frames=5)
    batch = batch_of(task, ["ab", "a"], [4, 3])

    wanted = np.mean([by_hand(scores[0, :4], [2, 3]) / 2, by_hand(scores[1, :3], [2])])

    assert float(task.losses(scores, batch)["ctc"]) == pytest.approx(wanted, rel=1e-5)


def test_what_lies_behind_the_end_of_a_sound_has_no_effect():
    task, scores = writer(), logits().requires_grad_()
    batch = batch_of(task, ["ab", "a"], [4, 3])
    task.losses(scores, batch)["ctc"].backward()

    assert not scores.grad[0, 4:].any()
    assert scores.grad[0, :4].any()
    other = scores.detach().clone()
    other[1, 3:] = 50.0
    assert task.written(other, batch)[1].text == task.written(scores, batch)[1].text


def test_a_text_without_room_counts_as_nothing_and_an_empty_one_as_silence():
    task, scores = writer(), logits()
    losses = task.losses(scores, batch_of(task, ["aaaa", ""], [4, 6]))["ctc"]

    assert float(losses) == pytest.approx(by_hand(scores[1], []) / 2, rel=1e-4)


def test_the_same_batch_gives_the_same_bits():
    task = writer(frames=80)
    batch = batch_of(task, ["abab ba", "bb a ab"] * 8, [80, 61] * 8)
    gradients = []
    for _round in range(3):
        scores = logits(16, 80).requires_grad_()
        task.losses(scores, batch)["ctc"].backward()
        gradients.append(scores.grad)

    assert torch.equal(gradients[0], gradients[1])
    assert torch.equal(gradients[0], gradients[2])


def test_made_up_samples_without_texts_have_a_loss_too():
    task = writer()

    assert math.isfinite(task.losses(logits(), batch_of(task, [None, None], [6, 6]))["ctc"])


def test_answers_say_truth_text_and_how_far_off_they_are():
    task = writer(frames=9)
    batch = batch_of(task, ["ab ba", "Ab!"], [9, 9])

    right, wrong = task.answers(clear(["ab ba", "aa"]), batch)

    assert (right.truth, right.answer, right.is_right, right.error) == ("ab ba", "ab ba", True, 0)
    assert (wrong.truth, wrong.answer, wrong.is_right, wrong.error) == ("ab", "aa", False, 0.5)
    assert 0.9 < right.score <= 1.0


def test_truths_keep_what_no_unit_can_write():
    task = writer(frames=9)
    batch = batch_of(task, ["a\U0001f389b"], [9])

    (answer,) = task.answers(clear(["ab"]), batch)

    assert answer.truth == "a\U0001f389b"
    assert answer.error == pytest.approx(1 / 3)


def test_what_training_never_had_is_counted():
    task = writer(frames=9)
    batch = batch_of(task, ["a\U0001f389b", "xx", "ab"], [9, 9, 9])
    characters, _words = task.metrics()
    characters.update(clear(["ab", "", "ab"]), batch)

    assert characters.details()["character_error_rate"]["unknown"] == 3
    assert characters.compute() == pytest.approx(3 / 7)


def test_a_text_far_too_long_takes_no_more_room_than_a_sound_has():
    extras = writer(frames=9).extras(np.array([-1, -1]), ["a" * 10_000, "b"])

    assert extras["label"].shape == (2, 10)
    assert extras["truth"].shape == (2, 9)


def distance(a, b):
    """Return the edit distance by the plain recurrence."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


PAIRS = [("a b c", "a c"), ("red cat", "red cap sat"), ("x", "x"), ("", "y"), ("one two", "")]


def rate_of(pairs, split=words, watched=()):
    metric = ErrorRate("word_error_rate", "Word error rate", lambda o, b: o, split, watched)
    metric.update(pairs, {})
    return metric


@pytest.mark.parametrize("split", [words, str])
def test_error_rates_are_of_the_whole_corpus(split):
    errors = sum(distance(split(truth), split(answer)) for truth, answer in PAIRS)
    units = sum(len(split(truth)) for truth, _answer in PAIRS)

    assert rate_of(PAIRS, split).compute() == pytest.approx(errors / units)


def test_details_count_each_sort_of_error_and_what_was_taken_for_what():
    pairs = [("cat sat", "cap sat"), ("cat", "cap"), ("sat cat", "sat"), ("sat", "sat cap")]
    told = rate_of(pairs, watched=("cat", "cap", "sat")).details()["word_error_rate"]

    assert (told["replaced"], told["missing"], told["extra"]) == (2, 1, 1)
    assert (told["units"], told["samples"], told["right"]) == (6, 4, 0)
    assert told["confusions"] == [["cat", "cap", 2]]


def test_states_of_error_rates_add_up():
    whole, first, second = (
        rate_of(pairs, watched=("red", "cat")) for pairs in (PAIRS, PAIRS[:2], PAIRS[2:])
    )
    first.restore({name: t + second.state()[name] for name, t in first.state().items()})

    assert first.compute() == whole.compute()
    assert first.details() == whole.details()
    with pytest.raises(ValueError, match="other units"):
        first.restore(rate_of(PAIRS).state())


def test_no_samples_have_no_error_rate():
    assert math.isnan(rate_of([]).compute())


def test_sureness_is_how_often_such_answers_are_right():
    rng = np.random.default_rng(1)
    doubts = np.exp(rng.normal(0.0, 1.5, 4000))
    chance = 1 / (1 + np.exp(-(0.5 - 1.3 * np.log(doubts))))
    slope, odds = fit_sureness(doubts.tolist(), (rng.random(4000) < chance).tolist())

    for doubt in (0.1, 1.0, 5.0):
        wanted = 1 / (1 + math.exp(-(0.5 - 1.3 * math.log(doubt))))
        assert sureness(doubt, slope, odds) == pytest.approx(wanted, abs=0.04)


@pytest.mark.parametrize("is_right", [True, False])
def test_a_split_without_a_mistake_does_not_ask_for_certainty(is_right):
    slope, odds = fit_sureness([0.1, 0.2, 0.3], [is_right] * 3)

    assert 0.05 < sureness(0.2, slope, odds) < 0.95
    assert slope > 0 < odds


def test_fitted_scores_are_probabilities_of_the_whole_answer():
    task = writer(frames=9)
    pairs = [(clear(["ab", "a"]), batch_of(task, ["ab", "b"], [9, 9]))] * 4
    plain = task.answers(*pairs[0])[0].score

    fit = task.fit_answers(pairs)
    task.use_fit(fit)

    assert all(value > 0 for value in fit.values())
    assert task.answers(*pairs[0])[0].score == pytest.approx(0.5, abs=0.15) != plain
    assert writer().fit_answers([]) == {}
