"""The spectrogram against numpy's transform, and the mel scale against what was published."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from deepdesk.core import settings
from deepdesk.nn.build import build, build_empty, module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract, Node
from deepdesk.nn.initial import draw
from deepdesk.nn.mel import SCALES, corners_hz, has_empty_band
from deepdesk.nn.presets import chain

RATE_HZ = 16_000


def made(in_shape: tuple[int, ...], **values: Any) -> nn.Module:
    config = settings.from_json(BLOCKS["spectrogram"].config, values)
    module = module_of("spectrogram", config, (in_shape,)).to_empty(device="cpu")
    draw(module, torch.Generator().manual_seed(3))
    return module.eval()


def tone(hz: float, samples: int = 4000) -> torch.Tensor:
    return torch.sin(2 * math.pi * hz * torch.arange(samples) / RATE_HZ)[None]


# HTK Book, 5.4: 1000 Hz is 1000 mel, within what its rounded numbers allow. Slaney, 1998: 13 bands
# of 200/3 Hz and 27 up to 6400 Hz, so that 1000 Hz is 15 steps and 6400 Hz is 42.
@pytest.mark.parametrize(
    ("scale", "hz", "mel", "within"),
    [
        ("htk", 0.0, 0.0, 0.0),
        ("htk", 1000.0, 1000.0, 0.02),
        ("htk", 6300.0, 2595.0, 1e-9),
        ("slaney", 0.0, 0.0, 0.0),
        ("slaney", 200.0, 3.0, 1e-12),
        ("slaney", 1000.0, 15.0, 1e-12),
        ("slaney", 6400.0, 42.0, 1e-12),
    ],
)
def test_the_scales_meet_their_published_points(scale, hz, mel, within):
    to_mel, to_hz, _is_weighted = SCALES[scale]

    assert to_mel(hz) == pytest.approx(mel, abs=within)
    assert to_hz(to_mel(hz)) == pytest.approx(hz, abs=1e-9)


@pytest.mark.parametrize("scale", SCALES)
def test_corners_are_evenly_spaced_on_their_scale(scale):
    corners = corners_hz(scale, 30, 50.0, 7000.0)

    steps = np.diff([SCALES[scale][0](hz) for hz in corners])
    assert len(corners) == 32
    assert corners[0] == pytest.approx(50)
    assert corners[-1] == pytest.approx(7000)
    assert np.allclose(steps, steps[0])


def test_filters_are_triangles_that_sum_to_one_between_the_first_top_and_the_last():
    filters = made((4000,), bands=40, low_hz=0.0).get_buffer("filters").double().numpy()
    corners = corners_hz("htk", 40, 0.0, RATE_HZ / 2)
    frequencies = np.arange(filters.shape[1]) * RATE_HZ / 400

    for band in range(40):
        triangle = np.interp(frequencies, corners[band : band + 3], [0, 1, 0], left=0, right=0)
        assert np.allclose(filters[band], triangle, atol=1e-6)
    inside = (frequencies > corners[1]) & (frequencies < corners[-2])
    assert np.allclose(filters.sum(0)[inside], 1, atol=1e-6)


def test_filters_of_slaney_all_have_an_area_of_one():
    filters = made((40_000,), bands=20, window_ms=500.0, scale="slaney").get_buffer("filters")

    areas = filters.double().sum(1) * RATE_HZ / 8000
    assert torch.allclose(areas, torch.ones(20, dtype=torch.float64), atol=2e-3)


@pytest.mark.parametrize(("rate_hz", "samples"), [(16_000, 1601), (11_025, 1000)])
def test_a_spectrogram_is_what_numpy_finds_frame_by_frame(rate_hz, samples):
    module = made((2, samples), rate_hz=rate_hz, bands=20)
    window, step = round(0.025 * rate_hz), round(0.01 * rate_hz)
    x = torch.rand(3, 2, samples, generator=torch.Generator().manual_seed(1)) * 2 - 1

    said = module(x)[1, 1].numpy()

    wave = np.pad(x[1, 1].double().numpy(), window // 2, mode="reflect")
    hann = np.sin(np.pi * np.arange(window) / window) ** 2
    frames = [wave[start : start + window] for start in range(0, len(wave) - window + 1, step)]
    powers = np.abs(np.fft.rfft(np.array(frames) * hann, axis=1)) ** 2
    energies = module.get_buffer("filters").double().numpy() @ powers.T
    assert said.shape == energies.shape
    assert np.allclose(said, np.log(np.maximum(energies, 1e-6)), atol=1e-3)


@pytest.mark.parametrize("hz", [300.0, 1000.0, 3150.0])
def test_a_tone_is_loudest_in_the_band_whose_top_is_nearest(hz):
    levels = made((4000,), bands=40)(tone(hz))[0, 0]

    tops = np.array(corners_hz("htk", 40, 20.0, RATE_HZ / 2)[1:-1])
    nearest = np.abs([SCALES["htk"][0](top) - SCALES["htk"][0](hz) for top in tops]).argmin()
    assert abs(levels.mean(1).argmax().item() - nearest) <= 1


def test_silence_is_the_floor_and_nothing_else():
    levels = made((4000,))(torch.zeros(1, 4000))

    assert torch.allclose(levels, torch.full_like(levels, math.log(1e-6)))


def test_lower_precision_does_not_reach_the_spectrogram():
    module = made((4000,))

    with torch.autocast("cpu", torch.bfloat16):
        mixed = module(tone(440.0))

    assert mixed.dtype == torch.float32
    assert torch.equal(mixed, module(tone(440.0)))


def test_a_spectrogram_learns_nothing_and_passes_gradients_to_the_sound():
    module = made((4000,))
    x = tone(440.0).requires_grad_()

    module(x).sum().backward()

    assert not list(module.parameters())
    assert x.grad.isfinite().all()


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("bands", [10, 40, 64, 90, 130, 200])
def test_an_empty_band_is_found_by_counting_frequencies_in_it(scale, bands):
    corners = corners_hz(scale, bands, 0.0, 8000.0)
    frequencies = np.arange(201) * 40.0

    counted = [
        ((frequencies > low) & (frequencies < high)).sum()
        for low, high in zip(corners, corners[2:], strict=False)
    ]

    assert has_empty_band(corners, 40.0) == (min(counted) == 0)


def test_a_network_for_sounds_is_made_of_blocks_and_its_filters_are_kept_with_its_weights():
    contract = Contract(inputs={"sound": (4000,)}, outputs={"logits": (5,)})
    graph = chain(
        "Sounds",
        Node("sound", "input"),
        Node("picture", "spectrogram", {"bands": 40}),
        Node("encoder", "convolutional_recurrent", {"channels": 4, "width": 8}),
        Node("one", "sequence_pool", {"how": "attention"}),
        Node("classes", "classifier_head"),
    )
    network = build(graph, contract).eval()
    again = build_empty(graph, contract).eval()

    again.load_state_dict(network.state_dict())

    assert network(tone(500.0)).shape == (1, 5)
    assert torch.equal(network(tone(500.0)), again(tone(500.0)))
