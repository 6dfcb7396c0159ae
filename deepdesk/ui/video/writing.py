"""Writing films: MP4 through Qt, AVI of JPEG pictures by ourselves, or numbered pictures. No Qt.

All of them are written beside their place and moved there when they are whole.
"""

from __future__ import annotations

import errno
import os
import shutil
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from deepdesk.core.errors import StorageError
from deepdesk.core.work import StopToken
from deepdesk.data.film_intake import jpeg_of
from deepdesk.project.full_disk import storage_error
from deepdesk.project.safe_write import free_bytes
from deepdesk.ui.video.process import START_S, EndedError, VideoProcess

_MODULE = "deepdesk.ui.video.encode_child"
_NONE = memoryview(b"")
_LEAST_FREE_BYTES = 256 << 10
FRAME_S = 30.0
QUALITY = 92
# The lengths in an AVI have 32 bits, and players read them with a sign.
MOST_AVI_BYTES = (1 << 31) - (1 << 20)


class FilmWriter(Protocol):
    """Takes pictures of one size, in order."""

    def write(self, pixels_HWC: NDArray[np.uint8], stop: StopToken) -> None:
        """Add a picture, uint8, (H, W, 3).

        Raises:
            StorageError: The disk is full, or no encoder takes it.
        """
        ...

    def finish(self, stop: StopToken) -> None:
        """Make the file whole.

        Raises:
            StorageError: It cannot be.
        """
        ...

    def close(self) -> None:
        """Let go of it, whole or not."""
        ...


class Mp4Writer:
    """Through the encoders of this system, in a process of its own."""

    def __init__(self, path: Path, rate: float, stop: StopToken) -> None:
        self._path = path
        self._size = (0, 0)
        self._process = VideoProcess(_MODULE)
        self._ask({"do": "open", "path": str(path.resolve()), "rate": rate}, stop, START_S)

    def write(self, pixels_HWC: NDArray[np.uint8], stop: StopToken) -> None:
        pixels_HWC, self._size = _as_first(pixels_HWC, self._size)
        # Encoders take even sides alone.
        height, width = (side - side % 2 for side in pixels_HWC.shape[:2])
        even_HWC = np.ascontiguousarray(pixels_HWC[:height, :width])
        self._ask({"do": "frame", "size": [width, height]}, stop, FRAME_S, even_HWC.data)

    def finish(self, stop: StopToken) -> None:
        self._ask({"do": "end"}, stop, FRAME_S)

    def close(self) -> None:
        self._process.close()

    def _ask(
        self,
        order: Mapping[str, object],
        stop: StopToken,
        within_s: float,
        body: memoryview = _NONE,
    ) -> None:
        try:
            head, _rest = self._process.ask(order, stop, within_s=within_s, body=body)
        except EndedError as error:
            raise StorageError(
                "Writing the video went wrong.", "Save it as AVI or as pictures."
            ) from error
        if head.get("is") == "problem":
            raise encoder_error(head, self._path)


class AviWriter:
    """Motion JPEG in AVI: every player reads it, and nothing has to be there to write it."""

    def __init__(self, path: Path, rate: float, stop: StopToken) -> None:
        del stop
        self._path = path
        self._rate = rate
        self._file: BinaryIO = path.open("wb")
        self._places: list[tuple[int, int]] = []
        self._size = (0, 0)
        self._at = 4
        self._largest = 0

    def write(self, pixels_HWC: NDArray[np.uint8], stop: StopToken) -> None:
        del stop
        pixels_HWC, self._size = _as_first(pixels_HWC, self._size)
        if not self._places:
            self._file.write(self._head())
        data = jpeg_of(pixels_HWC, QUALITY)
        if self._at + len(data) > MOST_AVI_BYTES:
            raise StorageError("An AVI holds 2 GB at most.", "Save it as MP4, or a shorter film.")
        self._file.write(b"00dc" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2))
        self._places.append((self._at, len(data)))
        self._largest = max(self._largest, len(data))
        self._at += 8 + len(data) + len(data) % 2

    def finish(self, stop: StopToken) -> None:
        del stop
        entries = (b"00dc" + struct.pack("<3I", 0x10, at, size) for at, size in self._places)
        self._file.write(_chunk(b"idx1", b"".join(entries)))
        length = self._file.tell()
        self._file.seek(0)
        self._file.write(self._head(length))
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()

    def _head(self, length: int = 0) -> bytes:
        """Return everything before the first picture; it is written again at the end."""
        (width, height), count = self._size, len(self._places)
        scale = 1_000
        rate = max(1, round(self._rate * scale))
        largest = self._largest
        main = struct.pack(
            "<14I", round(1e6 / self._rate), round(largest * self._rate) & 0xFFFFFFFF, 0, 0x10,
            count, 0, 1, largest, width, height, 0, 0, 0, 0,
        )  # fmt: skip
        stream = struct.pack(
            "<4s4sIHHIIIIIIIIhhhh", b"vids", b"MJPG", 0, 0, 0, 0, scale, rate, 0, count,
            largest, 0xFFFFFFFF, 0, 0, 0, min(width, 32767), min(height, 32767),
        )  # fmt: skip
        picture = struct.pack(
            "<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", 3 * width * height, 0, 0, 0, 0
        )
        streams = _list(b"strl", _chunk(b"strh", stream) + _chunk(b"strf", picture))
        heads = _list(b"hdrl", _chunk(b"avih", main) + streams)
        movie = b"LIST" + struct.pack("<I", self._at) + b"movi"
        return b"RIFF" + struct.pack("<I", max(0, length - 8)) + b"AVI " + heads + movie


