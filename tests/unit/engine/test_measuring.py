"""Numbers as answers: measures against closed forms, margins, weights and sentences."""

import math

import numpy as np
import pytest
import torch

from deepdesk.data.numbers import Quantity
from deepdesk.engine.measuring import Measuring, rarity, rounded
from deepdesk.engine.number_metrics import measures

STEERING = Quantity(header="steering", mean=0.1, deviation=0.5, low=-1.0, high=1.0)
SPEED = Quantity(header="speed [km/h]", mean=40.0, deviation=10.0, low=0.0, high=90.0)


def standard(values_NK, numbers):
    means = torch.tensor([n.mean for n in numbers])
    deviations = torch.tensor([n.deviation for n in numbers])
    return ((torch.tensor(values_NK) - means) / deviations).float()


def measured(answers_NK, truths_NK, numbers):
    metrics = measures(numbers)
    for metric in metrics:
        for at in range(0, len(truths_NK), 2):
            part = slice(at, at + 2)
            batch = {"standard": standard(truths_NK[part], numbers)}
            metric.update(standard(answers_NK[part], numbers), batch)
    return {metric.name: metric.compute() for metric in metrics}


def test_one_number_is_measured_as_by_hand():
    truths, answers = [[0.0], [1.0], [2.0]], [[0.0], [2.0], [4.0]]

    found = measured(answers, truths, [STEERING])

    # Errors 0, 1, 2: mean square 5/3, mean size 1; the truths spread by 2.
    assert found["rmse"] == pytest.approx(math.sqrt(5 / 3), rel=1e-6)
    assert found["mae"] == pytest.approx(1.0, rel=1e-6)
    assert found["r2"] == pytest.approx(1 - 5 / 2, rel=1e-6)


def test_always_saying_the_mean_explains_nothing():
    truths = [[30.0], [50.0], [70.0]]

    assert measured([[50.0]] * 3, truths, [SPEED])["r2"] == pytest.approx(0.0, abs=1e-6)


def test_several_numbers_are_measured_as_numpy_does_it():
    chance = np.random.default_rng(1)
    truths = chance.normal([0.0, 40.0], [0.4, 12.0], (50, 2))
    answers = truths + chance.normal(0.0, [0.1, 3.0], (50, 2))

    found = measured(answers.tolist(), truths.tolist(), [STEERING, SPEED])

    errors = answers - truths
    assert found["rmse_speed"] == pytest.approx(np.sqrt((errors[:, 1] ** 2).mean()), rel=1e-5)
    assert found["mae_steering"] == pytest.approx(np.abs(errors[:, 0]).mean(), rel=1e-5)
    shares = 1 - (errors**2).sum(0) / ((truths - truths.mean(0)) ** 2).sum(0)
    assert found["r2"] == pytest.approx(shares.mean(), rel=1e-5)
    assert next(iter(found)) == "r2"


def test_a_missing_truth_counts_nothing():
    found = measured([[9.0], [1.5]], [[math.nan], [1.0]], [STEERING])

    assert found["rmse"] == pytest.approx(0.5, rel=1e-6)


def test_over_nothing_there_is_no_figure():
    assert all(math.isnan(metric.compute()) for metric in measures([STEERING]))


def test_a_metric_goes_on_from_its_state_and_refuses_another():
    first, second = measures([SPEED])[0], measures([SPEED])[0]
    first.update(torch.tensor([[1.0]]), {"standard": torch.tensor([[0.0]])})
    second.restore(first.state())

    assert second.compute() == first.compute() == pytest.approx(10.0)
    with pytest.raises(ValueError, match="other numbers"):
        second.restore({"sums": torch.zeros(5, 3)})


def test_the_loss_is_half_the_mean_square_of_known_numbers():
    task = Measuring([STEERING, SPEED])
    outputs = torch.tensor([[1.0, 2.0], [0.0, 0.0]], requires_grad=True)
    truths = torch.tensor([[0.0, math.nan], [0.0, 2.0]])

    (loss,) = task.losses(outputs, {"standard": truths}).values()
    loss.backward()

    assert float(loss.detach()) == pytest.approx(0.5 * (1.0 + 0.0 + 4.0) / 3)
    assert outputs.grad.tolist()[0][1] == 0.0


def test_a_robust_loss_grows_linearly_beyond_a_deviation():
    task = Measuring([STEERING], robust_from=1.0)
    batch = {"standard": torch.zeros(1, 1)}

    losses = [float(task.losses(torch.tensor([[v]]), batch)["squared_error"]) for v in (0.5, 5.0)]

    assert losses == pytest.approx([0.125, 4.5])


def test_rare_values_weigh_more_and_all_together_as_much_as_before():
    values = np.concatenate([np.zeros(90), np.linspace(1.0, 2.0, 10)]).astype(np.float32)[:, None]

    weights = rarity(values)

    assert weights.mean() == pytest.approx(1.0)
    assert weights[95] / weights[0] == pytest.approx(10.0)
    assert rarity(np.full((4, 1), 3.0, dtype=np.float32)).tolist() == [1.0] * 4
    assert rarity(np.full((4, 1), np.nan, dtype=np.float32)).tolist() == [1.0] * 4


def test_nine_of_ten_new_answers_lie_within_the_margin():
    chance = np.random.default_rng(3)
    task = Measuring([SPEED])
    errors = torch.from_numpy(chance.standard_t(4, (4000, 1))).float()
    fit = task.fit_answers([(errors[:2000], {"standard": torch.zeros(2000, 1)})])
    task.use_fit(fit)

    margin = task.number_of(torch.zeros(1)).margins["speed"]

    kept = float((errors[2000:].abs() * SPEED.deviation <= margin).float().mean())
    assert kept == pytest.approx(0.9, abs=0.02)


def test_too_few_samples_promise_no_margin():
    task = Measuring([SPEED])
    few = (torch.zeros(8, 1), {"standard": torch.zeros(8, 1)})

    assert task.fit_answers([few]) == {}
    assert task.fit_answers([]) == {}
    task.use_fit({"margin/weight": 3.0})
    assert task.number_of(torch.zeros(1)).margins == {}


def test_answers_are_told_in_their_units_with_the_error_in_deviations():
    task = Measuring([SPEED])
    truths = standard([[50.0], [50.0]], [SPEED])

    near, far = task.answers(standard([[50.5], [80.0]], [SPEED]), {"standard": truths})

    assert (near.truth, near.answer, near.is_right) == ("50.0 km/h", "50.5 km/h", True)
    assert (far.answer, far.is_right) == ("80.0 km/h", False)
    assert far.error == pytest.approx(3.0, rel=1e-5)
    assert math.isnan(near.score)


def test_what_counts_as_right_can_be_set():
    task = Measuring([SPEED], tolerance=20.0)
    truths = standard([[50.0]], [SPEED])

    assert task.answers(standard([[69.0]], [SPEED]), {"standard": truths})[0].is_right
    assert not task.answers(standard([[71.0]], [SPEED]), {"standard": truths})[0].is_right


@pytest.mark.parametrize(
    ("value", "deviation", "words"),
    [
        (4e-10, 0.5, "0.000"),
        (-1e-9, 0.5, "0.000"),
        (1234.5, 300.0, "1234"),
        (0.5, 1e-12, "0.500000000"),
    ],
)
def test_numbers_are_written_as_finely_as_they_spread(value, deviation, words):
    number = Quantity(header="a", mean=0.0, deviation=deviation, low=0.0, high=1.0)

    assert rounded(value, number) == words
