"""A run as the processes beside the first one see it: all is read, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepdesk.project.checkpoints import Checkpoints
from deepdesk.project.metrics import MetricsLog
from deepdesk.project.runs import RunFolder


class SilentLog(MetricsLog):
    """A log that keeps nothing: the first process writes it."""

    def append(self, values: Mapping[str, Any]) -> None:
        """Keep nothing."""

    def flush(self) -> None:
        """Wait for nothing."""

    def offset(self) -> int:
        """Return 0."""
        return 0

    def position(self) -> int:
        """Return 0."""
        return 0

    def truncate(self, offset: int) -> None:
        """Leave the file to the first process."""


class SeenCheckpoints(Checkpoints):
    """Checkpoints that the first process writes and drops."""

    def drop_after(self, step: int) -> None:
        """Leave it to the first process."""


class FollowedRun(RunFolder):
    """A run that another process of the team writes."""

    is_mine = False

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.metrics = SilentLog(path / "metrics.jsonl")
        self.checkpoints = SeenCheckpoints(path / "checkpoints")

    def update(self, **changes: Any) -> None:
        """Leave it to the first process."""

    def claim(self) -> None:
        """Leave it to the first process."""

    def release(self) -> None:
        """Leave it to the first process."""
