"""Augmentation of sounds: what each part does, against plain computations."""

import numpy as np
import pytest
import torch

from deepdesk.core.chance import Draws
from deepdesk.data.augment_sound import (
    NO_AUGMENTATION,
    SoundAugmentation,
    augment_sounds,
    placed,
)

ROOM, RATE_HZ = 4_000, 8_000


def sounds(count=6, length=2_000, pitch_hz=500.0):
    """Return sines with room behind them and their lengths."""
    wave = torch.sin(2 * torch.pi * pitch_hz * torch.arange(ROOM) / RATE_HZ) * 0.5
    wave[length:] = 0
    return wave.repeat(count, 1), torch.full((count,), length)


def drawn(count=6, seed=3):
    return Draws(seed, 0, np.arange(count))


def test_without_draws_a_sound_stands_in_the_middle_untouched():
    given, lengths = sounds(1)

    (shown,) = placed(given, lengths, None, SoundAugmentation(shift=True, speed=0.2))

    torch.testing.assert_close(shown[1_000:3_000], given[0, :2_000])
    assert not shown[:1_000].any()
    assert not shown[3_000:].any()


def test_a_shift_moves_the_whole_sound_to_different_places():
    given, lengths = sounds()

    shown = placed(given, lengths, drawn(), SoundAugmentation(shift=True))

    firsts = [int(torch.nonzero(wave)[0]) for wave in shown]
    assert len(set(firsts)) == len(firsts)
    for first, wave in zip(firsts, shown, strict=True):
        torch.testing.assert_close(wave[first : first + 1_990], given[0, 1:1_991])


def test_speed_changes_length_and_pitch_by_the_same_factor():
    given, lengths = sounds()

    shown = placed(given, lengths, drawn(), SoundAugmentation(speed=0.15))

    factors = 1 + (drawn().uniform("speed")[:, 0] * 2 - 1) * 0.15
    pitches = np.abs(np.fft.rfft(shown.numpy() * np.hanning(ROOM))).argmax(1) * RATE_HZ / ROOM
    np.testing.assert_allclose(pitches, 500.0 * factors, atol=4.0)
    heard = (shown.abs() > 0).sum(1).numpy()
    np.testing.assert_allclose(heard, 2_000 / factors, rtol=0.02)


def test_loudness_changes_by_the_drawn_decibels():
    given, _lengths = sounds()

    shown = augment_sounds(given, drawn(), SoundAugmentation(loudness_db=6.0))

    factors = 10 ** ((drawn().uniform("loudness")[:, 0] * 2 - 1) * 6.0 / 20)
    np.testing.assert_allclose(shown.abs().amax(1), 0.5 * factors, rtol=1e-5)


def test_noise_is_at_most_as_loud_as_set_and_differs_between_sounds():
    silence = torch.zeros(6, ROOM)

    noise = augment_sounds(silence, drawn(), SoundAugmentation(noise_db=-30.0))

    levels_db = 20 * noise.square().mean(1).sqrt().log10()
    assert (levels_db < -29.5).all()
    assert (levels_db > -70.5).all()
    assert not torch.equal(noise[0], noise[1])


def test_tone_changes_no_pitch_and_only_its_loudness():
    given, _lengths = sounds(length=ROOM)

    shown = augment_sounds(given, drawn(), SoundAugmentation(tone_db=12.0))

    change_db = 20 * (shown.square().mean(1) / given.square().mean(1)).sqrt().log10()
    assert change_db.abs().max() <= 12.0
    assert change_db.std() > 0.5
    assert (np.abs(np.fft.rfft(shown.numpy())).argmax(1) == 250).all()


def test_gaps_take_something_out_and_leave_the_most():
    torch.manual_seed(0)
    given = torch.randn(6, ROOM)

    shown = augment_sounds(given, drawn(), SoundAugmentation(mask=0.15))

    left = shown.square().sum(1) / given.square().sum(1)
    assert (left < 0.999).all()
    assert (left > 0.4).all()


def test_nothing_is_changed_when_all_is_off():
    given, _lengths = sounds()

    assert torch.equal(augment_sounds(given, drawn(), NO_AUGMENTATION), given)


@pytest.mark.parametrize("rows", [slice(0, 2), slice(3, 6)])
def test_a_sound_is_varied_alike_in_any_batch(rows):
    how = SoundAugmentation(shift=True, speed=0.15, loudness_db=6.0, noise_db=-30.0, mask=0.1)
    given, lengths = sounds()

    def varied(part):
        draws = Draws(3, 0, np.arange(6)[part])
        return augment_sounds(placed(given[part], lengths[part], draws, how), draws, how)

    torch.testing.assert_close(varied(rows), varied(slice(None))[rows], atol=1e-6, rtol=1e-5)
