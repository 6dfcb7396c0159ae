"""Steering angles from pictures of a drive that is cut by time: the last fifth is the test."""

from __future__ import annotations

import csv
import math
import statistics
import tempfile
from pathlib import Path

from tests.benchmarks.whole_run import measured

DRIVING = Path(__file__).resolve().parents[3] / "shared" / "data" / "driving"
GOAL_RMSE = 0.118
TRAIN, VALIDATION = 0.68, 0.80  # ends of the parts, shares of the drive
SEEDS = (1, 2, 3)


def main(dial: str = "balanced") -> dict[str, object]:
    """Return the root mean squared error on test for some seeds, and of always saying the mean."""
    rows = list(csv.DictReader((DRIVING / "steering.csv").open(encoding="utf-8")))
    angles = [float(row["steering"]) for row in rows]
    cut = round(VALIDATION * len(rows))
    mean = statistics.fmean(angles[:cut])
    of_mean = math.sqrt(statistics.fmean((angle - mean) ** 2 for angle in angles[cut:]))
    runs = []
    for seed in SEEDS:
        with tempfile.TemporaryDirectory(prefix="deepdesk-steering-") as name:
            write_drive(rows, Path(name) / "data")
            task = {"task": "image_regression", "mirror": "opposite", "targets": "steering"}
            runs.append(measured(Path(name), dial, seed=seed, **task))
    errors = [float(str(run["test_rmse"])) for run in runs]
    return {
        "goal_rmse": GOAL_RMSE,
        "always_the_mean": round(of_mean, 4),
        "test_rmse": [round(error, 4) for error in errors],
        "mean_test_rmse": round(statistics.fmean(errors), 4),
        "runs": runs,
    }


def write_drive(rows: list[dict[str, str]], folder: Path) -> None:
    """Write a table of the pictures in the order of the drive, with their splits."""
    folder.mkdir(parents=True)
    with (folder / "steering.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "steering", "split"])
        for place, row in enumerate(rows):
            share = place / len(rows)
            split = "train" if share < TRAIN else "validation" if share < VALIDATION else "test"
            table.writerow([str(DRIVING / "images" / row["image"]), row["steering"], split])
