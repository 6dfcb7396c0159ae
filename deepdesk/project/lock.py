"""One writer per project: a file that says which process it is."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from pathlib import Path

from deepdesk.core.errors import ProjectError
from deepdesk.project.full_disk import storage_error
from deepdesk.project.owner import Owner
from deepdesk.project.safe_write import json_bytes, read_json
from deepdesk.project.sealed import seal

_LIMIT_BYTES = 64 << 10
_guard = threading.Lock()
# Locks that this process holds: how many times it took each. Work that opens the project
# of the window it was started from shares the window's lock.
_held: dict[tuple[int, str], int] = {}


class Lock:
    """The lock of a project folder.

    Attributes:
        owner: Who else holds it, None if nobody else does.
        is_first: Whether nothing else in this process held it when it was taken.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_mine = False
        self._is_lent = False
        self.owner: Owner | None = None
        self.is_first = False

    def take(self, *, by_force: bool = False) -> bool:
        """Take the lock if it is free, ours already, or left over from a dead process.

        Args:
            by_force: Also take it from an owner that seems alive: a person said it is gone.

        Returns:
            Whether it is held now; otherwise `owner` says by whom.

        Raises:
            StorageError: The lock file cannot be written.
        """
        with _guard:
            key = self._key()
            if not self._is_mine and (_held.get(key) or self._take_file(by_force)):
                # Whoever lends it keeps the folder tidy.
                self.is_first = key not in _held and not self._is_lent
                _held[key] = _held.get(key, 0) + 1
                self._is_mine = True
        return self._is_mine

    def release(self) -> None:
        """Give the lock back; the file goes with the last holder in this process."""
        with _guard:
            if not self._is_mine:
                return
            self._is_mine = False
            key = self._key()
            _held[key] -= 1
            if not _held[key]:
                del _held[key]
                owner = self._read()
                if owner is not None and owner.is_me():
                    self._path.unlink(missing_ok=True)

    def _key(self) -> tuple[int, str]:
        # A forked child holds nothing, whatever its parent held.
        return os.getpid(), os.path.normcase(self._path.absolute())

    def _take_file(self, by_force: bool) -> bool:
        # Twice: after a lock of a dead process was cleared away, and once more if
        # another process was faster at that and then let go.
        for _ in range(3):
            if self._create():
                self.owner = None
                return True
            owner = self._read()
            if owner is not None and owner.is_alive() and not owner.is_me() and not by_force:
                if owner.lends():
                    self._is_lent = True
                    return True
                self.owner = owner
                return False
            self._clear(owner)
        self.owner = self._read()
        return False

    def _create(self) -> bool:
        # Linking a whole file into place: nobody ever reads half a lock.
        draft = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        try:
            draft.write_bytes(json_bytes(seal(Owner.me().to_json())))
            return _link(draft, self._path)
        except OSError as error:
            raise storage_error(error, self._path) from error
        finally:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)

    def _read(self) -> Owner | None:
        try:
            return Owner.from_json(read_json(self._path, limit_bytes=_LIMIT_BYTES))
        except ProjectError:
            return None

    def _clear(self, stale: Owner | None) -> None:
        """Move a stale lock away; only one process can, and a fresh one is put back."""
        aside = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        try:
            os.replace(self._path, aside)  # noqa: PTH105
        except FileNotFoundError:
            return
        moved = Lock(aside)._read()
        if moved != stale:
            with contextlib.suppress(OSError):
                _link(aside, self._path)
        aside.unlink(missing_ok=True)


def _link(source: Path, target: Path) -> bool:
    """Make `target` a copy of `source` unless it exists; return whether it was made."""
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except OSError:
        # FAT and some shares know no links; creating exclusively is next best.
        try:
            with target.open("xb") as file:
                file.write(source.read_bytes())
        except FileExistsError:
            return False
    return True
