"""Sentences of 3 to 8 of 300 words, spoken by the voices of espeak-ng, a synthetic speaker.

What is heard in validation and test are sentences that training never has, of the same voices.
"""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import numpy as np

VOICES = ("en-us+m1", "en-us+m3", "en-us+f2", "en-gb+m7", "en-gb+f4", "en-us+f5")
SPLITS = {"train": 1_200, "validation": 120, "test": 150}
_SEED = 9
_SPEEDS = (150, 200)  # words a minute
_PITCHES = (30, 70)
WORDS = tuple(Path(__file__).with_name("words_300.txt").read_text(encoding="utf-8").split())


def write_sentences(target: Path) -> dict[str, int]:
    """Write sounds and their table into a folder; return the number of sentences by split."""
    (target / "sounds").mkdir(parents=True)
    with (target / "transcripts.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "transcript", "split", "speaker"])
        for number, (split, count) in enumerate(SPLITS.items()):
            chance = np.random.default_rng((_SEED, number))
            for place in range(count):
                words = [WORDS[at] for at in chance.integers(0, 300, chance.integers(3, 9))]
                voice = VOICES[int(chance.integers(len(VOICES)))]
                name = f"sounds/{split}-{place:04}.wav"
                _speak(" ".join(words), voice, chance, target / name)
                rows.writerow([name, " ".join(words), split, voice])
    return dict(SPLITS)


def _speak(text, voice, chance, path):
    speed, pitch = int(chance.integers(*_SPEEDS)), int(chance.integers(*_PITCHES))
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-w", str(path), text]
    subprocess.run(command, check=True, capture_output=True)
