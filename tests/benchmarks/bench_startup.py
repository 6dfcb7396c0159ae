"""How long after the start of the process the window is painted and answers."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 9


def started(home: str, mode: str) -> dict[str, float]:
    """Return seconds from the start of the process to its paint and its first answer."""
    environment = {
        **os.environ,
        "DEEPDESK_HOME": home,
        "DEEPDESK_QUIT_AFTER_PAINT": mode,
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
    }
    start_s = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "deepdesk"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.split() for line in done.stdout.splitlines())
    return {f"{name}_s": float(at) - start_s for name, at in lines}


def summary(runs: list[dict[str, float]]) -> dict[str, Any]:
    """Return the median and the worst of every figure."""
    return {
        name: {
            "median": round(statistics.median(run[name] for run in runs), 3),
            "worst": round(max(run[name] for run in runs), 3),
        }
        for name in runs[0]
    }


def main() -> dict[str, Any]:
    """Start the window several times, warm; the goal is 0.5 s."""
    with tempfile.TemporaryDirectory() as home:
        # A folder of projects keeps the first start's sample out of the figures.
        (Path(home) / "DeepDesk").mkdir()
        started(home, "1")
        alone = [started(home, "1") for _ in range(REPEATS)]
        going_on = [started(home, "2") for _ in range(3)]
    return {"goal_s": 0.5, "window": summary(alone), "with_torch_loading": summary(going_on)}
