"""Trains a task on a folder of data from import to test, and says how it went."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from deepdesk.core.events import EpochEnded, RunEnded, Said
from deepdesk.core.work import StopToken
from deepdesk.data.importing import import_work
from deepdesk.engine.request import RunRequest
from deepdesk.engine.run import train_work
from deepdesk.project.folder import Project
from deepdesk.tasks import task_of


def measured(
    folder: Path,
    dial: str,
    *,
    task: str = "speech_to_text",
    seed: int = 1,
    architecture: str = "",
    training: Mapping[str, Any] = MappingProxyType({}),
    **settings: Any,
) -> dict[str, object]:
    """Import `folder`/data, train there with the preset and return what came out.

    Args:
        folder: Where the project is made.
        dial: "quick", "balanced" or "best".
        task: Key of the task.
        seed: Of the run.
        architecture: Name of a network on offer, "" for that of the preset.
        training: Settings of training that differ from the preset.
        settings: Of the task, those that differ from the preset.
    """
    spec = task_of(task)
    with Project.create(folder / "project", name="measured", task=spec.key) as project:
        work = import_work(project.path, [folder / "data"], reader_of=spec.reader)
        work(lambda event: None, StopToken())
        watch = _Watch()
        asked = RunRequest(
            dial=dial,
            architecture=architecture,
            task=settings,
            training={"seed": seed, **training},
        )
        train_work(project, spec, asked)(watch, StopToken())
    return {"dial": dial, "settings": settings, **watch.told()}


class _Watch:
    """Keeps what a run says of itself."""

    def __init__(self) -> None:
        self._wall_s, self._cpu_s = time.perf_counter(), time.process_time()
        self._curve: list[dict[str, Any]] = []
        self._said: list[str] = []
        self._metrics: dict[str, float] = {}

    def __call__(self, event: Any) -> None:
        match event:
            case Said():
                self._said.append(event.text)
            case EpochEnded():
                values = {name: round(value, 4) for name, value in event.validation.items()}
                self._curve.append({"epoch": event.epoch, **self._seconds(), **values})
                print(self._curve[-1], flush=True)
            case RunEnded():
                self._metrics.update(event.metrics)

    def told(self) -> dict[str, Any]:
        """Return what came out on test, the seconds, and the curve on validation."""
        tested = {name: v for name, v in self._metrics.items() if name.startswith("test_")}
        return {**tested, **self._seconds(), "said": self._said, "curve": self._curve}

    def _seconds(self) -> dict[str, float]:
        return {
            "wall_seconds": round(time.perf_counter() - self._wall_s, 1),
            "cpu_seconds": round(time.process_time() - self._cpu_s, 1),
        }
