"""Copying samples into a project, so that it can be moved without its sources."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from deepdesk.core.errors import DatasetError
from deepdesk.data.sources import readable
from deepdesk.project.full_disk import is_full, storage_error


def folder_for(files: Path, source: Path) -> Path:
    """Return the folder within a project for a source: the same one for the same source."""
    facts = source.stat() if source.is_file() else None
    parts = [os.path.abspath(source)]  # noqa: PTH100 - links must not change the name
    parts += [str(facts.st_size), str(facts.st_mtime_ns)] if facts else []
    key = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    name = "".join(c if c.isalnum() or c in "-_ " else "_" for c in readable(source.stem))
    return files / f"{name[:60].strip() or 'files'}-{key}"


class Copies:
    """The copied files of one project.

    Args:
        files: Folder within the project that takes them.
    """

    def __init__(self, files: Path) -> None:
        self._files = files

    def root(self, source: Path) -> Path:
        """Return the folder that the copies of a source are below."""
        return source if self.is_inside(source) else folder_for(self._files, _folder_of(source))

    def is_inside(self, path: Path) -> bool:
        """Whether a file is in the project already."""
        return path.is_relative_to(self._files)

    def copied(self, path: Path, source: Path) -> Path:
        """Copy a file and return the copy; one that is there with the same size stays.

        Raises:
            DatasetError: The file cannot be read.
            StorageError: The copy cannot be written.
        """
        target = self.root(source) / _below(path, _folder_of(source))
        part = target.with_name(f".{target.name[:80]}.part")
        try:
            if target.exists() and target.stat().st_size == path.stat().st_size:
                return target
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, part)
            part.replace(target)
        except (OSError, ValueError) as error:
            part.unlink(missing_ok=True)
            if isinstance(error, OSError) and is_full(error):
                raise storage_error(error, target, needed_bytes=path.stat().st_size) from error
            reason = getattr(error, "strerror", None) or "it is not a plain file"
            raise DatasetError(f"It could not be copied: {reason}.") from error
        return target


def _folder_of(source: Path) -> Path:
    return source if source.is_dir() else source.parent


def _below(path: Path, folder: Path) -> Path:
    if path.is_relative_to(folder) and path != folder:
        return path.relative_to(folder)
    key = hashlib.sha256(os.fsencode(path.parent)).hexdigest()[:8]
    return Path(f"elsewhere-{key}", path.name)
