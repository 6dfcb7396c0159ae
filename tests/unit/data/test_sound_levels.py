"""Levels of sounds by time and pitch, against tones of known pitch and loudness."""

import numpy as np
import pytest

from deepdesk.data.sound_levels import LEVELS_A_DB, QUIETEST_DB, pitch_rows, sound_levels

ROWS = 96


def tone(hz, rate_hz, seconds=1.0, strength=1.0):
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (strength * np.sin(2 * np.pi * hz * times_s)).astype(np.float32)


def decibels(levels):
    return levels / LEVELS_A_DB + QUIETEST_DB


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100])
@pytest.mark.parametrize("hz", [200.0, 1_000.0, 3_000.0])
def test_a_tone_stands_in_the_row_of_its_pitch(rate_hz, hz):
    rows = pitch_rows(rate_hz, ROWS)

    levels = sound_levels(tone(hz, rate_hz), rows, 50, 0.0, 1.0)

    loudest = levels[:, 5:-5].argmax(0)
    assert np.abs(loudest - rows.share_of(hz) * (ROWS - 1)).max() <= 2


@pytest.mark.parametrize("strength", [1.0, 0.1, 0.01])
def test_levels_are_decibels_against_a_full_tone(strength):
    rows = pitch_rows(16_000, ROWS)

    levels = sound_levels(tone(500.0, 16_000, strength=strength), rows, 20, 0.2, 0.8)

    assert decibels(levels.max()) == pytest.approx(20 * np.log10(strength), abs=3.0)


def test_silence_is_as_quiet_as_can_be():
    levels = sound_levels(np.zeros(8_000, np.float32), pitch_rows(8_000, ROWS), 30, 0.0, 1.0)

    assert not levels.any()


def test_a_click_stands_in_its_column():
    wave = np.zeros(16_000, np.float32)
    wave[12_000] = 1.0

    levels = sound_levels(wave, pitch_rows(16_000, ROWS), 100, 0.0, 1.0)

    heard = np.flatnonzero(levels.max(0) > levels.max() - 12)
    assert heard.min() >= 73
    assert heard.max() <= 76


def test_a_short_event_in_a_long_sound_is_not_stepped_over():
    wave = np.zeros(60 * 8_000, np.float32)
    wave[8_000 * 31 : 8_000 * 31 + 800] = tone(1_000.0, 8_000, 0.1)

    levels = sound_levels(wave, pitch_rows(8_000, ROWS), 400, 0.0, 60.0)

    assert decibels(levels.max()) > -20
    assert abs(levels.max(0).argmax() / 400 * 60 - 31) < 0.3


def test_beyond_the_ends_is_silence():
    levels = sound_levels(tone(500.0, 8_000), pitch_rows(8_000, ROWS), 30, -1.0, 2.0)

    assert not levels[:, :9].any()
    assert not levels[:, 21:].any()
    assert levels[:, 11:19].max(0).min() > 200


def test_a_stretch_is_the_same_part_of_the_whole():
    generator = np.random.default_rng(1)
    wave = generator.standard_normal(16_000).astype(np.float32) * 0.1
    rows = pitch_rows(16_000, ROWS)

    whole = sound_levels(wave, rows, 100, 0.0, 1.0)
    part = sound_levels(wave, rows, 30, 0.4, 0.7)

    assert np.abs(whole[:, 40:70].astype(int) - part).max() <= 1


def test_an_empty_sound_has_a_picture_too():
    levels = sound_levels(np.zeros(0, np.float32), pitch_rows(8_000, ROWS), 10, 0.0, 0.0)

    assert levels.shape == (ROWS, 10)
