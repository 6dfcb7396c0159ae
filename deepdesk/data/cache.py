"""Decoded samples in mapped files: each sample is decoded once, then only copied.

Row numbers are sample numbers, so the files are sparse and need no index. Beside the
rows lies a mark for each: the stamp of the source file (size and times of change) and
the CRC-32 of the decoded bytes. A row counts only when both agree, so a changed file
and a flipped bit are found alike. The data is on the disk before the marks, so a mark
never speaks of data that is not there. Files are written as files and only read
through the map: a full disk is then an error, where a map would end the process. The
files stay open while they are used, so that the folder may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import psutil
from numpy.typing import NDArray

from deepdesk.core.chance import key_of
from deepdesk.core.task import Field
from deepdesk.data.cache_room import sign_in, sign_out
from deepdesk.project.full_disk import is_full, storage_error
from deepdesk.project.safe_write import fsync_file

# Counts up when the same settings decode to other values, or the files mean something else.
VERSION = 2
MISSING = 0
_MARKS = "marks"
_MARK = np.dtype([("stamp", "<u8"), ("sum", "<u8")])
# A sum is never 0, which is what a hole in a sparse file reads as.
_THERE = 1 << 32

Decoded = Mapping[str, NDArray[Any]]


class DecodedCache:
    """Mapped arrays, one per field, with a row for every sample number.

    Safe to use from several threads.

    Args:
        folder: Where the files lie; made when missing.
        fields: Shape and dtype of each array without the sample axis.
        capacity: One more than the largest sample number.
        key: Whatever else the decoded values depend on, such as settings.

    Attributes:
        arrays: Field name to the mapped array, (capacity, ...).
        spilled: Sample number to decoded values that a full disk did not take.

    Raises:
        StorageError: The disk is full, gone or not writable.
    """

    def __init__(
        self, folder: Path, *, fields: Mapping[str, Field], capacity: int, key: Any = ""
    ) -> None:
        self.folder = cache_folder(folder, fields, key)
        self.spilled: dict[int, Decoded] = {}
        self._spill_bytes = -1
        self._writing = threading.Lock()
        self._pending: list[tuple[int, int, int]] = []
        self._files: dict[str, BinaryIO] = {}
        try:
            self._sign = sign_in(self.folder)
            shapes = {name: (capacity, *field.shape) for name, field in fields.items()}
            self.arrays: dict[str, NDArray[Any]] = {
                name: self._mapped(name, shapes[name], field.dtype)
                for name, field in fields.items()
            }
            self._marks = self._mapped(_MARKS, (capacity,), _MARK)
        except OSError as error:
            self.close()
            raise storage_error(error, self.folder) from error

    def held(self, row: int, stamp: int) -> int:
        """Return the sum of a row that is there, up to date and whole, else 0."""
        mark = self._marks[row]
        if not stamp or int(mark["stamp"]) != stamp:
            return 0
        known = int(mark["sum"])
        return known if known == sum_of(self._row(row)) else 0

    def put(self, row: int, stamp: int, decoded: Decoded) -> int:
        """Write a row, to memory if the disk is full, and return its sum.

        The row can be read at once; `commit` makes it last.

        Raises:
            StorageError: The disk is gone, or disk and memory are full.
            ValueError: A shape is not that of its field.
        """
        values = {}
        for name, array in self.arrays.items():
            shape = np.shape(decoded[name])
            if shape != array.shape[1:]:
                raise ValueError(f"decoded shape {shape} is not {array.shape[1:]}")
            values[name] = np.ascontiguousarray(decoded[name], dtype=array.dtype)
        total = sum_of(values)
        try:
            with self._writing:
                for name, value in values.items():
                    _write(self._files[name], row * value.nbytes, value.tobytes())
                self._pending.append((row, stamp, total))
        except OSError as error:
            self._spill(row, values, error)
        return total

    def commit(self) -> None:
        """Wait until every row written so far is on the disk, then mark it.

        Raises:
            StorageError: The disk is gone, or disk and memory are full.
        """
        with self._writing:
            pending, self._pending = self._pending, []
        if not pending or not self._files:
            return
        try:
            for name in self.arrays:
                fsync_file(self._files[name].fileno())
            marks = np.array([(stamp, total) for _row, stamp, total in pending], dtype=_MARK)
            with self._writing:
                for (row, _stamp, _sum), mark in zip(pending, marks, strict=True):
                    _write(self._files[_MARKS], row * _MARK.itemsize, mark.tobytes())
            fsync_file(self._files[_MARKS].fileno())
        except OSError as error:
            self._rescue(pending, error)

    def whole_arrays(self, numbers: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """Return the arrays, (capacity, ...), in which the rows of `numbers`, (N,), all lie."""
        if not self.spilled:
            return self.arrays
        whole = {name: np.zeros(array.shape, array.dtype) for name, array in self.arrays.items()}
        for name, array in whole.items():
            array[numbers] = self.arrays[name][numbers]
            for number, values in self.spilled.items():
                array[number] = values[name]
        return whole

    def patch(self, numbers: NDArray[np.int64], taken: Mapping[str, NDArray[Any]]) -> None:
        """Put what lies in memory instead of on the disk into gathered rows, (N, ...) each."""
        for place, number in enumerate(numbers.tolist()):
            for name, value in self.spilled.get(number, {}).items():
                taken[name][place] = value

    def close(self) -> None:
        """Let go of the files; the arrays can still be read. May be called twice."""
        files, self._files = self._files, {}
        for file in files.values():
            with contextlib.suppress(OSError):
                file.close()
        if hasattr(self, "_sign"):
            sign_out(self._sign)

    def _row(self, row: int) -> dict[str, NDArray[Any]]:
        return {name: array[row] for name, array in self.arrays.items()}

    def _spill(self, row: int, values: Decoded, error: OSError) -> None:
        """Keep a row in memory that a full disk did not take."""
        problem = storage_error(error, self.folder)
        if not is_full(error):
            raise problem from error
        with self._writing:
            if self._spill_bytes < 0:
                # Half of what is free now: the other half is for the network.
                self._spill_bytes = psutil.virtual_memory().available // 2
            self._spill_bytes -= sum(value.nbytes for value in values.values())
            if self._spill_bytes < 0:
                raise problem from error
            self.spilled[row] = {name: value.copy() for name, value in values.items()}

    def _rescue(self, pending: Iterable[tuple[int, int, int]], error: OSError) -> None:
        """Keep rows in memory whose way to the disk failed, as long as they can still be read."""
        for row, _stamp, total in pending:
            values = self._row(row)
            if sum_of(values) != total:
                raise storage_error(error, self.folder) from error
            self._spill(row, values, error)

    def _mapped(self, name: str, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        path = self.folder / f"{name}.bin"
        size_bytes = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        # Whoever sent the project may have put a link here to a file of somebody else's.
        if path.is_symlink():
            path.unlink()
        if not path.exists():
            path.touch()
        file = path.open("r+b", buffering=0)
        self._files[name] = file
        # A longer file keeps its rows: new samples only ever get larger numbers.
        if os.fstat(file.fileno()).st_size < size_bytes:
            file.truncate(size_bytes)
        mapped = np.memmap(file, dtype=dtype, mode="r", shape=shape)
        return mapped.view(np.ndarray)


def cache_folder(folder: Path, fields: Mapping[str, Field], key: Any) -> Path:
    """Return where samples decoded by these fields and settings lie below `folder`."""
    shapes = {name: [list(f.shape), f.dtype] for name, f in fields.items()}
    texts = (json.dumps(value, sort_keys=True) for value in (VERSION, shapes, key))
    return folder / f"decoded-{key_of(*texts):016x}"


def row_bytes(fields: Mapping[str, Field]) -> int:
    """Return the bytes that one decoded sample takes, with its mark."""
    sizes = (int(np.prod(f.shape)) * np.dtype(f.dtype).itemsize for f in fields.values())
    return sum(sizes) + _MARK.itemsize


def stamp_of(path: Path) -> int:
    """Return a number that changes whenever the file does, `MISSING` if it is not there."""
    try:
        status = os.stat(path)  # noqa: PTH116 - twice as fast as Path.stat
    except (OSError, ValueError):
        return MISSING
    # A copy that keeps the time of change still moves the time of the inode's change.
    times = (status.st_mtime_ns, status.st_ctime_ns)
    return key_of(str(path), *times, status.st_size) | 1


def stamp_with(stamp: int, truth: int) -> int:
    """Return a stamp that also changes with a number for the truth, 0 for none."""
    return key_of(stamp, truth) | 1 if truth and stamp != MISSING else stamp


def sum_of(values: Decoded) -> int:
    """Return the CRC-32 over arrays of any shape in the order of their names, never 0."""
    total = 0
    for name in sorted(values):
        total = zlib.crc32(np.ascontiguousarray(values[name]).view(np.uint8).data, total)
    return total | _THERE


def _write(file: BinaryIO, offset: int, data: bytes) -> None:
    file.seek(offset)
    left = memoryview(data)
    while left:
        # A disk that fills up takes a part first and refuses only the next call.
        left = left[file.write(left) :]
