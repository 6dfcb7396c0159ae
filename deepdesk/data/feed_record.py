"""What a run began with: the sum of each decoded sample, and which ones it leaves out."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.chance import mix
from deepdesk.core.errors import StorageError
from deepdesk.project.full_disk import storage_error
from deepdesk.project.safe_write import fsync_file

LEFT_OUT = 1
_BYTES = 8
# Each entry is a value of at most 33 bits below 24 bits that tell whether it is whole.
_VALUE = np.uint64((1 << 40) - 1)
_CHECK = np.uint64(40)


class RunRecord:
    """A small file beside a run with one number for each of its samples.

    0 is not known yet, `LEFT_OUT` a sample that could not be read, anything else the sum of
    its decoded bytes. What was left out is on the disk before the run goes on without it, so
    that the same samples are left out after a kill. A damaged entry counts as not known.

    Args:
        path: The file; made by the first `keep`.
        count: Samples of the run.

    Raises:
        StorageError: The disk cannot be read.
    """

    def __init__(self, path: Path, count: int) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._places = np.arange(count, dtype=np.uint64)
        try:
            data = path.read_bytes() if path.exists() else b""
        except OSError as error:
            raise storage_error(error, path) from error
        self.values = np.zeros(count, dtype=np.int64)
        if len(data) == count * _BYTES:
            sealed = np.frombuffer(data, dtype="<u8").astype(np.uint64)
            values = sealed & _VALUE
            is_whole = sealed == _sealed(self._places, values)
            self.values[is_whole] = values[is_whole].astype(np.int64)

    @property
    def left_out(self) -> NDArray[np.int64]:
        """Positions of the samples that the run does without, int64, (M,)."""
        return np.flatnonzero(self.values == LEFT_OUT)

    def keep(self, found: Mapping[int, int], *, must: bool = False) -> None:
        """Write numbers down by position; `must` waits until they are on the disk.

        Raises:
            StorageError: `must` is set and the disk is full or gone. Sums may be lost: they
                only serve to notice that a file has changed.
        """
        if not found:
            return
        places = np.fromiter(found, dtype=np.int64, count=len(found))
        values = np.fromiter(found.values(), dtype=np.int64, count=len(found))
        with self._lock:
            self.values[places] = values
            try:
                self._write(places, values, must=must)
            except OSError as error:
                if must:
                    raise storage_error(error, self._path) from error

    def _write(self, places: NDArray[np.int64], values: NDArray[np.int64], *, must: bool) -> None:
        if self._path.is_symlink():
            raise StorageError(f"{self._path.name} is a link.", "Start a new run.")
        sealed = _sealed(self._places[places], values.astype(np.uint64)).astype("<u8")
        if not self._path.exists():
            self._path.touch()
        with self._path.open("r+b") as file:
            file.truncate(len(self.values) * _BYTES)
            for place, number in zip(places.tolist(), sealed, strict=True):
                file.seek(place * _BYTES)
                file.write(number.tobytes())
            file.flush()
            if must:
                fsync_file(file.fileno())


def _sealed(places: NDArray[np.uint64], values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return values with their checks in the upper bits, 0 for 0, uint64, (N,)."""
    checks = mix(values ^ mix(places)) >> _CHECK
    return np.where(values == 0, np.uint64(0), values | (checks << _CHECK))
