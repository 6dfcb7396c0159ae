"""CPU-seconds to 78 % on the subset of CIFAR-10, from the click, against Lightning.

Both train the same network with one thread. DeepDesk runs its balanced preset; Lightning runs
the Trainer as it comes with the same recipe of 30 epochs, and an epoch of its own is measured on
the same pictures. A careful hand-written bfloat16, channels-last, one-cycle loop took 604.
Needs the pack of peers: start.py --with peers bench cifar10_peers
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_peers import run_side
from tests.benchmarks.peers.folders import split_folder

GOAL = 0.78
EPOCHS = 30
HAND_WRITTEN_S = 604.0
NETWORK = "Residual, small"


def main() -> dict[str, object]:
    """Return CPU-seconds of both until the goal, and the ratios."""
    with tempfile.TemporaryDirectory(prefix="deepdesk-peers-") as name:
        data = split_folder(Path(name))
        sides: dict[str, dict[str, Any]] = {}
        for side in ("balanced_side", "lightning_side"):
            sides[side] = run_side(side, data, epochs=EPOCHS, network=NETWORK, until=GOAL)
            print(side, sides[side], flush=True)
    ours, theirs = (sides[s].get("cpu_seconds") for s in sides)
    ratios: dict[str, object] = {}
    if ours:
        ratios["ratio_to_hand_written"] = round(ours / HAND_WRITTEN_S, 4)
    if ours and theirs:
        ratios["ratio_to_lightning"] = round(ours / theirs, 4)
    return {**ratios, "goal": GOAL, **sides}
