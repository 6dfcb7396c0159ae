"""What a person asks a run to be. Light: the window makes one without loading torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deepdesk.project.project_file import ProjectFile


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a person asks for; whatever is left out comes from the dial and the project.

    Attributes:
        dial: "quick", "balanced" or "best"; "" for the project's or the task's own.
        training: Settings of `TrainingConfig` by name.
        task: Settings of the task's config by name.
        architecture: Name of one of the task's graphs, "" for the dial's.
        graph: A graph as JSON instead of a named one.
        continue_from: Name of a run whose best weights to start from.
        is_fresh: Begin with new weights, whatever the project says of it.
        search: Which trial of which search it is: "id", "number", "params"; {} for none.
        queued: Id that it waited under, "" where it did not wait.
    """

    dial: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)
    task: Mapping[str, Any] = field(default_factory=dict)
    architecture: str = ""
    graph: Mapping[str, Any] | None = None
    continue_from: str = ""
    is_fresh: bool = False
    search: Mapping[str, Any] = field(default_factory=dict)
    queued: str = ""


def frozen_request(request: RunRequest, file: ProjectFile) -> RunRequest:
    """Return a request that later changes of the project do not reach.

    The drawn network and the run whose weights come first are the project's own; both are taken
    down as they are now.
    """
    graph = request.graph
    if graph is None and not request.architecture:
        graph = file.graph
    donor = "" if request.is_fresh else request.continue_from or file.start_from
    return dataclasses.replace(
        request,
        dial=request.dial or file.dial,
        architecture="" if graph is not None else request.architecture or file.architecture,
        graph=graph,
        continue_from=donor,
        is_fresh=not donor,
    )


def request_to_json(request: RunRequest) -> dict[str, Any]:
    """Return what is asked as a JSON-ready object, without the search or queue it comes from."""
    values = whole_request_to_json(request)
    return {key: value for key, value in values.items() if key not in ("search", "queued")}


def whole_request_to_json(request: RunRequest) -> dict[str, Any]:
    """Return a request as a JSON-ready object, for a process that trains it."""
    values = {f.name: getattr(request, f.name) for f in dataclasses.fields(request)}
    return {k: dict(v) if isinstance(v, Mapping) else v for k, v in values.items()}


def request_from_json(values: Mapping[str, Any]) -> RunRequest:
    """Return the request that either gave; its form was checked where it was read."""
    return RunRequest(**values)
