"""Echoes: what a room does, against plain convolution and closed forms."""

import numpy as np
import pytest
import torch

from deepdesk.core.chance import Draws
from deepdesk.data.augment_sound import SoundAugmentation, augment_sounds
from deepdesk.data.rooms import TAIL_S, fast_length, room_for, room_spectra

RATE_HZ, SAMPLES = 8_000, 4_000
COUNT = 200
CPU = torch.device("cpu")


def drawn(rows=slice(0, COUNT)):
    return Draws(3, 0, np.arange(COUNT)[rows])


def rooms(draws, longest_s=0.6):
    """Return the impulse responses of rooms, float64, (N, T)."""
    length = room_for(SAMPLES, RATE_HZ)
    spectra = room_spectra(draws, RATE_HZ, length, longest_s, CPU)
    return np.fft.irfft(spectra.numpy(), n=length)


def test_an_echo_is_the_convolution_with_a_room_and_keeps_its_length():
    given = torch.randn(5, SAMPLES, generator=torch.Generator().manual_seed(1))
    draws = drawn(slice(0, 5))

    shown = augment_sounds(given, draws, SoundAugmentation(room_s=0.6, rate_hz=RATE_HZ))

    for wave, room, heard in zip(given.numpy(), rooms(draws), shown.numpy(), strict=True):
        expected = np.convolve(wave.astype(np.float64), room)[:SAMPLES]
        np.testing.assert_allclose(heard, expected, atol=1e-4)


def test_a_room_is_as_loud_as_the_direct_sound_was():
    energies = (rooms(drawn()) ** 2).sum(1)

    np.testing.assert_allclose(energies, 1.0, rtol=1e-3)


def test_echoes_decay_by_sixty_decibels_in_their_time():
    draws = drawn()
    decays_s = 0.1 * 6.0 ** draws.uniform("room", 4)[:, 0]
    is_wet = draws.uniform("room", 4)[:, 1] >= 0.3
    tails = rooms(draws)[is_wet][:, 24 : round(TAIL_S * RATE_HZ)]

    # Piece by piece, as far as 36 dB below the beginning; below lies the rounding of transforms.
    for tail, decay_s in zip(tails, decays_s[is_wet], strict=True):
        count = round(min(0.6 * decay_s, 0.37) * RATE_HZ) // 80
        levels_db = 10 * np.log10((tail[: count * 80].reshape(count, 80) ** 2).mean(1))
        slope_db = np.polyfit(np.arange(count) * 80 / RATE_HZ, levels_db, 1)[0]
        assert slope_db == pytest.approx(-60.0 / decay_s, rel=0.25)


def test_some_sounds_stay_dry_and_the_others_differ():
    responses = rooms(drawn())
    is_dry = np.abs(responses[:, 1:]).max(1) < 1e-6

    assert 0.2 < is_dry.mean() < 0.4
    np.testing.assert_allclose(responses[is_dry][:, 0], 1.0, atol=1e-6)
    wet = responses[~is_dry][:, 24:600]
    assert np.abs(np.corrcoef(wet[:40]) - np.eye(40)).max() < 0.6


def test_no_echo_comes_before_its_sound():
    click = torch.zeros(20, SAMPLES)
    click[:, 3_900] = 1.0

    shown = augment_sounds(
        click, drawn(slice(0, 20)), SoundAugmentation(room_s=0.6, rate_hz=RATE_HZ)
    )

    assert shown[:, :3_900].abs().max() < 1e-5
    assert shown[:, 3_925:].abs().max() > 1e-3


@pytest.mark.parametrize("rows", [slice(0, 3), slice(7, 8)])
def test_an_echo_is_the_same_in_any_batch(rows):
    how = SoundAugmentation(room_s=0.6, tone_db=12.0, mask=0.1, rate_hz=RATE_HZ)
    given = torch.randn(9, SAMPLES, generator=torch.Generator().manual_seed(1))

    whole = augment_sounds(given, drawn(slice(0, 9)), how)
    part = augment_sounds(given[rows], Draws(3, 0, np.arange(9)[rows]), how)

    torch.testing.assert_close(part, whole[rows], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("least", [1, 2, 7, 97, 1_025, 4_001, 27_201, 100_003])
def test_a_fast_length_is_the_next_with_small_factors_alone(least):
    def is_fast(number):
        for factor in (2, 3, 5):
            while number % factor == 0:
                number //= factor
        return number == 1

    expected = least
    while not is_fast(expected):
        expected += 1

    assert fast_length(least) == expected
