"""The embedded sample: synthetic sounds, made here from sines and noise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numpy.random import Generator
from numpy.typing import NDArray

_RATE_HZ = 8_000
_PER_CLASS = 50
_SEED = 7

Wave = NDArray[np.float64]


def _sine(pitch_hz: Wave) -> Wave:
    return np.sin(2 * np.pi * np.cumsum(pitch_hz) / _RATE_HZ)


def _tone(times_s: Wave, chance: Generator) -> Wave:
    return _sine(np.full(len(times_s), chance.uniform(200, 1800)))


def _rising(times_s: Wave, chance: Generator) -> Wave:
    low, factor = chance.uniform(150, 600), chance.uniform(2.5, 5.0)
    return _sine(low * factor ** (times_s / times_s[-1]))


def _falling(times_s: Wave, chance: Generator) -> Wave:
    return _rising(times_s, chance)[::-1]


def _warble(times_s: Wave, chance: Generator) -> Wave:
    depth, rate_hz = chance.uniform(0.1, 0.3), chance.uniform(5, 12)
    return _sine(chance.uniform(300, 1500) * (1 + depth * np.sin(2 * np.pi * rate_hz * times_s)))


def _noise(times_s: Wave, chance: Generator) -> Wave:
    width = int(chance.integers(1, 8))
    return np.convolve(chance.standard_normal(len(times_s)), np.ones(width) / width, "same")


def _clicks(times_s: Wave, chance: Generator) -> Wave:
    made = np.zeros(len(times_s))
    every = int(_RATE_HZ / chance.uniform(6, 20))
    made[int(chance.integers(0, every)) :: every] = 1.0
    return np.convolve(made, chance.standard_normal(40) * np.exp(-np.arange(40) / 8), "same")


_CLASSES: dict[str, Callable[[Wave, Generator], Wave]] = {
    "clicks": _clicks,
    "falling tone": _falling,
    "noise": _noise,
    "rising tone": _rising,
    "steady tone": _tone,
    "warble": _warble,
}


def write_synthetic_sounds(folder: Path) -> Path:
    """Write 50 sounds a class into a folder each, the same ones every time; return the folder.

    Raises:
        OSError: The folder cannot be written.
    """
    for place, (name, make) in enumerate(_CLASSES.items()):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(_PER_CLASS):
            chance = np.random.default_rng((_SEED, place, number))
            times_s = np.arange(int(_RATE_HZ * chance.uniform(0.35, 0.8))) / _RATE_HZ
            fade = np.minimum(1.0, np.minimum(times_s, times_s[::-1]) / 0.02)
            wave = make(times_s, chance) * fade
            wave *= chance.uniform(0.15, 0.7) / np.abs(wave).max()
            wave += chance.standard_normal(len(wave)) * 0.003
            target = folder / name / f"{name.replace(' ', '-')}_{number:02}.wav"
            soundfile.write(target, np.clip(wave, -1.0, 1.0), _RATE_HZ, subtype="PCM_16")
    return folder
