"""What is made of spectrograms, against loops in float64 and closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from deepdesk.core import settings
from deepdesk.nn.build import module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.initial import draw
from deepdesk.nn.modules.sound import running_mean


def made(key: str, in_shape: tuple[int, ...], **values: Any) -> nn.Module:
    config = settings.from_json(BLOCKS[key].config, values)
    module = module_of(key, config, (in_shape,)).to_empty(device="cpu")
    draw(module, torch.Generator().manual_seed(3))
    return module.eval()


def levels(*shape: int, seed: int = 1) -> torch.Tensor:
    """Return logarithms of energies as a spectrogram has them."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 18 - 13.8


def test_coefficients_are_sums_of_cosines():
    x = levels(2, 1, 7, 5)

    said = made("mfcc", (1, 7, 5), coefficients=4)(x).numpy()

    wave = x.double().numpy()
    for order in range(4):
        scale = math.sqrt((1 if order == 0 else 2) / 7)
        expected = scale * sum(
            wave[:, 0, band] * math.cos(math.pi * order * (band + 0.5) / 7) for band in range(7)
        )
        assert np.allclose(said[:, 0, order], expected, atol=1e-5)


def test_all_coefficients_together_keep_every_length_and_angle():
    cosines = made("mfcc", (1, 40, 3), coefficients=40).get_buffer("cosines").double()

    assert torch.allclose(cosines @ cosines.T, torch.eye(40, dtype=torch.float64), atol=1e-6)


def test_slopes_of_a_straight_line_are_its_own_and_those_of_them_are_none():
    times = torch.arange(11.0)
    x = (3 * times).expand(1, 1, 1, 11)

    said = made("mfcc", (1, 1, 11), coefficients=1, slopes=2)(x)[0, :, 0]

    assert torch.allclose(said[1, 2:-2], torch.full((7,), 3.0))
    assert torch.allclose(said[2, 4:-4], torch.zeros(3), atol=1e-6)


def test_slopes_are_what_least_squares_finds():
    x = levels(1, 2, 6, 9)
    module = made("mfcc", (2, 6, 9), coefficients=6, slopes=1)

    said = module(x).double().numpy()

    padded = np.pad(said[0, :2], ((0, 0), (0, 0), (2, 2)), mode="edge")
    for column in range(9):
        window = padded[..., column : column + 5].reshape(12, 5).T
        slopes = np.polyfit(np.arange(5), window, 1)[0]
        assert np.allclose(said[0, 2:, :, column].ravel(), slopes, atol=1e-5)


@pytest.mark.parametrize("columns", [1, 9, 256, 257, 600])
@pytest.mark.parametrize("share", [0.025, 0.5, 1.0])
def test_a_running_mean_is_the_loop_that_it_is_written_as(columns, share):
    x = levels(1, 1, 2, columns).exp()

    said = running_mean(x, share)[0, 0].numpy()

    rows = x[0, 0].double().numpy()
    mean = rows[:, 0]
    for column in range(columns):
        mean = (1 - share) * mean + share * rows[:, column]
        assert np.allclose(said[:, column], mean, rtol=1e-5)


def test_pcen_is_its_formula_with_numbers_of_each_band():
    module = made("pcen", (1, 3, 40), share=0.1)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.tensor([-0.3, 0.0, 0.2]))
    x = levels(2, 1, 3, 40)

    said = module(x).detach().numpy()[1, 0]

    energies = x[1, 0].double().exp().numpy()
    for band in range(3):
        change = math.exp([-0.3, 0.0, 0.2][band])
        gain, offset, root = 0.98 * change, 2.0 * change, 0.5 * change
        mean = energies[band, 0]
        for column in range(40):
            mean = 0.9 * mean + 0.1 * energies[band, column]
            even = energies[band, column] / (1e-6 + mean) ** gain
            expected = (even + offset) ** root - offset**root
            assert said[band, column] == pytest.approx(expected, rel=2e-4, abs=1e-5)


def test_pcen_hardly_hears_how_loud_a_steady_sound_is():
    module = made("pcen", (1, 4, 50))
    quiet = torch.full((1, 1, 4, 50), -6.0)

    near, far = module(quiet + 6.0), module(quiet)

    assert (near - far).abs().max() < 0.06
    assert far.std() < 1e-6


@pytest.mark.parametrize("level", [-13.9, 0.0, 12.0])
def test_pcen_and_its_gradients_stay_finite_for_silence_and_for_noise(level):
    module = made("pcen", (1, 4, 30)).train()
    x = torch.full((1, 1, 4, 30), level)
    x[..., 10] = 12.0
    x.requires_grad_()

    module(x).square().sum().backward()

    assert x.grad.isfinite().all()
    assert all(parameter.grad.isfinite().all() for parameter in module.parameters())


def test_a_band_norm_takes_off_what_a_microphone_adds_and_how_much_it_multiplies():
    module = made("band_norm", (1, 5, 60))
    x = levels(2, 1, 5, 60)
    tone = torch.linspace(-3, 5, 5)[:, None]

    assert torch.allclose(module(x), module(x + tone), atol=1e-4)
    assert torch.allclose(module(x), module(2 * x + tone), atol=1e-4)
    rows = x[1, 0].double().numpy()
    expected = (rows - rows.mean(1, keepdims=True)) / rows.std(1, keepdims=True)
    assert np.allclose(module(x)[1, 0].numpy(), expected, atol=1e-4)


def test_without_deviations_it_takes_off_the_mean_alone():
    x = levels(2, 1, 5, 60)

    said = made("band_norm", (1, 5, 60), deviation=False)(x)

    assert torch.allclose(said, x - x.mean(-1, keepdim=True), atol=1e-5)


def test_a_silent_band_stays_at_zero():
    assert not made("band_norm", (1, 5, 60))(torch.full((1, 1, 5, 60), -13.8155)).abs().max() > 1e-2


@pytest.mark.parametrize("key", ["mfcc", "pcen", "band_norm"])
def test_lower_precision_does_not_reach_them(key):
    module = made(key, (1, 20, 9))
    x = levels(1, 1, 20, 9)

    with torch.autocast("cpu", torch.bfloat16):
        mixed = module(x)

    assert mixed.dtype == torch.float32
    assert torch.equal(mixed, module(x))
