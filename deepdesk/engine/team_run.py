"""A run as one of several processes works on it, from finding the others to the end."""

from __future__ import annotations

from functools import partial

import torch

from deepdesk.core.errors import ConfigError, DeepDeskError
from deepdesk.core.events import Progress, Said
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.engine import run_data
from deepdesk.engine.launch import MAX_RESTARTS, Meeting
from deepdesk.engine.plan import RunPlan, plan_from_json
from deepdesk.engine.request import RunRequest
from deepdesk.engine.run import new_run
from deepdesk.engine.team import joined, leave
from deepdesk.engine.team_session import TeamSession
from deepdesk.project.folder import Project


def team_work(project: Project, spec: TaskSpec, meeting: Meeting, asked: RunRequest | str) -> Work:
    """Return the work of this process of a team; only the first one's tells events.

    Args:
        project: Open for writing in the first process.
        spec: The task.
        meeting: With the others.
        asked: A new run, or the name of one to go on with.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Progress(what="Waiting for all workers"))
        if torch.cuda.is_available():
            torch.cuda.set_device(meeting.local_rank % torch.cuda.device_count())
        team = joined(
            rank=meeting.rank,
            size=meeting.size,
            local_size=meeting.local_size,
            store=meeting.group_store(),
        )
        try:
            name = team.led(partial(_begun, project, spec, meeting, asked, emit))
            run = project.runs.get(name)
            plan = plan_from_json(spec, run.config())
            session = TeamSession(project, spec, name, plan, team)
            if team.is_lead:
                session.train(run_data.kept_rows(run), emit, stop)
            else:
                session.follow(_untold, stop)
        finally:
            leave()

    return work


def _untold(_event: object) -> None:
    """The first process tells."""


def _begun(
    project: Project, spec: TaskSpec, meeting: Meeting, asked: RunRequest | str, emit: EventSink
) -> str:
    """Return the name of the run to work on, which is made if there is none yet."""
    meeting.raise_trouble()
    project.check_writable()
    name = meeting.run()
    if name:
        text = (
            f"A worker ended unexpectedly. All workers start again from the last checkpoint"
            f" (restart {meeting.restarts} of {MAX_RESTARTS})."
        )
        emit(Said(text=text, level="warning"))
    elif isinstance(asked, str):
        name = asked
    else:
        name = new_run(project, spec, asked).path.name
    run = project.runs.get(name)
    if run.info().status == "finished":
        raise DeepDeskError(
            f"Run {name} is finished.", "Start a new run, which may begin with its weights."
        )
    _check_devices(plan_from_json(spec, run.config()), meeting)
    meeting.remember(name)
    return name


def _check_devices(plan: RunPlan, meeting: Meeting) -> None:
    if plan.device not in _COUNTS:
        raise ConfigError(
            "workers",
            f"Several workers cannot share the device {plan.device}.",
            "Take one worker, or the processor.",
        )
    count = _COUNTS[plan.device]()
    if 0 < count < meeting.local_size:
        raise ConfigError(
            "workers",
            f"This machine has {count} GPU for {meeting.local_size} workers.",
            "Take one worker for each GPU.",
        )


# Devices that a team can use, and for how many workers they are enough; 0 for any number.
_COUNTS = {"cpu": lambda: 0, "cuda": torch.cuda.device_count}
