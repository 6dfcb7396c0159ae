"""CPU-seconds to 78 % on the subset of CIFAR-10, from the click, against Lightning.

Both train the same network with one thread and are measured on the same pictures after each
epoch. DeepDesk runs its balanced preset; Lightning runs the Trainer as it comes with the same
recipe and as many epochs. A careful hand-written bfloat16, channels-last, one-cycle loop took 604.
Needs the pack of peers: start.py --with peers bench cifar10_peers
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_peers import run_side
from tests.benchmarks.peers.folders import split_folder

GOAL = 0.78
# The preset's own number, and one with which the goal is reached near the end of the run.
EPOCHS = (14, 30)
HAND_WRITTEN_S = 604.0
NETWORK = "Residual, small"
SIDES = ("balanced_side", "lightning_side")


def main() -> dict[str, object]:
    """Return CPU-seconds of both until the goal, and the ratios, for each number of epochs."""
    with tempfile.TemporaryDirectory(prefix="deepdesk-peers-") as name:
        data = split_folder(Path(name))
        return {"goal": GOAL, **{f"epochs_{count}": compared(data, count) for count in EPOCHS}}


def compared(data: Path, epochs: int) -> dict[str, object]:
    """Return the figures of both sides for a run of so many epochs."""
    found: dict[str, dict[str, Any]] = {}
    for side in SIDES:
        found[side] = run_side(side, data, epochs=epochs, network=NETWORK, until=GOAL)
        print(epochs, side, found[side], flush=True)
    ours, theirs = (found[side].get("cpu_seconds") for side in SIDES)
    ratios: dict[str, object] = {}
    if ours:
        ratios["ratio_to_hand_written"] = round(ours / HAND_WRITTEN_S, 4)
    if ours and theirs:
        ratios["ratio_to_lightning"] = round(ours / theirs, 4)
    return {**ratios, **found}
