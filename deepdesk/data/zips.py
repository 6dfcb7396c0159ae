"""Unpacking zip archives that nobody has checked: all names first, then the bytes.

Refused as a whole are archives that could write outside their folder, fill the
disk, or come out differently on another system. Nothing is written before every
entry was judged; what was written goes away again when the bytes turn out bad.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from deepdesk.core.errors import DatasetError, StorageError
from deepdesk.core.work import EventSink, StopToken
from deepdesk.data.pace import Pace
from deepdesk.data.sources import shown
from deepdesk.data.zip_names import Names
from deepdesk.data.zip_structure import check_overlaps, check_size
from deepdesk.project.full_disk import storage_error

MAX_TOTAL_BYTES = 1 << 40
# Deflate reaches 1032:1 only on runs of one byte; folders of pictures stay below 20:1.
MAX_RATIO = 100
RATIO_FREE_BYTES = 64 << 20  # below this a high ratio harms nobody
KEPT_FREE_BYTES = 200 << 20
_BLOCK_BYTES = 1 << 20
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNPACK = "Unpack it yourself and import the folder."


@dataclass(frozen=True)
class _Entry:
    """A file to write: where, and the entry it comes from."""

    target: tuple[str, ...]
    info: zipfile.ZipInfo


def unpack(zip_path: Path, into: Path, emit: EventSink, stop: StopToken) -> int:
    """Unpack an archive into a new folder and return the number of files.

    The folder appears whole or not at all. A folder that is already there is
    left alone, so that an interrupted import can be run again.

    Raises:
        DatasetError: The archive is damaged, encrypted or hostile; with the reason.
        StorageError: There is no room for it, or it cannot be written.
        StoppedError: A stop was asked for.
    """
    if into.is_dir():
        return sum(1 for path in into.rglob("*") if path.is_file())
    part = into.with_name(f".{into.name}.part-{uuid4().hex[:8]}")
    try:
        check_size(zip_path)
        with zipfile.ZipFile(zip_path) as archive:
            entries = _judged(archive, zip_path)
            _check_room(entries, into.parent)
            part.mkdir(parents=True)
            _write_all(archive, entries, part, Pace(f"Unpacking {shown(zip_path)}", emit, stop))
        part.replace(into)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise _refusal(zip_path, "it is damaged or not a zip archive") from error
    except OSError as error:
        raise storage_error(error, into) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return len(entries)


def _refusal(zip_path: Path, reason: str) -> DatasetError:
    return DatasetError(f"{shown(zip_path)} was not unpacked: {reason}.", _UNPACK)


def _judged(archive: zipfile.ZipFile, zip_path: Path) -> list[_Entry]:
    """Return the files worth writing, after every entry passed."""
    names = Names()
    entries: list[_Entry] = []
    try:
        infos = archive.infolist()
        check_overlaps(infos, archive.start_dir)
        for info in infos:
            _check_entry(info)
            target = names.judged(info.orig_filename, is_folder=info.is_dir())
            if not info.is_dir() and not _is_hidden(target):
                entries.append(_Entry(target, info))
        _check_bomb(infos, zip_path.stat().st_size)
    except ValueError as error:
        raise _refusal(zip_path, str(error)) from error
    return entries


def _is_hidden(target: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in target)


def _check_entry(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 0x1:
        raise ValueError("it is protected by a password")
    if info.compress_type not in _STORED_OR_DEFLATED:
        raise ValueError("it is compressed in a way that is not read")
    # The upper half holds the mode of Unix: 0 for none, 8 a file, 4 a folder. Setuid bits
    # need no check, since modes are never applied.
    if info.external_attr >> 28 not in (0, 8, 4):
        raise ValueError("it holds a link or a device, not only files")


def _check_bomb(infos: list[zipfile.ZipInfo], size_bytes: int) -> None:
    total = sum(info.file_size for info in infos)
    if total > MAX_TOTAL_BYTES:
        raise ValueError(f"it claims to hold {total / 1e12:,.1f} TB")
    if total > RATIO_FREE_BYTES and total > MAX_RATIO * size_bytes:
        raise ValueError(
            f"its {size_bytes / 1e6:,.1f} MB would become {total / 1e6:,.0f} MB, "
            "which no pictures do"
        )


def _check_room(entries: list[_Entry], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    needed = sum(entry.info.file_size for entry in entries)
    free = shutil.disk_usage(folder).free - KEPT_FREE_BYTES
    if needed > free:
        raise StorageError(
            f"The disk of {folder} lacks room: {needed / 1e6:,.0f} MB are needed, "
            f"{max(free, 0) / 1e6:,.0f} MB are free.",
            "Make room and try again.",
        )


def _write_all(archive: zipfile.ZipFile, entries: list[_Entry], part: Path, pace: Pace) -> None:
    for done, entry in enumerate(entries):
        pace.tell(done, len(entries))
        target = part.joinpath(*entry.target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            for block in _blocks(archive, entry.info):
                file.write(block)
                pace.tell(done, len(entries))


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the bytes of an entry; zipfile stops at the size it claims and checks the CRC."""
    try:
        with archive.open(info) as stream:
            yield from iter(lambda: stream.read(_BLOCK_BYTES), b"")
    except RuntimeError as error:
        raise zipfile.BadZipFile(str(error)) from error
