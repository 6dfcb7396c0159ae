"""One hour of spoken digits in one file: what is found of it, how fast, in how much memory.

The digits of takes 0 to 4, which training never hears, are joined with pauses and noise, so that
every event and its time are known. Memory is that of a fresh `deepdesk predict`, looked up
while it runs: all of it, and what is its own, without the files of libraries that the
system maps in and may drop. The same for one second of sound is what torch and a network take.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import soundfile

from tests.benchmarks.digit_strings import DIGITS, SPLITS

ROOT = Path(__file__).resolve().parents[2]
RATE_HZ = 8_000
LOOK_S = 0.02
NEAR_S = 0.25
SEED = 5
GOAL_MB = 500
PAUSES_S = {"two minutes": (0.3, 1.5), "two minutes, little pause": (0.1, 0.4), "hour": (0.3, 1.5)}
LENGTHS_S = {"two minutes": 120.0, "two minutes, little pause": 120.0, "hour": 3600.0}
NOISE_DB = -30.0

Event = tuple[float, float, str]


def main() -> dict[str, Any]:
    """Train the quick dial, then listen; shares 0 to 1, memory in MB."""
    with tempfile.TemporaryDirectory(prefix="deepdesk-hour-") as name:
        folder = Path(name)
        project = trained(folder)
        found: dict[str, Any] = {"goal_mb": GOAL_MB}
        for place, (what, length_s) in enumerate(LENGTHS_S.items()):
            path = folder / f"{what}.wav"
            truth = write_recording(path, length_s, PAUSES_S[what], seed=SEED + place)
            found[what] = listened(project, path, truth, length_s)
        found["one second"] = told(project, sorted(DIGITS.glob("7_*.wav"))[0])[1]
        own = found["hour"]["own_mb"] - found["one second"]["own_mb"]
        found["hour over one second, own_mb"] = round(own, 1)
    return found


def trained(folder: Path) -> Path:
    """Return a project whose one run has learnt the digits of takes 5 to 49."""
    table, project = folder / "digits.csv", folder / "digits.deepdesk"
    with table.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label", "split"])
        for path in sorted(DIGITS.glob("*.wav")):
            take = int(path.stem.split("_")[2])
            split = next(name for name, takes in SPLITS.items() if take in takes)
            rows.writerow([str(path), f"digit {path.stem[0]}", split])
    task = ["--task", "audio_classification"]
    deepdesk("new", str(project), *task, "--data", str(table), "--no-verify")
    deepdesk("train", str(project), "--preset", "quick", "--seed", str(SEED))
    return project


def write_recording(
    path: Path, length_s: float, pauses_s: tuple[float, float], *, seed: int
) -> list[Event]:
    """Write a recording and return its events: (start_s, end_s, label)."""
    chance = np.random.default_rng(seed)
    files = [p for p in sorted(DIGITS.glob("*.wav")) if int(p.stem.split("_")[2]) in SPLITS["test"]]
    parts, truth, count = [], [], 0
    while count < length_s * RATE_HZ:
        parts.append(np.zeros(round(chance.uniform(*pauses_s) * RATE_HZ)))
        count += len(parts[-1])
        chosen = files[int(chance.integers(len(files)))]
        word_T, _rate_hz = soundfile.read(chosen)
        word_T *= 0.5 / np.abs(word_T).max() * 10 ** (chance.uniform(-10, 0) / 20)
        parts.append(word_T)
        truth.append((count / RATE_HZ, (count + len(word_T)) / RATE_HZ, f"digit {chosen.stem[0]}"))
        count += len(word_T)
    sound_T = np.concatenate([*parts, np.zeros(RATE_HZ // 2)])
    level = np.sqrt(np.mean(sound_T[sound_T != 0] ** 2)) * 10 ** (NOISE_DB / 20)
    sound_T += chance.standard_normal(len(sound_T)) * level
    soundfile.write(path, np.clip(sound_T, -1, 1), RATE_HZ, subtype="PCM_16")
    return truth


def listened(project: Path, path: Path, truth: Sequence[Event], length_s: float) -> dict[str, Any]:
    """Return precision and recall of the events, times real time, and memory."""
    answer, used = told(project, path)
    events = answer["prediction"]["events"]
    hits, free = 0, set(range(len(truth)))
    for event in events:
        middle_s = (event["start_s"] + event["end_s"]) / 2
        near = [
            at
            for at in free
            if truth[at][2] == event["label"]
            and truth[at][0] - NEAR_S <= middle_s <= truth[at][1] + NEAR_S
        ]
        if near:
            free.remove(near[0])
            hits += 1
    return {
        "events": len(truth),
        "found": len(events),
        "precision": round(hits / max(1, len(events)), 4),
        "recall": round(hits / len(truth), 4),
        "times_real_time": round(length_s / (answer["ms"] / 1000)),
        **used,
    }


def told(project: Path, path: Path) -> tuple[dict[str, Any], dict[str, float]]:
    """Return what `deepdesk predict` says of a file, and the most memory that it held in MB."""
    command = [sys.executable, "-m", "deepdesk", "predict", str(project), str(path), "--json"]
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output)
        whole = own = 0
        # On its way out Python maps more of the libraries in, which has nothing to do with sounds.
        while process.poll() is None and not os.fstat(output.fileno()).st_size:
            try:
                memory = psutil.Process(process.pid).memory_info()
            except psutil.Error:
                break
            whole, own = max(whole, memory.rss), max(own, memory.rss - memory.shared)
            time.sleep(LOOK_S)
        process.wait()
        output.seek(0)
        return json.loads(output.readlines()[-1]), {
            "whole_mb": round(whole / 2**20, 1),
            "own_mb": round(own / 2**20, 1),
        }


def deepdesk(*arguments: str) -> None:
    """Run a command of the terminal."""
    command = [sys.executable, "-m", "deepdesk", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
