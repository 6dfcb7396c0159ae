"""The metrics of a run: one JSON object a line, appended as the run goes."""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from deepdesk.project.full_disk import storage_error
from deepdesk.project.safe_write import fsync_file, parse_json

# One line with the confusion matrix of a thousand classes is about 5 MB.
_LINE_BYTES = 64 << 20


class MetricsLog:
    """A log that only grows, but for `truncate` when a run resumes from an earlier step.

    Safe to append to from one thread while others read.

    Raises:
        StorageError: The disk is full, gone or not writable.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._lock = threading.Lock()

    def append(self, values: Mapping[str, Any]) -> None:
        """Add one line. Numbers that are not finite become null, which JSON can hold."""
        line = json.dumps(_finite(values), allow_nan=False).encode() + b"\n"
        with self._lock:
            try:
                self._opened().write(line)
            except OSError as error:
                raise storage_error(error, self._path, needed_bytes=len(line)) from error

    def flush(self) -> None:
        """Wait until everything appended is on the disk."""
        with self._lock:
            if self._file is None:
                return
            try:
                self._file.flush()
                fsync_file(self._file.fileno())
            except OSError as error:
                raise storage_error(error, self._path) from error

    def fsync(self) -> None:
        """The same as `flush`."""
        self.flush()

    def offset(self) -> int:
        """Return the number of bytes so far; all of them are on the disk afterwards."""
        self.flush()
        return self._path.stat().st_size if self._path.exists() else 0

    def truncate(self, offset: int) -> None:
        """Forget everything behind `offset`; a log that is shorter stays as it is."""
        self.close()
        if not self._path.exists() or self._path.stat().st_size <= offset:
            return
        try:
            with self._path.open("r+b") as file:
                file.truncate(offset)
                fsync_file(file.fileno())
        except OSError as error:
            raise storage_error(error, self._path) from error

    def read(self) -> list[dict[str, Any]]:
        """Return all lines that are whole; a torn or damaged one is left out."""
        return self.tail(0)[0]

    def tail(self, from_offset: int) -> tuple[list[dict[str, Any]], int]:
        """Return the whole lines from an offset on, and the offset to go on from."""
        with self._lock:
            if self._file is not None:
                self._file.flush()
        lines: list[dict[str, Any]] = []
        offset = from_offset
        try:
            with self._path.open("rb") as file:
                file.seek(from_offset)
                while (line := file.readline(_LINE_BYTES)).endswith(b"\n"):
                    offset += len(line)
                    lines += _parsed(line)
        except FileNotFoundError:
            return [], from_offset
        except OSError as error:
            raise storage_error(error, self._path) from error
        return lines, offset

    def close(self) -> None:
        """Flush and give the file back; the next `append` opens it again."""
        try:
            self.flush()
        finally:
            with self._lock:
                file, self._file = self._file, None
                if file is not None:
                    _close(file)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            _drop_torn_line(self._path)
            self._file = self._path.open("ab")
        return self._file


def _close(file: BinaryIO) -> None:
    try:
        file.close()
    except OSError:
        # What could not be flushed was reported by `flush`; the file is closed all the same.
        return


def _drop_torn_line(path: Path) -> None:
    """Cut off what was written of the last line when the process was killed."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        start = max(0, end - _LINE_BYTES)
        file.seek(start)
        newline = file.read().rfind(b"\n")
        if start + newline + 1 < end:
            file.truncate(start + newline + 1)


def _parsed(line: bytes) -> list[dict[str, Any]]:
    try:
        value = parse_json(line)
    except ValueError:
        return []
    return [value] if isinstance(value, dict) else []


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