class PicturesWriter:
    """Numbered pictures in a folder."""

    def __init__(self, path: Path, rate: float, stop: StopToken) -> None:
        del rate, stop
        self._path = path
        path.mkdir()
        self._count = 0

    def write(self, pixels_HWC: NDArray[np.uint8], stop: StopToken) -> None:
        del stop
        (self._path / f"frame {self._count:06}.jpg").write_bytes(jpeg_of(pixels_HWC, QUALITY))
        self._count += 1

    def finish(self, stop: StopToken) -> None:
        """Nothing is left to do."""

    def close(self) -> None:
        """Nothing is open."""


_WRITERS: dict[str, Callable[[Path, float, StopToken], FilmWriter]] = {
    ".mp4": Mp4Writer,
    ".avi": AviWriter,
    "": PicturesWriter,
}


@contextmanager
def written_film(path: Path, rate: float, stop: StopToken) -> Iterator[FilmWriter]:
    """Write a film for the length of a `with`; it stands at `path` only when it is whole.

    Args:
        path: Ends in ".mp4" or ".avi"; without an ending it becomes a folder of pictures.
        rate: Pictures a second.
        stop: Ends waiting.

    Raises:
        StorageError: The disk is full, the place not writable, or there is no encoder.
    """
    _check_free(path)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    _remove(part)
    writer: FilmWriter | None = None
    try:
        writer = _WRITERS[path.suffix.lower()](part, rate, stop)
        yield writer
        writer.finish(stop)
        writer.close()
        _check_free(path)
        part.replace(path)
    except OSError as error:
        raise storage_error(error, path) from error
    finally:
        if writer is not None:
            writer.close()
        _remove(part)


def encoder_error(head: Mapping[str, object], path: Path) -> StorageError:
    """Return what an encoder says as an error; on a full disk it knows only that it failed."""
    with suppress(StorageError):
        if free_bytes(path.parent) < _LEAST_FREE_BYTES:
            return storage_error(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), path.parent)
    return StorageError(str(head["message"]).rstrip(".") + ".", str(head["hint"]))


def can_write(suffix: str) -> bool:
    """Return whether films of this ending can be written."""
    return suffix.lower() in _WRITERS


def _check_free(path: Path) -> None:
    """Check that nothing is in the way that would not be replaced.

    Raises:
        StorageError: A folder, or a file where a folder of pictures should be.
    """
    if path.is_dir():
        raise StorageError(f"There is a folder named {path.name} already.", "Take a new name.")
    if not path.suffix and path.exists():
        raise StorageError(f"There is a file named {path.name} already.", "Take a new name.")


def _as_first(
    pixels_HWC: NDArray[np.uint8], first: tuple[int, int]
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Return a picture, uint8, (H, W, 3), in the size of a film's first one, and that size.

    Some films change their size on the way; a file that is written has one.
    """
    height, width = pixels_HWC.shape[:2]
    if first in {(0, 0), (width, height)}:
        return pixels_HWC, (width, height)
    return np.asarray(PIL.Image.fromarray(pixels_HWC).resize(first)), first


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _list(name: bytes, data: bytes) -> bytes:
    return _chunk(b"LIST", name + data)


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
