"""Trains in child processes that are killed again and again, for the tests and the benchmark."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.zygote import Child, Zygote

RUN = "001-quick"
# What would be measured is fixed, because measuring may pick either.
SETTINGS = (
    "precision=float32",
    "threads=1",
    "layout=channels_last",
    "fused=on",
    "compiled=off",
    "batch_size=16",
)
# How often a child may end by itself without an end to the run before that counts as a failure.
MAX_FALSE_ENDS = 3
WEIGHTS = ("weights.safetensors", "best.safetensors", "training.safetensors")


class Bench:
    """A small project to kill runs of, and what an undisturbed run of it comes to.

    Args:
        zygote: Starts the children.
        folder: Empty, for the projects.
        per_class: Samples of each of ten digits.
        epochs: Of each run.
        checkpoint_s: Seconds between checkpoints.
    """

    def __init__(
        self, zygote: Zygote, folder: Path, *, per_class: int, epochs: int, checkpoint_s: float
    ) -> None:
        self.zygote = zygote
        self._folder = folder
        self._sets = (*SETTINGS, f"checkpoint_s={checkpoint_s}", f"epochs={epochs}")
        self.whole = make_project(zygote, folder, per_class=per_class)
        self._fresh = folder / "fresh.deepdesk"
        shutil.copytree(self.whole, self._fresh)
        start_s = time.monotonic()
        zygote.call(*self.train_arguments(self.whole))
        self.run_s = time.monotonic() - start_s
        self.expected = outcome(self.whole)
        rows: Any = self.expected["rows"]
        self.steps = max(row["step"] for row in rows)
        self.steps_per_epoch = self.steps // epochs

    def train_arguments(self, project: Path) -> tuple[str, ...]:
        """Return the call that starts the run."""
        sets = [part for setting in self._sets for part in ("--set", setting)]
        return ("train", str(project), "--preset", "quick", *sets, "--json")

    def fresh_copy(self, project: Path) -> None:
        """Make a copy of the project as it was before any run."""
        shutil.copytree(self._fresh, project)

    def killed_run(self, name: str, kill: Callable[[Child, Path], bool], kills: int) -> list[int]:
        """Train a fresh project to its end through at most `kills` kills; check what it came to.

        Args:
            name: Of the project, with the seed in it.
            kill: Waits for its moment and kills; returns False when the child ended before.

        Returns:
            The step on disk after each kill.

        Raises:
            AssertionError: The end is not that of an undisturbed run, bit for bit.
        """
        project = self._folder / f"{name}.deepdesk"
        self.fresh_copy(project)
        steps: list[int] = []
        false_ends = 0
        while not finished(project):
            child = self.zygote.start(*self._next_call(project))
            if len(steps) < kills and kill(child, project / "runs" / RUN):
                steps.append(steps_on_disk(project))
                continue
            if child.wait():
                false_ends += 1
                assert false_ends < MAX_FALSE_ENDS, (name, child.said())
        assert outcome(project) == self.expected, f"{name} is not bit-identical"
        shutil.rmtree(project)
        return steps

    def _next_call(self, project: Path) -> tuple[str, ...]:
        run = project / "runs" / RUN
        if (run / "samples.safetensors").exists():
            return ("resume", str(project), RUN, "--json")
        # Killed before the run was whole: the same as never started.
        shutil.rmtree(run, ignore_errors=True)
        return self.train_arguments(project)


def make_project(zygote: Zygote, folder: Path, *, per_class: int) -> Path:
    """Return a new project with a few digits of each class, verified."""
    from deepdesk.tasks import task_of

    data = task_of("image_classification").sample(folder / "data")
    for group in data.iterdir():
        for path in sorted(group.iterdir())[per_class:]:
            path.unlink()
    project = folder / "kill.deepdesk"
    zygote.call("new", str(project), "--task", "image_classification", "--data", str(data))
    return project


def at_any_time(chance: random.Random, longest_s: float) -> Callable[[Child, Path], bool]:
    """Return a way to kill at a random instant: half of them while a checkpoint is written."""

    def kill(child: Child, run: Path) -> bool:
        in_save = chance.random() < 0.5
        until_s = time.monotonic() + chance.uniform(0.0, longest_s)
        for _event in child.events():
            if time.monotonic() >= until_s and (not in_save or is_saving(run)):
                child.kill()
                return True
        return False

    return kill


def after_steps(chance: random.Random, most: int) -> Callable[[Child, Path], bool]:
    """Return a way to kill a random number of told steps after a start."""

    def kill(child: Child, _run: Path) -> bool:
        left = chance.randint(1, most)
        for event in child.events():
            left -= event == "stepped"
            if not left:
                time.sleep(chance.random() * 0.01)
                child.kill()
                return True
        return False

    return kill


def is_saving(run: Path) -> bool:
    """Return whether a checkpoint is half written at this instant."""
    try:
        return any(".tmp-" in path.name for path in (run / "checkpoints").iterdir())
    except OSError:
        return False


def steps_on_disk(project: Path) -> int:
    """Return the step from which the run would go on."""
    from deepdesk.project.runs import RunFolder

    return RunFolder(project / "runs" / RUN).checkpoints.latest_valid() or 0


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
        hashes = {n: hashlib.sha256(run.checkpoints.read(step, n)).hexdigest() for n in WEIGHTS}
        rows = [
            {k: v for k, v in row.items() if k in ("kind", "step", "epoch", "train", "validation")}
            | {"values": row.get("values")}
            for row in run.metrics.read()
        ]
        info = run.info()
        beside = {"best_epoch": info.best_epoch, "epochs_done": info.epochs_done}
        beside["answers"] = json.loads((run.path / "evaluation.json").read_text())
    return {"step": step, **hashes, "rows": rows, "metrics": dict(info.metrics), **beside}
