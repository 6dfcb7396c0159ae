"""Sentences of 1 to 6 digits of one speaker, made of the recordings of single digits.

Recordings with takes 0 to 4 are heard in the test sentences alone, 5 to 9 in validation alone.
What is said is written in numerals without blanks, so that the character error rate is the error
rate of digits.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import soundfile

DIGITS = Path(__file__).resolve().parents[3] / "shared" / "data" / "spoken_digits"
SPLITS = {"test": range(5), "validation": range(5, 10), "train": range(10, 50)}
# How often each recording is heard.
ROUNDS = {"test": 2, "validation": 2, "train": 3}
_SEED = 5


def write_sentences(target: Path, source: Path = DIGITS) -> dict[str, int]:
    """Write sounds and their table into a folder; return the number of sentences by split."""
    (target / "sounds").mkdir(parents=True)
    speakers = sorted({path.stem.split("_")[1] for path in source.glob("*.wav")})
    counts = dict.fromkeys(SPLITS, 0)
    with (target / "transcripts.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "transcript", "split", "speaker"])
        for split, takes in SPLITS.items():
            for number, speaker in enumerate(speakers):
                chance = np.random.default_rng((_SEED, list(SPLITS).index(split), number))
                for text, samples_T, rate_hz in _sentences(source, speaker, takes, split, chance):
                    name = f"sounds/{split}-{speaker}-{counts[split]:04}.wav"
                    soundfile.write(target / name, samples_T, rate_hz, subtype="PCM_16")
                    rows.writerow([name, text, split, speaker])
                    counts[split] += 1
    return counts


def _sentences(source, speaker, takes, split, chance):
    """Yield (text, samples, rate): every recording of a speaker, `ROUNDS` times, in any order."""
    for _round in range(ROUNDS[split]):
        files = [source / f"{digit}_{speaker}_{take}.wav" for digit in range(10) for take in takes]
        order = [files[place] for place in chance.permutation(len(files))]
        while order:
            chosen = [order.pop() for _ in range(min(len(order), int(chance.integers(1, 7))))]
            parts, rate_hz = [], 0
            for path in chosen:
                samples_T, rate_hz = soundfile.read(path, dtype="float32")
                parts += [samples_T, _silence(chance, rate_hz)]
            text = "".join(path.stem[0] for path in chosen)
            yield text, np.concatenate([_silence(chance, rate_hz), *parts]), rate_hz


def _silence(chance, rate_hz):
    """Return a pause of 0.02 to 0.12 s with the quietest hiss, float32, (T,)."""
    count = int(chance.uniform(0.02, 0.12) * rate_hz)
    return (chance.standard_normal(count) * 1e-4).astype(np.float32)
