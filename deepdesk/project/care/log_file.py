"""The log of all windows of this person: one file that never grows large.

It is opened for each line, so that several windows can write it, and any of them can put it aside
when it is full: a file that another one holds open could not be renamed on Windows, and would go on
growing under its old name elsewhere.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from pathlib import Path

NAME = "deepdesk.log"
LOG_BYTES, KEPT = 1_000_000, 3
# Of one entry; a library may say anything.
ENTRY_CHARACTERS = 20_000
_TAIL_BYTES = 256_000


class LogFile(logging.Handler):
    """Writes entries to a file, which is put aside as `.1`, `.2`, ... when it is full.

    Args:
        path: In a folder that is made if need be.
        limit_bytes: From which on the file is put aside.
        kept: How many that were put aside are kept.
    """

    def __init__(self, path: Path, *, limit_bytes: int = LOG_BYTES, kept: int = KEPT) -> None:
        super().__init__()
        self.path = path
        self._limit_bytes = limit_bytes
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        """Write one entry; a disk that is full or gone costs the entry and nothing else."""
        try:
            entry = self.format(record)
        except Exception:  # noqa: BLE001 - arguments of others that do not fit their words
            entry = f"(an entry of {record.name} that cannot be written)"
        data = f"{entry[:ENTRY_CHARACTERS]}\n".encode(errors="backslashreplace")
        with contextlib.suppress(OSError):
            self._make_room()
            with self.path.open("ab", buffering=0) as file:
                file.write(data)

    def _make_room(self) -> None:
        try:
            if self.path.stat().st_size < self._limit_bytes:
                return
        except FileNotFoundError:
            return
        # Another window may do the same, or hold one of them open: then there is a next time.
        with contextlib.suppress(OSError):
            for number in range(self._kept, 0, -1):
                older = self._aside(number - 1) if number > 1 else self.path
                if older.exists():
                    older.replace(self._aside(number))

    def _aside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


def start_log(folder: Path, logger: logging.Logger) -> Path:
    """Send what `logger` is told to the log in `folder`, and return the file's path.

    A folder that cannot be written leaves the program without a log, not without a window.
    """
    path = folder / NAME
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = LogFile(path)
    except OSError:
        # Without a console there is no standard error either.
        handler = logging.StreamHandler(sys.stderr) if sys.stderr else logging.NullHandler()
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")
    )
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return path


def tail(path: Path, lines: int) -> str:
    """Return the last lines of a log as text, "" where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            text = file.read(_TAIL_BYTES).decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
