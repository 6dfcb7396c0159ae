"""Decoded samples in mapped files: each sample is decoded once, then only copied.

Row numbers are sample numbers, so the files are sparse and need no index. A row
counts only when its stamp equals the one of the source file (size and time of
change); the data is flushed before the stamps, so a stamp never speaks of data
that is not there. The whole folder may be deleted at any time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.chance import key_of
from deepdesk.core.errors import BadSampleError
from deepdesk.core.task import Field
from deepdesk.core.work import StopToken

_CHUNK = 512
_MISSING = np.uint64(0)

Decode = Callable[[int], Mapping[str, NDArray[Any]]]


class DecodedCache:
    """Mapped arrays, one per field, with a row for every sample number.

    Args:
        folder: Where the files lie; made when missing.
        fields: Shape and dtype of each array without the sample axis.
        capacity: One more than the largest sample number.
        key: Whatever else the decoded values depend on, such as settings.
    """

    def __init__(
        self, folder: Path, *, fields: Mapping[str, Field], capacity: int, key: Any = ""
    ) -> None:
        shapes = {name: [list(f.shape), f.dtype] for name, f in fields.items()}
        digest = key_of(json.dumps(shapes, sort_keys=True), json.dumps(key, sort_keys=True))
        self.folder = folder / f"decoded-{digest:016x}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.arrays: dict[str, NDArray[Any]] = {
            name: _mapped(self.folder / f"{name}.bin", (capacity, *f.shape), f.dtype)
            for name, f in fields.items()
        }
        self._stamps = _mapped(self.folder / "stamps.bin", (capacity,), "uint64")

    def missing(self, samples: NDArray[np.int64], paths: Iterable[Path]) -> NDArray[np.int64]:
        """Return positions in `samples` whose row is not there or out of date, int64, (M,)."""
        wanted = np.fromiter((_stamp(path) for path in paths), dtype=np.uint64, count=len(samples))
        held = self._stamps[samples]
        return np.flatnonzero((wanted != held) | (wanted == _MISSING))

    def fill(
        self,
        samples: NDArray[np.int64],
        paths: list[Path],
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
            stop: Checked between chunks.

        Returns:
            Position to reason for each sample that cannot be decoded.
        """
        bad: dict[int, BadSampleError] = {}
        todo = self.missing(samples, paths)
        done = len(samples) - len(todo)
        told(done)
        with ThreadPoolExecutor(workers, thread_name_prefix="deepdesk-decode") as pool:
            for start in range(0, len(todo), _CHUNK):
                stop.check()
                chunk = todo[start : start + _CHUNK]
                stamps = np.array([_stamp(paths[i]) for i in chunk], dtype=np.uint64)
                for position, outcome in zip(chunk, pool.map(_safely(decode), chunk), strict=True):
                    if isinstance(outcome, BadSampleError):
                        bad[int(position)] = outcome
                        stamps[chunk == position] = _MISSING
                        continue
                    for name, values in outcome.items():
                        self.arrays[name][samples[position]] = values
                self._commit(samples[chunk], stamps)
                done += len(chunk)
                told(done)
        return bad

    def _commit(self, rows: NDArray[np.int64], stamps: NDArray[np.uint64]) -> None:
        for array in self.arrays.values():
            if isinstance(array, np.memmap):
                array.flush()
        self._stamps[rows] = stamps
        if isinstance(self._stamps, np.memmap):
            self._stamps.flush()


def _safely(decode: Decode) -> Callable[[int], Mapping[str, NDArray[Any]] | BadSampleError]:
    def call(position: int) -> Mapping[str, NDArray[Any]] | BadSampleError:
        try:
            return decode(int(position))
        except BadSampleError as error:
            return error

    return call


def _mapped(path: Path, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    size_bytes = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if not path.exists() or path.stat().st_size < size_bytes:
        # A longer file keeps its rows: new samples only ever get larger numbers.
        with path.open("ab") as file:
            file.truncate(size_bytes)
    return np.memmap(path, dtype=dtype, mode="r+", shape=shape)


def _stamp(path: Path) -> np.uint64:
    try:
        status = path.stat()
    except OSError:
        return _MISSING
    return np.uint64(key_of(str(path), status.st_mtime_ns, status.st_size) | 1)
