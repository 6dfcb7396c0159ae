"""The metrics of a run: one JSON object a line, appended as the run goes.

Each line begins with a checksum of its rest. Logs of earlier versions have none and are read all
the same; in a log that begins with a checksum, every line must have one.
"""

from __future__ import annotations

import errno
import json
import math
import os
import re
import threading
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from deepdesk.project.full_disk import storage_error
from deepdesk.project.safe_write import fsync_file, fsync_folder, parse_json

# One line with the confusion matrix of a thousand classes is about 5 MB.
_LINE_BYTES = 64 << 20
_KEY = "crc"
_START = b'{"crc": "'
# The same with a flipped bit in the key, which would otherwise make it a line without a checksum.
_LIKE_START = re.compile(rb'\{".{3}": "[0-9a-f]{8}"')
_SUM = slice(len(_START), len(_START) + 8)


class MetricsLog:
    """A log that only grows, but for `truncate` when a run resumes from an earlier step.

    Safe to append to from one thread while others read.

    Attributes:
        damaged: Whole lines that the last `read` or `tail` had to leave out.
        read_to: Bytes of whole lines that the last `read` found, damaged ones counted too.

    Raises:
        StorageError: The disk is full, gone or not writable.
    """

    def __init__(self, path: Path) -> None:
        self.damaged = 0
        self.read_to = 0
        self._path = path
        self._file: BinaryIO | None = None
        self._lock = threading.Lock()

    def append(self, values: Mapping[str, Any]) -> None:
        """Add one line. Numbers that are not finite become null, which JSON can hold."""
        line = _sealed(json.dumps(_finite(values), allow_nan=False).encode())
        with self._lock:
            try:
                self._write(line)
            except OSError as error:
                raise storage_error(error, self._path, needed_bytes=len(line)) from error

    def _write(self, line: bytes) -> None:
        """Write a line whole or not at all: half of one would spoil the next."""
        file = self._opened()
        start = file.tell()
        try:
            if file.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            try:
                file.truncate(start)
            except OSError:
                # Opening it again cuts the torn line off.
                self._file = None
                _close(file)
            raise

    def flush(self) -> None:
        """Wait until everything appended is on the disk; others may append meanwhile."""
        try:
            with self._lock:
                if self._file is None:
                    return
                self._file.flush()
                # A descriptor of our own: the file may be closed while the disk is waited for.
                descriptor = os.dup(self._file.fileno())
            try:
                fsync_file(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise storage_error(error, self._path) from error

    def fsync(self) -> None:
        """The same as `flush`."""
        self.flush()

    def offset(self) -> int:
        """Return the number of bytes so far; all of them are on the disk afterwards."""
        self.flush()
        return self._path.stat().st_size if self._path.exists() else 0

    def position(self) -> int:
        """Return the number of bytes so far without waiting for the disk."""
        with self._lock:
            try:
                return self._opened().tell()
            except OSError as error:
                raise storage_error(error, self._path) from error

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
        lines, self.read_to = self.tail(0)
        return lines

    def tail(self, from_offset: int) -> tuple[list[dict[str, Any]], int]:
        """Return the whole lines from an offset on, and the offset to go on from."""
        with self._lock:
            if self._file is not None:
                self._file.flush()
        lines: list[dict[str, Any]] = []
        offset, self.damaged = from_offset, 0
        for line, is_sealed in self._lines(from_offset):
            offset += len(line)
            found = _parsed(line, is_sealed=is_sealed)
            self.damaged += not found
            lines += found
        return lines, offset

    def check(self) -> None:
        """Set `damaged` and `read_to` as `read` does, by the checksums of the lines alone."""
        self.damaged, self.read_to = 0, 0
        for line, is_sealed in self._lines(0):
            self.read_to += len(line)
            self.damaged += not _fits_its_sum(line, is_sealed=is_sealed)

    def _lines(self, from_offset: int) -> Iterator[tuple[bytes, bool]]:
        """Yield each whole line from an offset on, and whether the log has checksums."""
        try:
            with self._path.open("rb") as file:
                is_sealed = file.read(len(_START)) == _START
                file.seek(from_offset)
                while (line := file.readline(_LINE_BYTES)).endswith(b"\n"):
                    yield line, is_sealed
        except FileNotFoundError:
            return
        except OSError as error:
            raise storage_error(error, self._path) from error

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
            is_new = not self._path.exists()
            _drop_torn_line(self._path)
            # Without a buffer, so that a line that was taken is never lost with one.
            self._file = self._path.open("ab", buffering=0)
            if is_new:
                fsync_folder(self._path.parent)
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


def _sealed(line: bytes) -> bytes:
    """Return a line with the checksum of its rest in front."""
    rest = line[1:] if line == b"{}" else b", " + line[1:]
    return _START + f'{zlib.crc32(rest):08x}"'.encode() + rest + b"\n"


def _fits_its_sum(line: bytes, *, is_sealed: bool) -> bool:
    """Return whether a line is what was written; one of a log without checksums may be."""
    has_sum = line.startswith(_START)
    if not has_sum:
        return not is_sealed and not _LIKE_START.match(line)
    return line[_SUM] == f"{zlib.crc32(line[_SUM.stop + 1 : -1]):08x}".encode()


def _parsed(line: bytes, *, is_sealed: bool) -> list[dict[str, Any]]:
    if not _fits_its_sum(line, is_sealed=is_sealed):
        return []
    try:
        value = parse_json(line)
    except ValueError:
        return []
    if not isinstance(value, dict):
        return []
    value.pop(_KEY, None)
    return [value]


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
