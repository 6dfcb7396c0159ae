"""The verb that lists the runs that wait, and works through them."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.terminal.splitting import warn_of_origins
from deepdesk.terminal.watch import Watch, say

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.project.folder import Project
    from deepdesk.project.queue import QueuedRun

Arguments = argparse.Namespace


def add_queue(verb: argparse.ArgumentParser) -> None:
    """Take what the verb is told on the command line."""
    verb.add_argument("project", type=Path, help="the project folder")
    verb.add_argument("--run", action="store_true", help="train them, one after the other")


def queue_command(arguments: Arguments) -> int:
    """List the runs that wait, or train them; one that fails does not stop the next."""
    from deepdesk.project.folder import Project
    from deepdesk.project.queue import load
    from deepdesk.tasks import task_of

    with Project.open(arguments.project, read_only=not arguments.run) as project:
        if arguments.run:
            return _work_through(project, task_of(project.file.task), arguments)
        for place, entry in enumerate(load(project.path), start=1):
            row = {"place": place, "id": entry.id, "title": entry.title, **entry.request}
            say(arguments, row, f"{place:3} {_words(entry)}")
    return 0


def _work_through(project: Project, spec: TaskSpec, arguments: Arguments) -> int:
    from deepdesk.project.queue import load, unbegun

    project.check_writable()
    warn_of_origins(project, spec)
    status = 0
    while queue := unbegun(load(project.path), project.runs):
        entry = queue[0]
        print(f"Next: {_words(entry)}; {len(queue) - 1} wait after it", file=sys.stderr)
        watch = Watch(events=arguments.json)
        ended = watch.run(_work_of(project, spec, entry))
        last = watch.run_ended
        if last is not None:
            row = {"run": last.run, "status": last.status, "metrics": dict(last.metrics)}
            say(arguments, row, f"{last.run} {last.status}")
        _take_out(project, entry)
        if ended.stopped:
            return 130
        status = max(status, watch.status_of(ended))
    return status


def _work_of(project: Project, spec: TaskSpec, entry: QueuedRun) -> Any:
    from deepdesk.core.events import RunStarted
    from deepdesk.core.work import EventSink, StopToken
    from deepdesk.engine.request import request_from_json
    from deepdesk.engine.separate import work_where_wanted

    def work(emit: EventSink, stop: StopToken) -> None:
        def tell(event: Any) -> None:
            if isinstance(event, RunStarted):
                # It has a folder of its own now, from which it can be resumed.
                _take_out(project, entry)
                if entry.title:
                    project.runs.rename(event.run, entry.title)
            emit(event)

        request = replace(request_from_json(entry.request), queued=entry.id)
        work_where_wanted(project, spec, request)(tell, stop)

    return work


def _take_out(project: Project, entry: QueuedRun) -> None:
    from deepdesk.project.queue import load, place_of, save, without

    queue = load(project.path)
    if place_of(queue, entry.id) >= 0:
        save(project.path, without(queue, entry.id))


def _words(entry: QueuedRun) -> str:
    request = entry.request
    epochs = request["training"].get("epochs")
    parts = [entry.title, request["dial"], request["architecture"] or "drawn network"]
    parts += [f"{epochs} epochs"] if epochs is not None else []
    parts += [f"from {request['continue_from']}"] if request["continue_from"] else []
    return ", ".join(str(part) for part in parts if part)
