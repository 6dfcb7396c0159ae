"""What may be opened of a stranger's folder: reading a pipe or a device might never end."""

from __future__ import annotations

import errno
import stat
from pathlib import Path


def check_plain(path: Path) -> None:
    """Check that a path is no device and no pipe, before it is opened.

    Raises:
        OSError: It is, or nothing is there.
    """
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "it is a device or a pipe")
