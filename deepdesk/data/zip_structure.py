"""The skeleton of a zip archive, checked before a library reads it into memory.

Layout and names follow PKWARE's APPNOTE 6.3.10: sections 4.3.7 (local header),
4.3.14 to 4.3.16 (end of the central directory).
"""

from __future__ import annotations

import itertools
import struct
import zipfile
from pathlib import Path

from deepdesk.core.errors import DatasetError
from deepdesk.data.sources import shown

MAX_ENTRIES = 500_000  # about 0.5 GB while they are judged
MAX_DIRECTORY_BYTES = 128 << 20
_END = struct.Struct("<4s4H2LH")
_END_64_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCAL_BYTES = 30
_MAX_COMMENT_BYTES = 65_535


def check_size(zip_path: Path) -> None:
    """Refuse an archive whose list of entries alone would fill the memory.

    Raises:
        DatasetError: It is no archive, or has too many entries.
        OSError: It cannot be read.
    """
    entries, directory_bytes = _claims(zip_path)
    if entries > MAX_ENTRIES or directory_bytes > MAX_DIRECTORY_BYTES:
        raise DatasetError(
            f"{shown(zip_path)} was not unpacked: it has {entries:,} entries, more than "
            f"{MAX_ENTRIES:,}.",
            "Unpack it yourself and import the folder.",
        )


def check_overlaps(infos: list[zipfile.ZipInfo], directory_start: int) -> None:
    """Refuse entries that share their bytes: one kernel of data counted many times.

    Raises:
        ValueError: Some do; the message is the reason in words.
    """
    if len(infos) > MAX_ENTRIES:
        raise ValueError(f"it has more than {MAX_ENTRIES:,} entries")
    spans = sorted(
        (info.header_offset, info.header_offset + _LOCAL_BYTES + info.compress_size)
        for info in infos
    )
    spans.append((directory_start, directory_start))
    for (_, end), (start, _) in itertools.pairwise(spans):
        if end > start:
            raise ValueError("its entries overlap")


def _claims(zip_path: Path) -> tuple[int, int]:
    """Return how many entries the archive claims to have, and the bytes of their list."""
    size = zip_path.stat().st_size
    with zip_path.open("rb") as file:
        tail_start = max(0, size - _END.size - _MAX_COMMENT_BYTES - _END_64_LOCATOR.size)
        file.seek(tail_start)
        tail = file.read()
        at = tail.rfind(b"PK\5\6")
        if at < 0 or len(tail) - at < _END.size:
            raise zipfile.BadZipFile("no end of the central directory")
        _, _, _, _, entries, directory_bytes, _, _ = _END.unpack_from(tail, at)
        locator = at - _END_64_LOCATOR.size
        if locator >= 0 and tail[locator : locator + 4] == b"PK\6\7":
            file.seek(min(_END_64_LOCATOR.unpack_from(tail, locator)[2], size))
            end = file.read(_END_64.size)
            if len(end) == _END_64.size:
                entries, directory_bytes = _END_64.unpack(end)[7:9]
    return int(entries), int(directory_bytes)
