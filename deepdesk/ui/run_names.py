"""What runs are called on screen."""

from __future__ import annotations


def spoken(run: str) -> str:
    """Return a run's folder name as people say it: "004 balanced"."""
    return run.replace("-", " ", 1)
