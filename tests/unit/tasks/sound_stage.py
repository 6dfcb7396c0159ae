"""What the tests of long and live sounds share: tones as events, and a network that hears pitch."""

from __future__ import annotations

import numpy as np

from deepdesk.tasks.audio_classification.questions import Window

RATE_HZ = 8_000
CLASSES = ("low", "high")
PITCHES_HZ = {"low": 300.0, "high": 1500.0}
WINDOW = Window(rate_hz=RATE_HZ, samples=RATE_HZ, trims=True)


def tone(name: str, length_s: float, loudness: float = 0.3) -> np.ndarray:
    """Return a tone of a class, float32, (T,)."""
    times = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    return (loudness * np.sin(2 * np.pi * PITCHES_HZ[name] * times)).astype(np.float32)


def joined(events, length_s, noise=0.001, seed=1):
    """Return a sound with (start_s, length_s, name) in quiet noise, float32, (T,)."""
    made = np.random.default_rng(seed).standard_normal(round(length_s * RATE_HZ)) * noise
    for start_s, event_s, name in events:
        at = round(start_s * RATE_HZ)
        wave = tone(name, event_s)
        made[at : at + len(wave)] += wave
    return made.astype(np.float32)


def some_events(count, seed=2):
    """Return events with pauses between them, and the length of all."""
    chance = np.random.default_rng(seed)
    events, at_s = [], 0.5
    for _ in range(count):
        event_s = float(chance.uniform(0.2, 0.6))
        events.append((at_s, event_s, CLASSES[int(chance.integers(2))]))
        at_s += event_s + float(chance.uniform(0.3, 0.9))
    return events, at_s + 0.5


class Listener:
    """Answers by pitch, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, sounds):
        self.asked.extend(sounds)
        return np.array([self.scores(sound) for sound in sounds], dtype=np.float32)

    def scores(self, sound_T):
        energy = np.abs(np.fft.rfft(sound_T)) ** 2
        pitch_hz = np.fft.rfftfreq(len(sound_T), 1 / RATE_HZ)
        high = float(energy[pitch_hz > 900].sum() / energy.sum())
        return (1 - high, high)
