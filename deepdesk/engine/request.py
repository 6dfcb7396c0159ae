"""What a person asks a run to be. Light: the window makes one without loading torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
    """

    dial: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)
    task: Mapping[str, Any] = field(default_factory=dict)
    architecture: str = ""
    graph: Mapping[str, Any] | None = None
    continue_from: str = ""
