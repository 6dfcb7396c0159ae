"""The temperature, against data made with a known one and against a plain search."""

import pytest
import torch

from deepdesk.engine.calibration import fit_temperature


def made_with(temperature, count=20_000):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(count, 5, generator=generator) * 3
    probabilities = (logits / temperature).softmax(1)
    return logits, torch.multinomial(probabilities, 1, generator=generator)[:, 0]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_made_the_labels_is_found(temperature):
    assert fit_temperature(*made_with(temperature)) == pytest.approx(temperature, rel=0.05)


def test_no_other_temperature_makes_the_labels_more_likely():
    logits, labels = made_with(1.7, count=500)

    def cost(temperature):
        smoothing = 1 / 502
        return torch.nn.functional.cross_entropy(
            logits.double() / temperature, labels, label_smoothing=smoothing
        )

    found = fit_temperature(logits, labels)

    grid = [0.1 * 1.05**i for i in range(100)]
    assert cost(found) <= min(cost(t) for t in grid) + 1e-9


def test_a_split_without_mistakes_does_not_ask_for_certainty():
    logits = torch.eye(4).repeat(10, 1)
    labels = torch.arange(4).repeat(10)

    temperature = fit_temperature(logits, labels)

    surest = (logits[0] / temperature).softmax(0).max()
    assert surest == pytest.approx(1 - 1 / 42 * 3 / 4, abs=1e-4)
