"""Decoded samples in mapped files: each sample is decoded once, then only copied.

Row numbers are sample numbers, so the files are sparse and need no index. A row
counts only when its stamp equals the one of the source file (size and times of
change); the data is on the disk before the stamps, so a stamp never speaks of data
that is not there. Files are written as files and only read through the map: a full
disk is then an error, where a map would end the process. The whole folder may be
deleted at any time.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.chance import key_of
from deepdesk.core.errors import BadSampleError
from deepdesk.core.task import Field
from deepdesk.core.work import StopToken
from deepdesk.project.full_disk import storage_error
from deepdesk.project.safe_write import fsync_file

_CHUNK = 512
_BETWEEN_S = 0.1
_STAMPS = "stamps"
_MISSING = np.uint64(0)

Decode = Callable[[int], Mapping[str, NDArray[Any]]]


class DecodedCache:
    """Mapped arrays, one per field, with a row for every sample number.

    Args:
        folder: Where the files lie; made when missing.
        fields: Shape and dtype of each array without the sample axis.
        capacity: One more than the largest sample number.
        key: Whatever else the decoded values depend on, such as settings.

    Raises:
        StorageError: The disk is full, gone or not writable.
    """

    def __init__(
        self, folder: Path, *, fields: Mapping[str, Field], capacity: int, key: Any = ""
    ) -> None:
        shapes = {name: [list(f.shape), f.dtype] for name, f in fields.items()}
        digest = key_of(json.dumps(shapes, sort_keys=True), json.dumps(key, sort_keys=True))
        self.folder = folder / f"decoded-{digest:016x}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.arrays: dict[str, NDArray[Any]] = {
                name: _mapped(self._path(name), (capacity, *f.shape), f.dtype)
                for name, f in fields.items()
            }
            self._stamps = _mapped(self._path(_STAMPS), (capacity,), "uint64")
        except OSError as error:
            raise storage_error(error, self.folder) from error

    def missing(self, samples: NDArray[np.int64], paths: Iterable[Path]) -> NDArray[np.int64]:
        """Return positions in `samples` whose row is not there or out of date, int64, (M,)."""
        wanted = np.fromiter((_stamp(path) for path in paths), dtype=np.uint64, count=len(samples))
        held = self._stamps[samples]
        return np.flatnonzero((wanted != held) | (wanted == _MISSING))

    def fill(
        self,
        samples: NDArray[np.int64],
        paths: Sequence[Path],
        decode: Decode,
        *,
        workers: int,
        told: Callable[[int], None],
        stop: StopToken,
    ) -> dict[int, BadSampleError]:
        """Decode what is missing.

        Args:
            samples: Sample numbers, int64, (N,).
            paths: Their files, N of them.
            decode: Position in `samples` to one array per field; called from worker threads.
            workers: Threads that decode.
            told: Called with the number of samples done so far.
            stop: Checked after every sample.

        Returns:
            Position to reason for each sample that cannot be decoded.

        Raises:
            StorageError: The disk is full or gone.
        """
        bad: dict[int, BadSampleError] = {}
        todo = self.missing(samples, paths)
        done = len(samples) - len(todo)
        told(done)
        tell = _now_and_then(told)
        with (
            self._opened() as files,
            ThreadPoolExecutor(workers, thread_name_prefix="deepdesk-decode") as pool,
        ):
            for start in range(0, len(todo), _CHUNK):
                chunk = todo[start : start + _CHUNK]
                stamps = np.array([_stamp(paths[i]) for i in chunk], dtype=np.uint64)
                for at, outcome in enumerate(pool.map(_safely(decode), chunk)):
                    stop.check()
                    tell(done + at)
                    if isinstance(outcome, BadSampleError):
                        bad[int(chunk[at])], stamps[at] = outcome, _MISSING
                        continue
                    self._write_all(files, samples[chunk[at]], outcome)
                self._commit(files, samples[chunk], stamps)
                done += len(chunk)
                told(done)
        return bad

    @contextmanager
    def _opened(self) -> Iterator[dict[str, BinaryIO]]:
        """Give every file for writing; what the disk refuses is one sentence."""
        try:
            with ExitStack() as stack:
                yield {
                    name: stack.enter_context(self._path(name).open("r+b"))
                    for name in (*self.arrays, _STAMPS)
                }
        except OSError as error:
            raise storage_error(error, self.folder) from error

    def _write_all(
        self, files: Mapping[str, BinaryIO], row: int, decoded: Mapping[str, NDArray[Any]]
    ) -> None:
        for name, values in decoded.items():
            self._write(files[name], self.arrays[name], row, values)

    @staticmethod
    def _write(file: BinaryIO, array: NDArray[Any], row: int, values: NDArray[Any]) -> None:
        if values.shape != array.shape[1:]:
            raise ValueError(f"decoded shape {values.shape} is not {array.shape[1:]}")
        data = np.ascontiguousarray(values, dtype=array.dtype).tobytes()
        file.seek(int(row) * len(data))
        file.write(data)

    def _commit(
        self, files: Mapping[str, BinaryIO], rows: NDArray[np.int64], stamps: NDArray[np.uint64]
    ) -> None:
        for name in self.arrays:
            _flush(files[name])
        for row, stamp in zip(rows, stamps, strict=True):
            self._write(files[_STAMPS], self._stamps, row, np.asarray(stamp))
        _flush(files[_STAMPS])

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.bin"


def _flush(file: BinaryIO) -> None:
    file.flush()
    fsync_file(file.fileno())


def _now_and_then(told: Callable[[int], None]) -> Callable[[int], None]:
    """Return `told` with calls left out that follow within a tenth of a second."""
    last_s = [time.monotonic()]

    def tell(done: int) -> None:
        now_s = time.monotonic()
        if now_s - last_s[0] > _BETWEEN_S:
            last_s[0] = now_s
            told(done)

    return tell


def _safely(decode: Decode) -> Callable[[int], Mapping[str, NDArray[Any]] | BadSampleError]:
    def call(position: int) -> Mapping[str, NDArray[Any]] | BadSampleError:
        try:
            return decode(int(position))
        except BadSampleError as error:
            return error

    return call


def _mapped(path: Path, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    size_bytes = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    # Whoever sent the project may have put a link here to a file of somebody else's.
    if path.is_symlink():
        path.unlink()
    if not path.exists() or path.stat().st_size < size_bytes:
        # A longer file keeps its rows: new samples only ever get larger numbers.
        with path.open("ab") as file:
            file.truncate(size_bytes)
    return np.memmap(path, dtype=dtype, mode="r", shape=shape)


def _stamp(path: Path) -> np.uint64:
    try:
        status = path.stat()
    except OSError:
        return _MISSING
    # A copy that keeps the time of change still moves the time of the inode's change.
    times = (status.st_mtime_ns, status.st_ctime_ns)
    return np.uint64(key_of(str(path), *times, status.st_size) | 1)
