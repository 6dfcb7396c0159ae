"""Small pictures of samples for lists and grids: kept on disk, made newest request first."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from deepdesk.core.errors import BadSampleError
from deepdesk.core.task import Reader
from deepdesk.data.picture_files import DECODER_ERRORS

FILE_NAME = "thumbnails.sqlite"
MAX_KEPT_BYTES = 512 << 20
# Below this a file is decoded again as quickly as its thumbnail.
SMALL_FILE_BYTES = 16 << 10
MAX_WAITING = 512
_QUALITY = 85
_PAGE_BYTES = 4096

Pixels = NDArray[np.uint8]
Answer = Callable[[int, Pixels | BadSampleError], None]


class ThumbnailCache:
    """One connection to a project's thumbnails, for the thread that made it.

    The file may be deleted at any time; a damaged one is made anew, and without
    a writable disk everything still works, only slower. It is not touched before the first
    picture that is worth keeping: opening it may wait for other threads and for the disk.
    """

    def __init__(self, project_cache: Path) -> None:
        self._path = project_cache / FILE_NAME
        self._connection: sqlite3.Connection | None = None
        self._is_tried = False

    def close(self) -> None:
        """Give the file back. May be called twice."""
        self._is_tried = True
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, reader: Reader, path: Path, side_px: int) -> Pixels:
        """Return a sample's small picture, uint8, (H, W, 3), at most `side_px` a side.

        Raises:
            BadSampleError: The sample cannot be used.
        """
        key = _key(path, side_px)
        if key is not None and not self._is_tried:
            self._is_tried = True
            self._connection = self._opened()
        if key is None or self._connection is None:
            return reader.thumbnail(path, side_px).pixels_HWC
        kept = self._read(key)
        if kept is not None:
            return kept
        pixels = reader.thumbnail(path, side_px).pixels_HWC
        self._write(key, pixels)
        return pixels

    def _opened(self) -> sqlite3.Connection | None:
        for _ in range(2):
            try:
                return self._connected()
            except (sqlite3.Error, OSError):
                with contextlib.suppress(OSError):
                    self._path.unlink(missing_ok=True)
        return None

    def _connected(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=1.0, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # Losing thumbnails in a power cut costs nothing.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS thumbnails"
                " (number INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, jpeg BLOB NOT NULL)"
            )
            connection.execute("SELECT number, key, jpeg FROM thumbnails LIMIT 1").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _read(self, key: bytes) -> Pixels | None:
        assert self._connection is not None
        try:
            row = self._connection.execute(
                "SELECT jpeg FROM thumbnails WHERE key = ?", (key,)
            ).fetchone()
            return None if row is None else _unpacked(row[0])
        except (sqlite3.Error, *DECODER_ERRORS):
            return None

    def _write(self, key: bytes, pixels: Pixels) -> None:
        assert self._connection is not None
        with contextlib.suppress(sqlite3.Error):
            number = self._connection.execute(
                "INSERT OR REPLACE INTO thumbnails (key, jpeg) VALUES (?, ?)",
                (key, _packed(pixels)),
            ).lastrowid
            if number is not None and number % 256 == 0:
                self._trim()

    def _trim(self) -> None:
        """Drop the oldest quarter once the file has grown too large."""
        assert self._connection is not None
        pages, free = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count")
        )
        if (pages - free) * _PAGE_BYTES > MAX_KEPT_BYTES:
            self._connection.execute(
                "DELETE FROM thumbnails WHERE number < (SELECT min(number) +"
                " (max(number) - min(number)) / 4 FROM thumbnails)"
            )


def thumbnail(project_cache: Path, reader: Reader, path: Path, side_px: int) -> Pixels:
    """Return one sample's small picture, uint8, (H, W, 3), at most `side_px` a side.

    Raises:
        BadSampleError: The sample cannot be used.
    """
    with contextlib.closing(ThumbnailCache(project_cache)) as cache:
        return cache.get(reader, path, side_px)


class ThumbnailLoader:
    """Makes thumbnails on a few threads, what was asked for last first.

    What scrolled by long ago falls out of the queue unanswered: it is asked for
    again when it is seen again. Any thread may call the methods.

    Args:
        project_cache: Folder of the project's cache.
        reader: Makes the small pictures.
        side_px: Of the longer side.
        answer: Called on a thread of the loader with the sample's number and its
            pixels, uint8, (H, W, 3), or the reason why there are none.
        threads: How many.
    """

    def __init__(
        self,
        project_cache: Path,
        reader: Reader,
        side_px: int,
        answer: Answer,
        *,
        threads: int = 2,
    ) -> None:
        self._cache = project_cache
        self._reader = reader
        self._side_px = side_px
        self._answer = answer
        self._waiting: OrderedDict[int, Path] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"deepdesk-thumbnails-{i}", daemon=True)
            for i in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def request(self, number: int, path: Path) -> None:
        """Ask for a sample; a second request for it comes to the front again."""
        with self._changed:
            self._waiting[number] = path
            self._waiting.move_to_end(number)
            while len(self._waiting) > MAX_WAITING:
                self._waiting.popitem(last=False)
            self._changed.notify()

    def forget(self) -> None:
        """Drop all requests that were not begun."""
        with self._changed:
            self._waiting.clear()

    def close(self, timeout_s: float = 2.0) -> None:
        """End the threads; answers may still come until this returns."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout_s)

    def _serve(self) -> None:
        with contextlib.closing(ThumbnailCache(self._cache)) as cache:
            while (asked := self._next()) is not None:
                number, path = asked
                try:
                    made: Pixels | BadSampleError = cache.get(self._reader, path, self._side_px)
                except BadSampleError as error:
                    made = error.with_traceback(None)
                self._answer(number, made)

    def _next(self) -> tuple[int, Path] | None:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            return None if self._closed else self._waiting.popitem(last=True)


def _key(path: Path, side_px: int) -> bytes | None:
    """Return what names this picture of this state of a file, None when it is not worth keeping."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    if facts.st_size < SMALL_FILE_BYTES:
        return None
    text = f"{facts.st_mtime_ns}:{facts.st_size}:{side_px}:".encode() + os.fsencode(path)
    return hashlib.blake2b(text, digest_size=16).digest()


def _packed(pixels: Pixels) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=_QUALITY, subsampling=0)
    jpeg = file.getvalue()
    return jpeg + _checksum(jpeg)


def _checksum(jpeg: bytes) -> bytes:
    return zlib.crc32(jpeg).to_bytes(4, "big")


def _unpacked(kept: bytes) -> Pixels | None:
    """Return the picture, None when it is not what was kept: a decoder may not notice."""
    jpeg = kept[:-4]
    if kept[-4:] != _checksum(jpeg):
        return None
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as image:
        return np.array(image.convert("RGB"))
