"""A project: a folder that is moved, copied, zipped and sent as a whole."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import threading
from pathlib import Path
from typing import Any

from deepdesk.core.errors import DeepDeskError, ProjectError, StorageError
from deepdesk.project import project_file
from deepdesk.project.full_disk import storage_error
from deepdesk.project.index import DamagedIndexError, SampleIndex, set_aside
from deepdesk.project.lock import Lock
from deepdesk.project.project_file import FORMAT, ProjectFile
from deepdesk.project.runs import Runs
from deepdesk.project.safe_write import (
    fsync_folder,
    remove_leftovers,
    replace,
    temporary_beside,
    write_bytes,
    write_json,
)
from deepdesk.project.searches import Searches
from deepdesk.project.undone_pieces import drop_undone

__all__ = ["FORMAT", "SUFFIX", "Project", "ProjectFile"]

SUFFIX = ".deepdesk"
_FILE = "project.json"
_INDEX = "index.sqlite"
# Most file managers open a folder as a folder, whatever its name; this file they can give to us.
_OPENER = "open" + SUFFIX
_OPENER_TEXT = b"Opened with DeepDesk, this file opens the project that it lies in.\n"
_FOLDERS = ("cache", "runs", "exports", "files")


class Project:
    """An open project; safe to use from several threads. Use `create` or `open`.

    Attributes:
        file: The contents of `project.json`, replaced by `save`.
        read_only: Nothing may be changed, because it was asked for or somebody else has it.
        owner: Who else has it, in words, "" if nobody.
    """

    def __init__(self, path: Path, file: ProjectFile, lock: Lock, *, read_only: bool) -> None:
        self.path = path
        self.file = file
        self.read_only = read_only
        self.owner = "" if lock.owner is None else lock.owner.words()
        self._lock = lock
        self._saving = threading.Lock()

    @classmethod
    def create(cls, path: Path, *, name: str, task: str) -> Project:
        """Make a project folder and open it; ".deepdesk" is added to the path if it is missing.

        Raises:
            ProjectError: There is something at this path already.
            StorageError: The disk is full, gone or not writable.
        """
        path = path.absolute()
        if path.suffix != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ProjectError(f"{path} is already there.", "Choose another name, or open it.")
        file = project_file.check(ProjectFile(name=name.strip(), task=task))
        draft = temporary_beside(path)
        try:
            _fill(draft, file)
            if path.exists():
                path.rmdir()
            replace(draft, path)
            fsync_folder(path.parent)
        except OSError as error:
            raise storage_error(error, path) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, take_over: bool = False) -> Project:
        """Open a project; while somebody else has it, for reading only.

        Args:
            path: The project folder, or its project.json or open.deepdesk.
            read_only: Do not even ask for the right to write.
            take_over: A person said that whoever seems to have it is gone.

        Raises:
            ProjectError: It is missing, damaged or newer than this program.
            StorageError: The disk is gone or not readable.
        """
        path = path.absolute()
        path = path.parent if path.name in (_FILE, _OPENER) else path
        if not (path / _FILE).exists():
            raise ProjectError(f"{path} is no project.", "Choose a folder that ends in .deepdesk.")
        file = project_file.load(path / _FILE)
        lock = Lock(path / "lock.json")
        writable = not read_only and _take(lock, by_force=take_over)
        if writable:
            file = _read_again(path / _FILE, lock)
        project = cls(path, file, lock, read_only=not writable)
        if writable and lock.is_first:
            project._tidy()
        return project

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let others write. May be called twice."""
        self._lock.release()

    def save(self, **changes: Any) -> None:
        """Change fields of `file`, on disk and here, all or none.

        Raises:
            ProjectError: The project is read-only, or a value is not legal.
            StorageError: The disk is full, gone or not writable.
        """
        self.check_writable()
        with self._saving:
            file = project_file.check(dataclasses.replace(self.file, **changes))
            write_json(self.path / _FILE, file.to_json())
            self.file = file

    def check_writable(self) -> None:
        """Raise `ProjectError` if the project is read-only."""
        if not self.read_only:
            return
        if self.owner:
            raise ProjectError(
                f"The project is in use by {self.owner}.", "Close it there, then open it again."
            )
        raise ProjectError(
            "The project is open for reading only.", "Copy it to a folder that may be written."
        )

    def index(self) -> SampleIndex:
        """Return a new connection for the calling thread, which has to close it.

        Raises:
            DamagedIndexError: It is damaged or gone; `rebuild_index` starts a new one.
        """
        path = self.path / _INDEX
        if not path.exists() or not path.stat().st_size:
            raise DamagedIndexError("The list of samples is missing.")
        return SampleIndex(self.path / _INDEX, read_only=self.read_only)

    def rebuild_index(self) -> Path | None:
        """Set a damaged index aside and start an empty one; import `file.sources` into it again.

        No connection may be open. Returns where the damaged file is now, None if it was gone.
        """
        self.check_writable()
        old = self.path / _INDEX
        try:
            kept = set_aside(old) if old.exists() else None
        except OSError as error:
            raise storage_error(error, old) from error
        SampleIndex(old).close()
        return kept

    @property
    def runs(self) -> Runs:
        """The runs."""
        return Runs(self.path / "runs")

    @property
    def searches(self) -> Searches:
        """The searches for good settings."""
        return Searches(self.path / "searches")

    @property
    def cache(self) -> Path:
        """Folder of what can be made again; may be deleted at any time."""
        return self._folder("cache")

    @property
    def exports(self) -> Path:
        """Folder of what is meant for use elsewhere."""
        return self._folder("exports")

    @property
    def files(self) -> Path:
        """Folder of samples that were copied into the project."""
        return self._folder("files")

    def _folder(self, name: str) -> Path:
        folder = self.path / name
        if not self.read_only and not folder.is_dir():
            try:
                folder.mkdir(exist_ok=True)
            except OSError as error:
                raise storage_error(error, folder) from error
        return folder

    def _tidy(self) -> None:
        """Drop what killed processes left, and removed samples that no undo reaches any more."""
        remove_leftovers(self.path)
        # A damaged index is said when it is used; the rest of the project opens all the same.
        with contextlib.suppress(DeepDeskError), self.index() as index:
            index.forget_removed()
            drop_undone(self.path, index)


def _read_again(path: Path, lock: Lock) -> ProjectFile:
    """Return the file as it is now: whoever had the lock may have saved after the first look."""
    try:
        return project_file.load(path)
    except BaseException:
        lock.release()
        raise


def _take(lock: Lock, *, by_force: bool) -> bool:
    # A project on a read-only medium can still be looked at.
    with contextlib.suppress(StorageError):
        return lock.take(by_force=by_force)
    return False


def _fill(draft: Path, file: ProjectFile) -> None:
    draft.mkdir(parents=True)
    for name in _FOLDERS:
        (draft / name).mkdir()
    SampleIndex(draft / _INDEX).close()
    write_bytes(draft / _OPENER, _OPENER_TEXT)
    write_json(draft / _FILE, file.to_json())
