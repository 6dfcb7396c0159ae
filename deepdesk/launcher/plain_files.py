"""Small files of the runtime folder: written in one step, read as if anybody had written them."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from deepdesk.core.errors import StorageError

_LIMIT_BYTES = 1 << 20
# Windows refuses to replace a file that a virus scanner holds open; they let go within a second.
_RETRY_DELAYS_S = (0.05, 0.1, 0.2, 0.4, 0.8)
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_REMEDIES = {
    errno.EACCES: ("may not be written", "Change its permissions, or set another folder."),
    errno.EPERM: ("may not be written", "Change its permissions, or set another folder."),
    errno.EROFS: ("is on a disk that is read-only", "Set a folder on another disk."),
    errno.EIO: ("is on a disk that reports errors", "Check the disk, or use another one."),
    errno.ENOTDIR: ("cannot be made: a file is in its way", "Move that file away."),
    errno.EEXIST: ("cannot be made: a file is in its way", "Move that file away."),
}


def storage_error(error: OSError, path: Path) -> StorageError:
    """Return what an operating system error means: one sentence and one remedy."""
    if error.errno in _FULL or getattr(error, "winerror", None) in (39, 112):
        return full_disk(path)
    what, remedy = _REMEDIES.get(
        error.errno or 0,
        (f"cannot be used ({error.strerror or error})", "Check the disk, then try again."),
    )
    return StorageError(f"{path} {what}.", remedy)


def full_disk(path: Path) -> StorageError:
    """Return the error that says that the disk of `path` ran full, with what is free there now."""
    free = free_bytes(path)
    said = "" if free is None else f"; {gigabytes(free)} are free now"
    return StorageError(
        f"There was no room left on the disk of {path}{said}.",
        "Free some space, then try again: what was fetched whole is kept.",
    )


def free_bytes(path: Path) -> int | None:
    """Return the bytes free on the disk of `path`, which need not exist yet; None if unknown."""
    folder = path.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def gigabytes(count: int) -> str:
    """Return a number of bytes in words, for instance "3.3 GB", "12 MB" or "27 kB"."""
    if count < 1_000_000:
        return f"{count / 1e3:,.0f} kB"
    if count >= 1_000_000_000:
        return f"{count / 1e9:,.1f} GB"
    return f"{count / 1e6:,.0f} MB" if count >= 10_000_000 else f"{count / 1e6:,.1f} MB"


def write_text(path: Path, text: str) -> None:
    """Replace a file by `text` in one step, or leave it as it was.

    Raises:
        StorageError: The disk is full or not writable.
    """
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except OSError as error:
        raise storage_error(error, path.parent) from error
    finally:
        temporary.unlink(missing_ok=True)


def flush_disks() -> None:
    """Wait until everything that was written is on the disk itself, where the system offers that.

    After a power cut a note that an environment is whole must not outlive its files.
    """
    if sys.platform != "win32":
        os.sync()


def _replace(temporary: Path, path: Path) -> None:
    for delay_s in _RETRY_DELAYS_S:
        try:
            temporary.replace(path)
            return
        except OSError as error:
            if getattr(error, "winerror", None) not in (5, 32, 33):
                raise
            time.sleep(delay_s)
    temporary.replace(path)


def read_text(path: Path) -> str:
    """Return what a small file says, "" where it is missing, not a file, too large or not text."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _LIMIT_BYTES:
            return ""
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file, {} where there is none that can be used."""
    try:
        value = json.loads(read_text(path))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
