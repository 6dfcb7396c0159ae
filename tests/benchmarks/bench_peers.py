"""CPU-seconds per 1,000 pictures of a JPEG folder: DeepDesk, other libraries, a page of PyTorch.

Every side trains the same small network with the same recipe on one thread, alone in a process
of its own; the rounds are interleaved. Needs the pack of peers: start.py --with peers bench peers
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.folders import split_folder

ROUNDS = 3
EPOCHS = 6
NETWORK = "Small convolutional"
SIDES = ("deepdesk_side", "lightning_side", "fastai_side", "keras_side", "page")


def main() -> dict[str, object]:
    """Return the median figures of each side and the ratios of DeepDesk's to theirs."""
    rows: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory(prefix="deepdesk-peers-") as name:
        data = split_folder(Path(name))
        for _round in range(ROUNDS):
            for side in SIDES:
                figures = run_side(side, data, epochs=EPOCHS, network=NETWORK)
                print(side, figures.get("cpu_seconds_per_1000_images", figures), flush=True)
                rows[side].append(figures)
    return summary(rows)


def run_side(
    side: str, data: Path, *, epochs: int, network: str, until: float = 0.0
) -> dict[str, Any]:
    """Run one side to its end and return its figures, or why it did not run."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "figures.json"
        command = [sys.executable, "-m", f"tests.benchmarks.peers.{side}"]
        command += ["--data", str(data), "--epochs", str(epochs), "--network", network]
        command += ["--until", str(until), "--out", str(out)]
        done = subprocess.run(
            command, cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True
        )
        if not out.exists():
            return {"failed": (done.stderr.strip().splitlines() or ["no output"])[-1]}
        figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return figures


def summary(rows: dict[str, list[dict[str, Any]]]) -> dict[str, object]:
    """Return medians by side, and DeepDesk's cost as a ratio of each other's, round by round."""
    key = "cpu_seconds_per_1000_images"
    found: dict[str, object] = {}
    ours = [row.get(key) for row in rows[SIDES[0]]]
    for side, figures in rows.items():
        good = [row for row in figures if key in row]
        if not good:
            found[side] = figures[0]
            continue
        found[side] = {
            key: round(statistics.median(row[key] for row in good), 4),
            "accuracy": round(statistics.median(row["accuracy"] for row in good), 4),
        }
        ratios = [a / b[key] for a, b in zip(ours, figures, strict=True) if a and key in b]
        if side != SIDES[0] and ratios:
            found[f"ratio_to_{side}"] = round(statistics.median(ratios), 4)
    return found
