"""The list of all samples of a project, in SQLite: labels, splits, checks, twins and undo."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from deepdesk.project.index import opening
from deepdesk.project.index.adding import Adding
from deepdesk.project.index.browsing import Browsing
from deepdesk.project.index.changes import Change
from deepdesk.project.index.database import Database, set_aside
from deepdesk.project.index.folders import Folders
from deepdesk.project.index.naming import Naming
from deepdesk.project.index.origins import Origins
from deepdesk.project.index.rows import ClassRow, Filter, OriginRow, Sample
from deepdesk.project.index.sqlite_errors import DamagedIndexError
from deepdesk.project.index.training import PathList, TrainingRows

__all__ = [
    "Change",
    "ClassRow",
    "DamagedIndexError",
    "Filter",
    "OriginRow",
    "PathList",
    "Sample",
    "SampleIndex",
    "set_aside",
]


class SampleIndex(Adding, Browsing, Naming, Origins, TrainingRows):
    """One connection to `index.sqlite`, for the thread that made it.

    Several connections, also of several processes, may read and write at the same time.
    Every change is committed when its method returns, or did not happen.

    Raises:
        DamagedIndexError: The file is not an index of ours, or is damaged.
        ProjectError: It was made by a newer DeepDesk.
        StorageError: The disk is full, gone or not writable.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._db = Database(path, read_only=read_only)
        self._folders = Folders(self._db, path.parent)
        super().__init__()

    def __enter__(self) -> SampleIndex:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back. May be called twice."""
        self._db.close()

    def check(self) -> None:
        """Read everything and compare it with what is stored twice, as before a run.

        Raises:
            DamagedIndexError: A bit is not as it was written.
        """
        opening.check(self._db)

    def one_moment(self) -> AbstractContextManager[None]:
        """Return a context in which everything that is read is of one and the same state."""
        return self._db.reading()

    def revision(self) -> int:
        """Return a number that grows with every change, of whatever connection."""
        return sum(self._db.counter(name) for name in ("members", "labels", "facts", "twins"))
