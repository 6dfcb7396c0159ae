"""The embedded sample: Morse code, made here from sines, because speech needs somebody to speak."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import soundfile
from numpy.random import Generator
from numpy.typing import NDArray

_RATE_HZ = 8_000
_COUNT = 300
_SEED = 11
_CODE = {
    "a": ".-",
    "d": "-..",
    "e": ".",
    "g": "--.",
    "i": "..",
    "k": "-.-",
    "m": "--",
    "n": "-.",
    "o": "---",
    "r": ".-.",
    "s": "...",
    "t": "-",
    "u": "..-",
    "w": ".--",
}
_WORDS = (
    *("go", "on", "no", "dot", "sos", "sun", "test", "note", "tone", "tree", "moon", "rain"),
    *("wind", "road", "game", "king", "radio", "morse", "stone", "water", "master", "garden"),
)


def write_synthetic_morse(folder: Path, count: int = _COUNT) -> Path:
    """Write 300 sounds and the table of what they say, the same ones every time; return the folder.

    Raises:
        OSError: The folder cannot be written.
    """
    sounds = folder / "sounds"
    sounds.mkdir(parents=True, exist_ok=True)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["path", "transcript"])
    for number in range(count):
        chance = np.random.default_rng((_SEED, number))
        text = _text(chance)
        name = f"{number:03}.wav"
        samples_T = _sound(text, chance)
        soundfile.write(sounds / name, samples_T, _RATE_HZ, subtype="PCM_16")
        rows.writerow([f"sounds/{name}", text])
    (folder / "transcripts.csv").write_text(table.getvalue(), encoding="utf-8")
    return folder


def _text(chance: Generator) -> str:
    """Return a word, or two short ones."""
    first, second = (_WORDS[int(place)] for place in chance.integers(0, len(_WORDS), 2))
    return f"{first} {second}" if len(first) + len(second) <= 6 else first


def _sound(text: str, chance: Generator) -> NDArray[np.float32]:
    """Return a text as tones, float32, (T,), spaced as ITU-R M.1677 has it.

    Three dots of silence stand between letters, seven between words.
    """
    dot = int(_RATE_HZ * chance.uniform(0.045, 0.06))
    is_on: list[float] = [0.0] * 2
    for word in text.split():
        for letter in word:
            for sign in _CODE[letter]:
                is_on += [1.0] * (1 if sign == "." else 3) + [0.0]
            is_on += [0.0] * 2
        is_on += [0.0] * 4
    envelope_T = np.repeat(np.array(is_on[:-5]), dot)
    fade = max(2, dot // 8)
    envelope_T = np.convolve(envelope_T, np.hanning(fade) / np.hanning(fade).sum(), "same")
    times_s = np.arange(len(envelope_T)) / _RATE_HZ
    wave_T = np.sin(2 * np.pi * chance.uniform(450, 950) * times_s) * envelope_T
    wave_T *= chance.uniform(0.2, 0.7)
    wave_T += chance.standard_normal(len(wave_T)) * chance.uniform(0.002, 0.02)
    return np.asarray(wave_T.clip(-1.0, 1.0), dtype=np.float32)
