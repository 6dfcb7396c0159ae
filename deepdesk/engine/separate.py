"""Runs in processes of their own: one that a crash cannot take the window with, or a team."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepdesk.core.processes import own_command
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.engine.child import child_work
from deepdesk.engine.launch import team_command, team_variables
from deepdesk.engine.request import RunRequest, whole_request_to_json
from deepdesk.project.folder import Project
from deepdesk.project.owner import lending
from deepdesk.project.project_file import ProjectFile


def separate_work(project: Path, asked: RunRequest | str, *, workers: int = 1) -> Work:
    """Return work that other processes do: a new run, or one to go on with by its name.

    Args:
        project: The project's folder; if this process holds it, the others may write the run.
        asked: What to train.
        workers: Processes that share every batch.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        with tempfile.TemporaryDirectory(
            prefix="deepdesk-run-", ignore_cleanup_errors=True
        ) as name:
            arguments = _arguments(project, asked, Path(name))
            command = team_command(workers, *arguments) if workers > 1 else own_command(*arguments)
            variables = {**lending(), **(team_variables() if workers > 1 else {})}
            child_work(command, variables=variables)(emit, stop)

    return work


def work_where_wanted(project: Project, spec: TaskSpec, asked: RunRequest | str) -> Work:
    """Return the work of a run in this process or in others, as its settings say.

    Raises:
        ProjectError: There is no such run, or its settings are damaged.
    """
    if isinstance(asked, str):
        saved = project.runs.get(asked).config().get("training")
        settings: Mapping[str, Any] = saved if isinstance(saved, dict) else {}
    else:
        settings = wanted_of_request(spec, project.file, asked)
    workers = workers_of(settings)
    if workers > 1 or settings.get("isolated") is True:
        return separate_work(project.path, asked, workers=workers)
    # Here, because torch comes with it.
    from deepdesk.engine.run import resume_work, train_work

    if isinstance(asked, str):
        return resume_work(project, spec, asked)
    return train_work(project, spec, asked)


def _arguments(project: Path, asked: RunRequest | str, folder: Path) -> list[str]:
    if isinstance(asked, str):
        return ["resume", str(project), asked, "--listen"]
    # In a file, because a drawn network may be longer than a command line may be.
    request = folder / "request.json"
    request.write_text(json.dumps(whole_request_to_json(asked)), encoding="utf-8")
    return ["train", str(project), "--request", str(request), "--listen"]


def wanted_of_request(spec: TaskSpec, file: ProjectFile, request: RunRequest) -> Mapping[str, Any]:
    """Return the training settings that a request comes to, without the defaults."""
    dial = spec.dials.get(request.dial or file.dial or spec.default_dial)
    own = dial.training if dial is not None else {}
    return {**own, **file.training_settings, **request.training}


def workers_of(settings: Mapping[str, Any]) -> int:
    """Return how many processes settings ask for."""
    workers = settings.get("workers", 1)
    return workers if type(workers) is int and workers > 1 else 1
