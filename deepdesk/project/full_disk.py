"""What an operating system error means for a person: which disk, how many bytes, what to do."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from deepdesk.core.errors import StorageError

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
# ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL, which some Windows drivers report without an errno.
_FULL_WINERRORS = (39, 112)

_REMEDIES = {
    errno.EACCES: ("may not be written or read", "Change its permissions, or use another folder."),
    errno.EPERM: ("may not be written or read", "Change its permissions, or use another folder."),
    errno.EROFS: ("is on a disk that is read-only", "Use a folder on another disk."),
    errno.ENOENT: ("is gone", "Check that the disk or share is still connected."),
    errno.EIO: ("is on a disk that reports errors", "Check the disk, or use another one."),
    errno.EMFILE: ("cannot be opened, too many files are open", "Close other programs."),
    errno.ENAMETOOLONG: ("has too long a name", "Use a folder with a shorter path."),
}


def storage_error(error: OSError, path: Path, *, needed_bytes: int = 0) -> StorageError:
    """Return `error` as one sentence and one remedy.

    Args:
        path: What was being written or read.
        needed_bytes: How much room the write wants, 0 if unknown.
    """
    if is_full(error):
        return StorageError(
            f"The disk of {path} is full: {_room(path, needed_bytes)}.",
            "Free some space, then try again.",
        )
    what, remedy = _REMEDIES.get(
        error.errno or 0,
        (f"cannot be used ({error.strerror or error})", "Check the disk or share, then try again."),
    )
    return StorageError(f"{path} {what}.", remedy)


def is_full(error: OSError) -> bool:
    """Return whether `error` says that a disk or a quota is full."""
    return error.errno in _FULL or getattr(error, "winerror", None) in _FULL_WINERRORS


def _room(path: Path, needed_bytes: int) -> str:
    try:
        free = f"{shutil.disk_usage(path.parent).free:,} bytes are free"
    except OSError:
        free = "it is not known how much is free"
    return f"{needed_bytes:,} bytes are needed, {free}" if needed_bytes else free
