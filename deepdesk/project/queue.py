"""The runs that wait for their turn: `queue.json` in the project, checked as if from anybody.

Each carries what was asked for at the moment it was queued, so that later edits change nothing.
All steps of editing are pure functions from one queue to the next.
"""

from __future__ import annotations

import dataclasses
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepdesk.core.errors import ProjectError
from deepdesk.project.runs import Runs
from deepdesk.project.safe_write import read_json, write_json

FORMAT = 1
FILE = "queue.json"
MOST_WAITING = 200
TITLE_CHARACTERS = 200
_LIMIT_BYTES = 32 << 20
_NAME_CHARACTERS = 1_000
_MOST_SETTINGS = 1_000
_ID = re.compile(r"[a-z0-9]{1,32}")
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_REMEDY = "Delete queue.json in the project folder and queue the runs again."


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedRun:
    """A run that waits.

    Attributes:
        id: Of its own, never given again: its run keeps it.
        title: What a person called it, "" for no name of its own.
        request: What was asked for: the fields of a `RunRequest` as JSON.
    """

    id: str
    request: Mapping[str, Any]
    title: str = ""


Queue = tuple[QueuedRun, ...]


def load(project: Path) -> Queue:
    """Return the runs that wait in a project, the next one first.

    Raises:
        ProjectError: The file is damaged, or of a newer format.
        StorageError: The disk cannot be read.
    """
    path = project / FILE
    if not path.exists():
        return ()
    values = read_json(path, limit_bytes=_LIMIT_BYTES)
    if not isinstance(values, dict) or set(values) != {"format", "runs"}:
        raise ProjectError("queue.json holds no queue.", _REMEDY)
    if values["format"] != FORMAT:
        raise ProjectError(
            f"The queue has format {str(values['format'])[:20]}; this DeepDesk knows {FORMAT}.",
            "Update DeepDesk to use it.",
        )
    rows = values["runs"]
    if not isinstance(rows, list) or len(rows) > MOST_WAITING:
        raise ProjectError("queue.json holds no list of runs, or too many.", _REMEDY)
    queue = tuple(_checked(row) for row in rows)
    if len({entry.id for entry in queue}) < len(queue):
        raise ProjectError("queue.json names a run twice.", _REMEDY)
    return queue


def save(project: Path, queue: Queue) -> None:
    """Keep the runs that wait; an empty queue takes the file away.

    Raises:
        ProjectError: There are too many.
        StorageError: The disk is full, gone or not writable.
    """
    if len(queue) > MOST_WAITING:
        raise ProjectError(f"More than {MOST_WAITING} runs cannot wait.", "Let some be trained.")
    path = project / FILE
    if not queue and not path.exists():
        return
    write_json(path, {"format": FORMAT, "runs": [dataclasses.asdict(entry) for entry in queue]})


def new_id() -> str:
    """Return an id that no run has, waiting or begun."""
    return f"q{secrets.token_hex(8)}"


def unbegun(queue: Queue, runs: Runs) -> Queue:
    """Return the queue without the runs that have a folder, from which they go on.

    A kill may come between the making of that folder and the write of the shorter queue.
    """
    begun = {info.queued for info in runs.list()} if queue else set()
    return tuple(entry for entry in queue if entry.id not in begun)


def added(queue: Queue, entry: QueuedRun, place: int | None = None) -> Queue:
    """Return the queue with one more run, at a place or at the end."""
    at = len(queue) if place is None else max(0, min(place, len(queue)))
    return (*queue[:at], entry, *queue[at:])


def without(queue: Queue, run_id: str) -> Queue:
    """Return the queue without a run."""
    return tuple(entry for entry in queue if entry.id != run_id)


def moved(queue: Queue, run_id: str, place: int) -> Queue:
    """Return the queue with a run at another place, 0 being the next."""
    found = [entry for entry in queue if entry.id == run_id]
    return added(without(queue, run_id), found[0], place) if found else queue


def renamed(queue: Queue, run_id: str, title: str) -> Queue:
    """Return the queue with another title for a run; "" takes its name away."""
    shown = _UNSHOWN.sub(" ", title).strip()[:TITLE_CHARACTERS]
    return tuple(
        dataclasses.replace(entry, title=shown) if entry.id == run_id else entry for entry in queue
    )


def place_of(queue: Queue, run_id: str) -> int:
    """Return the place of a run, -1 where it does not wait any more."""
    return next((place for place, entry in enumerate(queue) if entry.id == run_id), -1)


def _checked(row: Any) -> QueuedRun:
    if not isinstance(row, dict) or set(row) != {"id", "title", "request"}:
        raise ProjectError("queue.json holds something that is no run.", _REMEDY)
    is_id = isinstance(row["id"], str) and _ID.fullmatch(row["id"])
    if not is_id or not _is_text(row["title"], TITLE_CHARACTERS):
        raise ProjectError("queue.json has a run with an illegal name.", _REMEDY)
    check_request(row["request"], "queue.json")
    return QueuedRun(id=row["id"], title=row["title"], request=row["request"])


def check_request(request: Any, where: str) -> None:
    """Raise unless a value has the form of a request; what it asks is checked when it starts.

    Args:
        where: The file that it stands in, for the message.

    Raises:
        ProjectError: A key is missing or unknown, or a value is of another kind.
    """
    if not isinstance(request, dict) or set(request) != set(_REQUEST):
        raise ProjectError(f"{where} asks for a run in an unknown form.", _REMEDY)
    for key, is_legal in _REQUEST.items():
        if not is_legal(request[key]):
            raise ProjectError(f"{where} asks for a run with an illegal {key}.", _REMEDY)


def _is_text(value: Any, limit: int = _NAME_CHARACTERS) -> bool:
    return isinstance(value, str) and len(value) <= limit and not _UNSHOWN.search(value)


def _are_settings(value: Any) -> bool:
    return isinstance(value, dict) and len(value) <= _MOST_SETTINGS and all(map(_is_text, value))


_REQUEST: dict[str, Callable[[Any], bool]] = {
    "dial": _is_text,
    "training": _are_settings,
    "task": _are_settings,
    "architecture": _is_text,
    "graph": lambda value: value is None or isinstance(value, dict),
    "continue_from": _is_text,
    "is_fresh": lambda value: isinstance(value, bool),
}
