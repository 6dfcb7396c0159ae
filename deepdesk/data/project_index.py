"""The index of a project for work that writes into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deepdesk.project.folder import Project
from deepdesk.project.index import SampleIndex


@contextmanager
def writable_index(project_path: Path) -> Iterator[SampleIndex]:
    """Open the index of a project for the calling thread.

    Raises:
        ProjectError: The project is missing, or somebody else has it.
        StorageError: Its disk is full, gone or not writable.
    """
    with Project.open(project_path) as project:
        project.check_writable()
        with project.index() as index:
            yield index
