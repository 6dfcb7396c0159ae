"""Checkpoints on disk: a folder counts only once its last file says that all others are whole."""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepdesk.core.errors import ProjectError, StorageError
from deepdesk.project.committed import (
    EARLIER,
    MARKER,
    check_names,
    delete,
    folders_in,
    is_committed,
    is_whole,
    read_marker,
    write_draft,
)
from deepdesk.project.full_disk import storage_error
from deepdesk.project.safe_write import (
    fsync_folder,
    make_folder,
    read_json,
    remove_leftovers,
    replace,
    write_json,
)

_BEST = "best.json"
# "step_000120" is a checkpoint; ".old" one that is being replaced by another of the same step.
_FOLDER = re.compile(r"step_(\d{6,18})(\.old-[0-9a-f]{8})?")
_SPARE_BYTES = 200_000_000


def needed_bytes(checkpoint_bytes: int) -> int:
    """Return the room to ask for before a run starts: three checkpoints and 200 MB."""
    return 3 * checkpoint_bytes + _SPARE_BYTES


class Checkpoints:
    """The checkpoints of one run; one process writes, any number read.

    Raises:
        StorageError: The disk is full, gone or not writable, or a file is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Folders whose contents this process verified, with the time of their marker.
        self._verified: dict[Path, int] = {}

    def commit(
        self,
        step: int,
        files: Mapping[str, bytes | memoryview],
        *,
        meta: dict[str, Any],
        keep: int = 2,
    ) -> Path:
        """Write a checkpoint, verify it, and only then delete what is too old.

        Until this returns the checkpoint does not exist, and the earlier ones do.

        Args:
            step: Optimiser steps done.
            files: File name to contents.
            meta: JSON-ready facts for `meta`.
            keep: How many to keep, at least 2, besides the best one.
        """
        check_names(files)
        total = sum(map(len, files.values()))
        target = self._folder / f"step_{step:06d}"
        try:
            make_folder(self._folder)
            remove_leftovers(self._folder)
            draft = write_draft(target, files, {"step": step, "meta": meta})
            self._put(draft, target)
            # Every file was read back while it was written.
            self._remember(target)
        except OSError as error:
            raise storage_error(error, target, needed_bytes=total) from error
        with contextlib.suppress(OSError):
            self._delete_old(keep)
        return target

    def drop_after(self, step: int) -> None:
        """Delete the checkpoints of later steps: the run went back and goes on another way."""
        for found, folder in self._found().items():
            if found > step:
                with contextlib.suppress(OSError):
                    delete(folder)

    def mark_best(self, step: int) -> None:
        """Keep this checkpoint, however old it grows.

        Raises:
            ProjectError: There is no such checkpoint.
        """
        self._of(step)
        write_json(self._folder / _BEST, {"step": step})

    def list(self) -> list[int]:
        """Return the steps of all committed checkpoints, oldest first."""
        return sorted(self._found())

    def latest(self) -> int | None:
        """Return the step of the newest committed checkpoint."""
        return max(self._found(), default=None)

    def best(self) -> int | None:
        """Return the step that was marked best, None if none was or it is gone."""
        step = self._best_step()
        return step if step in self._found() else None

    def valid(self, step: int) -> bool:
        """Return whether every byte of a checkpoint is what was written."""
        folder = self._found().get(step)
        return folder is not None and is_whole(folder)

    def latest_valid(self) -> int | None:
        """Return the step of the newest checkpoint of which every byte is right."""
        return next((step for step in reversed(self.list()) if self.valid(step)), None)

    def meta(self, step: int) -> dict[str, Any]:
        """Return what `commit` was given as `meta`.

        Raises:
            ProjectError: There is no such checkpoint.
        """
        meta = read_marker(self._of(step))["meta"]
        return dict(meta)

    def read(self, step: int, name: str) -> bytes:
        """Return the contents of one file of a checkpoint, checked.

        Raises:
            ProjectError: There is no such checkpoint.
            StorageError: The file is missing or damaged.
        """
        folder = self._of(step)
        entry = read_marker(folder)["files"].get(name)
        if entry is None:
            raise StorageError(f"{folder.name} has no {name}.", EARLIER)
        try:
            if (folder / name).stat().st_size == entry["size"]:
                data = (folder / name).read_bytes()
                if hashlib.sha256(data).hexdigest() == entry["sha256"]:
                    return data
        except OSError as error:
            raise storage_error(error, folder / name) from error
        raise StorageError(f"{name} of {folder.name} is damaged.", EARLIER)

    def _put(self, draft: Path, target: Path) -> None:
        try:
            old = self._folder / f"{target.name}.old-{secrets.token_hex(4)}"
            if target.exists():
                replace(target, old)
            replace(draft, target)
            fsync_folder(self._folder)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def _found(self) -> dict[int, Path]:
        """Return the committed folders by step, the plain name before a replaced one."""
        found: dict[int, Path] = {}
        for folder in folders_in(self._folder):
            match = _FOLDER.fullmatch(folder.name)
            if match and (int(match[1]) not in found or not match[2]) and is_committed(folder):
                found[int(match[1])] = folder
        return found

    def _of(self, step: int) -> Path:
        folder = self._found().get(step)
        if folder is None:
            raise ProjectError(f"There is no checkpoint of step {step}.", EARLIER)
        return folder

    def _best_step(self) -> int | None:
        if not (self._folder / _BEST).exists():
            return None
        step = read_json(self._folder / _BEST, limit_bytes=1000)
        if not isinstance(step, dict) or type(step.get("step")) is not int:
            raise ProjectError("best.json is damaged.", EARLIER)
        return int(step["step"])

    def _remember(self, folder: Path) -> None:
        self._verified[folder] = (folder / MARKER).stat().st_mtime_ns

    def _is_verified(self, folder: Path) -> bool:
        return self._verified.get(folder) == (folder / MARKER).stat().st_mtime_ns

    def _delete_old(self, keep: int) -> None:
        try:
            best = self._best_step()
        except ProjectError:
            # Which one is best is not known, so none is safe to delete.
            return
        found = self._found()
        good = 0
        for step in sorted(found, reverse=True):
            folder = found[step]
            if good >= max(2, keep) and step != best:
                delete(folder)
            elif self._is_verified(folder) or is_whole(folder):
                self._remember(folder)
                good += 1
        self._delete_replaced(found)

    def _delete_replaced(self, found: dict[int, Path]) -> None:
        for folder in folders_in(self._folder):
            match = _FOLDER.fullmatch(folder.name)
            if match and match[2] and found.get(int(match[1])) != folder:
                delete(folder)
