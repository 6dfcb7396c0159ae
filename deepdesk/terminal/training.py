"""Training from the terminal: in this process, as one of several, or for a window that watches."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.core.errors import ProjectError
from deepdesk.core.events import Ended
from deepdesk.core.work import StopToken, Work, run
from deepdesk.engine.launch import Meeting, is_worker
from deepdesk.engine.separate import workers_of
from deepdesk.terminal.listening import Listener
from deepdesk.terminal.splitting import warn_of_origins
from deepdesk.terminal.watch import Watch

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.engine.request import RunRequest
    from deepdesk.project.folder import Project

Arguments = argparse.Namespace


def add_processes(verb: argparse.ArgumentParser) -> None:
    """Add what decides in which processes a run is trained."""
    verb.add_argument("--workers", metavar="N", help="processes that share every batch, or GPUs")
    verb.add_argument("--listen", action="store_true", help=argparse.SUPPRESS)
    verb.add_argument("--request", type=Path, help=argparse.SUPPRESS)


def given_request(arguments: Arguments) -> RunRequest | None:
    """Return the request that another process left in a file, None if there is none.

    Raises:
        ProjectError: The file is not one.
    """
    if arguments.request is None:
        return None
    from deepdesk.engine.request import request_from_json

    try:
        return request_from_json(json.loads(arguments.request.read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError) as error:
        raise ProjectError("What to train could not be read.", "Start the run again.") from error


def workers_to_go_on(arguments: Arguments, project: Project, run: str) -> int:
    """Return how many processes go on with a run: its own number unless another is asked for.

    Raises:
        ConfigError: What was asked for is no legal number.
    """
    from deepdesk.core.settings import parse, settings_of
    from deepdesk.engine.settings import TrainingConfig

    if arguments.workers is None:
        return workers_of(project.runs.get(run).config().get("training", {}))
    (setting,) = (s for s in settings_of(TrainingConfig) if s.key == "workers")
    return int(parse(setting, arguments.workers))


def is_apart(arguments: Arguments) -> bool:
    """Return whether another process started this one and watches it."""
    return bool(arguments.listen) or is_worker()


def trained_apart(
    arguments: Arguments, asked: Callable[[Project, TaskSpec], RunRequest | str]
) -> int:
    """Train for a process that watches, alone or as one of a team; return the exit status."""
    if is_worker():
        status = _worker(arguments, asked)
        sys.stdout.flush()
        sys.stderr.flush()
        # Threads of torch's group may still run, and tearing down under them can abort; the
        # launcher would take that for a crash. All that is kept is on the disk by now.
        os._exit(status)
    listener = Listener()
    with _opened(arguments) as project:
        status = listener.run(_single(project, asked))
    listener.tell_end()
    return status


def _single(project: Project, asked: Callable[[Project, TaskSpec], RunRequest | str]) -> Work:
    from deepdesk.engine.run import resume_work, train_work
    from deepdesk.tasks import task_of

    spec = task_of(project.file.task)
    what = asked(project, spec)
    if isinstance(what, str):
        return resume_work(project, spec, what)
    return train_work(project, spec, what)


def _worker(arguments: Arguments, asked: Callable[[Project, TaskSpec], RunRequest | str]) -> int:
    """Work as one process of a team.

    Returns:
        0 when all is told; anything else makes the launcher start the team again.
    """
    meeting = Meeting()
    if meeting.is_over:
        return 0
    meeting.watch()
    listener = Listener() if arguments.listen and not meeting.rank else None
    with _opened(arguments, read_only=bool(meeting.rank)) as project:
        ended = _worked(project, meeting, listener, asked)
    if ended.report:
        # Most often another process of the team is gone, and this one met it.
        print(ended.report, file=sys.stderr)
        return 1
    if meeting.rank:
        if ended.error is not None and not meeting.is_over:
            meeting.leave_trouble(ended.error)
            return 1
        return 0
    meeting.end()
    if listener is not None:
        listener.tell_end()
    elif ended.error is not None:
        print(ended.error, file=sys.stderr)
    return 0


def _worked(
    project: Project,
    meeting: Meeting,
    listener: Listener | None,
    asked: Callable[[Project, TaskSpec], RunRequest | str],
) -> Ended:
    from deepdesk.engine.team_run import team_work
    from deepdesk.tasks import task_of

    spec = task_of(project.file.task)
    if listener is None and not meeting.rank:
        # Whoever listens has said it, or shows it beside the data.
        warn_of_origins(project, spec)
    # The others are told what the first one asks for.
    what = "" if meeting.rank else asked(project, spec)
    work = team_work(project, spec, meeting, what)
    if listener is not None:
        listener.run(work)
        return listener.ended or Ended()
    if meeting.rank:
        told: list[object] = []
        run(work, told.append, StopToken())
        return next(event for event in told if isinstance(event, Ended))
    return Watch().run(work)


@contextmanager
def _opened(arguments: Arguments, *, read_only: bool = False) -> Iterator[Project]:
    from deepdesk.project.folder import Project

    with Project.open(arguments.project, read_only=read_only) as project:
        yield project
