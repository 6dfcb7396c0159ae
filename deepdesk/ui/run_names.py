"""What runs are called on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deepdesk.project.runs import RunInfo


def title_of(info: RunInfo) -> str:
    """Return what a run is called: its own title, or its name as people say it."""
    return spoken(info.name) if info.title in ("", info.name) else info.title


def spoken(run: str) -> str:
    """Return a run's folder name as people say it: "004 balanced"."""
    return run.replace("-", " ", 1)
