"""Going on in the middle of an epoch of 10^6 samples: seconds to the first step.

The index is real; the files are hard links to a thousand small pictures. Run as
`python -m tests.benchmarks.bench_resume_million 100000` for another number of files.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import numpy as np
import psutil
from PIL import Image

FILES = 1_000_000
FOLDERS = 1_000
FAR = 0.6


def main(count: int = FILES) -> dict[str, object]:
    """Return seconds from the start of the session to the first step, and what they went into."""
    from deepdesk.project.folder import Project

    with tempfile.TemporaryDirectory(prefix="deepdesk-million-") as name:
        folder = Path(name)
        start_s = time.perf_counter()
        make_files(folder / "source", count)
        with Project.create(folder / "big", name="Big", task="image_classification") as project:
            fill_index(project, folder / "source")
            making_s = time.perf_counter() - start_s
            run = begun_run(project, count)
            return {"files": count, "making_s": round(making_s, 1), **resumed(project, run)}


def make_files(source: Path, count: int) -> None:
    """Make `FOLDERS` classes of hard links to one picture each."""
    generator = np.random.default_rng(0)
    per_folder = -(-count // FOLDERS)
    for number in range(FOLDERS):
        folder = source / f"class_{number % 10}" / f"part_{number:04d}"
        folder.mkdir(parents=True)
        first = folder / "picture_00000.png"
        pixels = generator.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(first)
        for i in range(1, min(per_folder, count - number * per_folder)):
            os.link(first, folder / f"picture_{i:05d}.png")


def fill_index(project, source: Path) -> None:  # type: ignore[no-untyped-def]
    """Add every file to the index with its class; all but a few are trained with."""
    from deepdesk.core.task import Found

    def found():  # type: ignore[no-untyped-def]
        for folder in sorted(source.iterdir()):
            for number, path in enumerate(sorted(folder.rglob("*.png"))):
                split = "validation" if number % 1000 == 7 else "train"
                yield Found(path=path, label=folder.name, split=split)

    with project.index() as index:
        index.add(found(), source=str(source))


def begun_run(project, count: int) -> str:  # type: ignore[no-untyped-def]
    """Train two steps, then say that it was at `FAR` of the epoch, and stop; return its name."""
    from deepdesk.core.work import StoppedError, StopToken
    from deepdesk.engine.request import RunRequest
    from deepdesk.engine.run import train_work
    from deepdesk.engine.trainer import Trainer
    from deepdesk.tasks import task_of

    stop, plain = StopToken(), Trainer._step
    settings = {"epochs": 2, "threads": 1, "precision": "float32", "batch_size": 32}

    def step(trainer, batch):  # type: ignore[no-untyped-def]
        losses = plain(trainer, batch)
        if trainer.keeper.progress.step == 1:
            trainer.keeper.progress.step = int(count * FAR) // 32
            stop.stop()
        return losses

    request = RunRequest(dial="quick", training=settings, task={"side_px": 16})
    with patch.object(Trainer, "_step", step), contextlib.suppress(StoppedError):
        train_work(project, task_of(project.file.task), request)(lambda _event: None, stop)
    return project.runs.list()[0].name


def resumed(project, run: str) -> dict[str, object]:  # type: ignore[no-untyped-def]
    """Return the seconds of resuming up to the first step."""
    from deepdesk.core.work import StoppedError, StopToken
    from deepdesk.engine.run import resume_work
    from deepdesk.engine.run_session import RunSession
    from deepdesk.engine.trainer import Trainer
    from deepdesk.tasks import task_of

    stop, times = StopToken(), {}
    train, model, plain = RunSession.train, RunSession._model, Trainer._step

    def timed_train(session, *arguments):  # type: ignore[no-untyped-def]
        times["session"] = time.perf_counter()
        train(session, *arguments)

    def timed_model(*arguments):  # type: ignore[no-untyped-def]
        start_s = time.perf_counter()
        built = model(*arguments)
        times["network"] = time.perf_counter() - start_s
        return built

    def step(trainer, batch):  # type: ignore[no-untyped-def]
        times.setdefault("first", time.perf_counter())
        times.setdefault("step", trainer.keeper.progress.step)
        stop.stop()
        return plain(trainer, batch)

    with (
        patch.object(RunSession, "train", timed_train),
        patch.object(RunSession, "_model", timed_model),
        patch.object(Trainer, "_step", step),
    ):
        start_s = time.perf_counter()
        with contextlib.suppress(StoppedError):
            resume_work(project, task_of(project.file.task), run)(lambda _event: None, stop)
    return {
        "resumed_at_step": times["step"],
        "session_to_first_step_s": round(times["first"] - times["session"], 3),
        "of_that_the_network_s": round(times["network"], 3),
        "click_to_first_step_s": round(times["first"] - start_s, 3),
        "resident_mb": round(psutil.Process().memory_info().rss / 1e6),
    }


if __name__ == "__main__":
    for key, value in main(*map(int, sys.argv[1:2])).items():
        print(f"{key:<28}{value}")
