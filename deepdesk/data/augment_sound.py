"""Augmentation of sounds in batches, on the device, from stateless draws.

Letters in names: N batch, T samples over time, F frequencies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

from deepdesk.core.chance import Draws
from deepdesk.data.rooms import room_for, room_spectra

_NOISE_SAMPLES = 1 << 17
_TONE_WAVES = 3
_MASKS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundAugmentation:
    """How strongly sounds are varied; 0 switches a part off.

    Attributes:
        shift: Whether a sound that is shorter than its room stands anywhere in it.
        speed: Largest change of speed, and of pitch with it, as a share.
        loudness_db: Largest change of loudness, both ways.
        noise_db: Loudest noise, against full scale; below 0. 0 for none.
        tone_db: Largest change of loudness with pitch, both ways.
        mask: Widest stretch of time and of pitch that is taken out, as a share.
        room_s: Longest time in which echoes decay by 60 dB.
        rate_hz: Samples a second; `room_s` alone needs it.
    """

    shift: bool = False
    speed: float = 0.0
    loudness_db: float = 0.0
    noise_db: float = 0.0
    tone_db: float = 0.0
    mask: float = 0.0
    room_s: float = 0.0
    rate_hz: int = 16_000


NO_AUGMENTATION = SoundAugmentation()


def placed(
    sounds_NT: Tensor, lengths_N: Tensor, draws: Draws | None, how: SoundAugmentation
) -> Tensor:
    """Return each sound in the middle of its room, or anywhere in it, float32, (N, T).

    Args:
        sounds_NT: float32, (N, T), beginning at the first sample.
        lengths_N: int64, (N,): how many samples are the sound; the rest is room.
        draws: One row of randomness per sound, None for the middle.
        how: Strengths.
    """
    room = sounds_NT.shape[1]
    device = sounds_NT.device
    times_T = torch.arange(room, device=device, dtype=torch.float32)
    speed_N = torch.ones(len(sounds_NT), device=device)
    share_N = torch.full_like(speed_N, 0.5)
    if draws is not None and how.speed:
        speed_N = 1.0 + _between(draws, "speed", device) * how.speed
    if draws is not None and how.shift:
        share_N = _between(draws, "shift", device) * 0.5 + 0.5
    # Shorter than the room: it stands somewhere inside. Longer: some of it is seen.
    starts_N = ((room - lengths_N / speed_N) * share_N).round()
    places_NT = (times_T[None] - starts_N[:, None]) * speed_N[:, None]
    inside_NT = (places_NT >= 0) & (places_NT <= (lengths_N[:, None] - 1))
    below_NT = places_NT.floor()
    parts_NT = places_NT - below_NT
    index_NT = below_NT.long().clamp(0, room - 1)
    found_NT = sounds_NT.gather(1, index_NT)
    if how.speed and draws is not None:
        after_NT = sounds_NT.gather(1, (index_NT + 1).clamp_max(room - 1))
        found_NT = torch.lerp(found_NT, after_NT, parts_NT)
    return found_NT * inside_NT


def augment_sounds(sounds_NT: Tensor, draws: Draws, how: SoundAugmentation) -> Tensor:
    """Return varied sounds, float32, (N, T).

    Args:
        sounds_NT: float32, (N, T), -1 to 1.
        draws: One row of randomness per sound.
        how: Strengths.
    """
    if how.tone_db or how.mask or how.room_s:
        sounds_NT = _filtered(sounds_NT, draws, how)
    if how.mask:
        sounds_NT = _interrupted(sounds_NT, draws, how.mask)
    if how.loudness_db:
        gain_db = _between(draws, "loudness", sounds_NT.device) * how.loudness_db
        sounds_NT = sounds_NT * torch.pow(10.0, gain_db / 20.0)[:, None]
    if how.noise_db:
        sounds_NT = sounds_NT + _noise(sounds_NT, draws, how.noise_db)
    return sounds_NT


def _between(draws: Draws, name: str, device: torch.device) -> Tensor:
    """Return draws in [-1, 1), float32, (N,)."""
    return torch.from_numpy(draws.uniform(name)[:, 0] * 2.0 - 1.0).to(device)


def _filtered(sounds_NT: Tensor, draws: Draws, how: SoundAugmentation) -> Tensor:
    """Add echoes, change loudness with pitch, as microphones do, and take bands out."""
    device = sounds_NT.device
    samples = sounds_NT.shape[1]
    # Echoes of the end must not come before the beginning, as they would in a circle.
    length = room_for(samples, how.rate_hz) if how.room_s else samples
    spectra_NF = torch.fft.rfft(sounds_NT, length)
    if how.room_s:
        spectra_NF *= room_spectra(draws, how.rate_hz, length, how.room_s, device)
    if how.tone_db or how.mask:
        spectra_NF *= _gains(draws, spectra_NF.shape, how, device)
    filtered_NT: Tensor = torch.fft.irfft(spectra_NF, n=length)[:, :samples]
    return filtered_NT


def _gains(draws: Draws, shape: torch.Size, how: SoundAugmentation, device: torch.device) -> Tensor:
    """Return how much of each pitch is left, float32, (N, F)."""
    share_F = torch.linspace(0.0, 1.0, shape[1], device=device)
    gains_NF = torch.ones(shape, device=device)
    if how.tone_db:
        waves_KF = torch.cos(
            math.pi * torch.arange(1, _TONE_WAVES + 1, device=device)[:, None] * share_F.sqrt()
        )
        heights_NK = torch.from_numpy(draws.uniform("tone", _TONE_WAVES) * 2.0 - 1.0).to(device)
        gains_NF = torch.pow(10.0, heights_NK @ waves_KF * (how.tone_db / _TONE_WAVES / 20.0))
    if how.mask:
        # Bands are wider high up, as on the scale that the network hears with.
        pitch_F = share_F.sqrt()
        drawn = torch.from_numpy(draws.uniform("mask_pitch", 2 * _MASKS)).to(device)
        for first in range(0, 2 * _MASKS, 2):
            width_N = drawn[:, first] * how.mask
            low_N = drawn[:, first + 1] * (1.0 - width_N)
            is_out = (pitch_F >= low_N[:, None]) & (pitch_F < (low_N + width_N)[:, None])
            gains_NF = gains_NF.masked_fill(is_out, 0.0)
    return gains_NF


def _interrupted(sounds_NT: Tensor, draws: Draws, mask: float) -> Tensor:
    """Take stretches of time out (SpecAugment, Park et al., 2019, arXiv:1904.08779)."""
    room = sounds_NT.shape[1]
    share_T = torch.arange(room, device=sounds_NT.device) / room
    drawn = torch.from_numpy(draws.uniform("mask_time", 2)).to(sounds_NT.device)
    width_N = drawn[:, 0] * mask
    low_N = drawn[:, 1] * (1.0 - width_N)
    is_out = (share_T >= low_N[:, None]) & (share_T < (low_N + width_N)[:, None])
    return sounds_NT.masked_fill(is_out, 0.0)


def _noise(sounds_NT: Tensor, draws: Draws, loudest_db: float) -> Tensor:
    """Return noise of different loudness, float32, (N, T): pieces of one fixed stretch."""
    device = sounds_NT.device
    drawn = draws.uniform("noise", 2)
    starts_N = torch.from_numpy((drawn[:, 0] * _NOISE_SAMPLES).astype(np.int64)).to(device)
    level_db = loudest_db - torch.from_numpy(drawn[:, 1]).to(device) * 40.0
    times_T = torch.arange(sounds_NT.shape[1], device=device)
    stretch = _stretch().to(device)
    pieces_NT = stretch[(starts_N[:, None] + times_T[None]) % _NOISE_SAMPLES]
    noise_NT: Tensor = pieces_NT * torch.pow(10.0, level_db / 20.0)[:, None]
    return noise_NT


@cache
def _stretch() -> Tensor:
    """Return white noise of unit variance, float32, (_NOISE_SAMPLES,), always the same."""
    generator = np.random.Generator(np.random.Philox(key=20_261_121))
    return torch.from_numpy(generator.standard_normal(_NOISE_SAMPLES, dtype=np.float32))
