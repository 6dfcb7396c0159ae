"""DeepDesk: import, measured choices, training with log and checkpoints, all of it counted."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.peers.folders import ours
from tests.benchmarks.peers.recipe import BATCH, Job, Watch, main

if TYPE_CHECKING:
    from deepdesk.engine.request import RunRequest


def train(job: Job) -> dict[str, Any]:
    """Train the others' network with their number of epochs and return the figures."""
    from deepdesk.engine.request import RunRequest

    request = RunRequest(
        dial="quick",
        training={"epochs": job.epochs, "threads": 1, "batch_size": BATCH},
        task={"mirror_answers": False},
        architecture=job.network,
    )
    return trained(job, request)


def train_preset(job: Job) -> dict[str, Any]:
    """Train the balanced preset with a number of epochs and return the figures."""
    from deepdesk.engine.request import RunRequest

    return trained(job, RunRequest(dial="balanced", training={"threads": 1, "epochs": job.epochs}))


def trained(job: Job, request: RunRequest) -> dict[str, Any]:
    """Import, train and return the figures; the test folder is watched as validation."""
    from deepdesk.core.events import EpochEnded, RunStarted
    from deepdesk.core.work import StoppedError, StopToken
    from deepdesk.data.importing import import_work
    from deepdesk.engine.run import train_work
    from deepdesk.project.folder import Project
    from deepdesk.tasks import task_of

    spec, stop = task_of("image_classification"), StopToken()
    watch = Watch(job)
    sizes: list[int] = []
    with (
        tempfile.TemporaryDirectory(prefix="deepdesk-peer-") as name,
        Project.create(Path(name) / "peer", name="peer", task=spec.key) as project,
    ):
        import_work(project.path, [ours(job.data)], reader_of=spec.reader)(
            lambda _event: None, stop
        )

        def emit(event: Any) -> None:
            if isinstance(event, RunStarted):
                sizes.append(event.samples)
            if isinstance(event, EpochEnded) and watch.epoch(event.validation["accuracy"]):
                stop.stop()

        with contextlib.suppress(StoppedError):
            train_work(project, spec, request)(emit, stop)
    return watch.figures(sizes[0] // BATCH * BATCH)


if __name__ == "__main__":
    main(train)
