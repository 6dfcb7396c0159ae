"""Trains in a child process that is killed again and again, for the tests and the benchmark."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN = "001-quick"
# bfloat16 or float32 is fixed, because measuring may pick either.
SETTINGS = ("precision=float32", "threads=1", "checkpoint_s=0.2", "batch_size=16")


def command(*arguments: str) -> list[str]:
    """Return the command line of the terminal face."""
    return [sys.executable, "-m", "deepdesk", *arguments]


def make_project(folder: Path, *, per_class: int) -> Path:
    """Return a new project with a few digits of each class, verified."""
    from deepdesk.tasks import task_of

    data = task_of("image_classification").sample(folder / "data")
    for group in data.iterdir():
        for path in sorted(group.iterdir())[per_class:]:
            path.unlink()
    project = folder / "kill.deepdesk"
    call("new", str(project), "--task", "image_classification", "--data", str(data))
    return project


def call(*arguments: str) -> None:
    """Run a command to its end.

    Raises:
        RuntimeError: It failed, with what it said.
    """
    done = subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)


def train_arguments(project: Path, epochs: int) -> tuple[str, ...]:
    """Return the call that starts the run."""
    sets = [part for setting in SETTINGS for part in ("--set", setting)]
    return ("train", str(project), "--preset", "quick", "--epochs", str(epochs), *sets, "--json")


def train_and_kill(project: Path, epochs: int, *, kills: int, seed: int) -> int:
    """Train, killed `kills` times at random instants, resumed each time; return the real kills."""
    chance = random.Random(seed)
    arguments = train_arguments(project, epochs)
    done = 0
    while done < kills:
        if finished(project) or not killed_once(arguments, chance.uniform(0.0, 0.7)):
            break
        done += 1
        arguments = ("resume", str(project), RUN, "--json")
    while not finished(project):
        call(*arguments)
    return done


def killed_once(arguments: tuple[str, ...], after_s: float) -> bool:
    """Start, wait until training steps, kill; return False when it ended before."""
    child = subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert child.stdout is not None
    if not any(event == "stepped" for event in events(child.stdout)):
        child.wait()
        return False
    time.sleep(after_s)
    if child.poll() is not None:
        return False
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    return True


def events(lines: Iterator[str]) -> Iterator[str]:
    """Yield the name of each event as it comes."""
    for line in lines:
        yield json.loads(line)["event"]


def finished(project: Path) -> bool:
    """Return whether the run says that it is finished."""
    path = project / "runs" / RUN / "run.json"
    return path.exists() and json.loads(path.read_text())["status"] == "finished"


def outcome(project: Path) -> dict[str, object]:
    """Return hashes of the final state and the curves, without what is of the moment."""
    from deepdesk.project.folder import Project

    with Project.open(project, read_only=True) as opened:
        run = opened.runs.get(RUN)
        step = run.checkpoints.latest_valid()
        assert step is not None
        names = ("weights.safetensors", "best.safetensors", "training.safetensors")
        hashes = {n: hashlib.sha256(run.checkpoints.read(step, n)).hexdigest() for n in names}
        rows = [
            {k: v for k, v in row.items() if k in ("kind", "step", "epoch", "train", "validation")}
            | {"values": row.get("values")}
            for row in run.metrics.read()
        ]
    return {"step": step, **hashes, "rows": rows}
