"""How much of the disk decoded samples may take: what was used longest ago goes first."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

from deepdesk.core.errors import DeepDeskError
from deepdesk.project.full_disk import storage_error
from deepdesk.project.owner import Owner
from deepdesk.project.safe_write import json_bytes, read_json

USED_FILE = "used"
_USER = "user-*.json"
_GONE = "gone-"
_LIMIT_BYTES = 64 << 10
# Of the whole disk, unless a person says how much.
_SHARE = 0.1


def sign_in(folder: Path) -> Path:
    """Make the folder, say that this process uses it now, and return the sign.

    Raises:
        OSError: The disk is full, gone or not writable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sign = folder / f"user-{os.getpid()}-{secrets.token_hex(4)}.json"
    sign.write_bytes(json_bytes(Owner.me().to_json()))
    (folder / USED_FILE).touch()
    return sign


def sign_out(sign: Path) -> None:
    """Take the sign back; a folder that is gone meanwhile is no problem."""
    with contextlib.suppress(OSError):
        sign.unlink(missing_ok=True)
        os.utime(sign.with_name(USED_FILE))


def make_room(cache: Path, keep: Path, *, needed_bytes: int, limit_gb: float = 0.0) -> list[Path]:
    """Throw decoded samples away until `needed_bytes` more stay within the limit.

    Args:
        cache: The project's folder of what can be made again.
        keep: The folder that is about to be used, there already or not.
        needed_bytes: What `keep` will hold in the end.
        limit_gb: For everything together; 0 for a tenth of the disk.

    Returns:
        The folders that were thrown away, never one that a living process uses.

    Raises:
        StorageError: The disk is gone.
    """
    try:
        total = shutil.disk_usage(cache).total
        folders = [entry for entry in cache.glob("decoded-*") if _is_own_folder(entry)]
        for left in cache.glob(f"{_GONE}*"):
            if _is_own_folder(left):
                shutil.rmtree(left, ignore_errors=True)
    except OSError as error:
        raise storage_error(error, cache) from error
    limit = limit_gb * 1e9 if limit_gb > 0 else total * _SHARE
    others = sorted((f for f in folders if f != keep), key=_last_used_s)
    held = needed_bytes + sum(map(disk_bytes, others))
    thrown = []
    for folder in others:
        if held <= limit:
            break
        size = disk_bytes(folder)
        if not _is_used(folder) and _throw_away(folder):
            held -= size
            thrown.append(folder)
    return thrown


def disk_bytes(folder: Path) -> int:
    """Return the bytes that a folder takes on the disk; holes in sparse files take none."""
    total = 0
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            status = entry.stat(follow_symlinks=False)
            # Windows does not say how many blocks a file has.
            blocks = getattr(status, "st_blocks", None)
            total += status.st_size if blocks is None else blocks * 512
    return total


def _is_own_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _last_used_s(folder: Path) -> float:
    for path in (folder / USED_FILE, folder):
        with contextlib.suppress(OSError):
            return path.stat().st_mtime
    return 0.0


def _is_used(folder: Path) -> bool:
    for path in folder.glob(_USER):
        with contextlib.suppress(DeepDeskError):
            owner = Owner.from_json(read_json(path, limit_bytes=_LIMIT_BYTES))
            if owner is not None and owner.is_alive():
                return True
    return False


def _throw_away(folder: Path) -> bool:
    """Move the folder away in one step, so that nobody finds half of it, and delete it."""
    gone = folder.with_name(f"{_GONE}{secrets.token_hex(8)}")
    try:
        folder.rename(gone)
    except OSError:
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True
