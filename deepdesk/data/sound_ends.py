"""Whether a compressed file ends where its last page or frame ends, told from its bytes alone.

Formats: Ogg (RFC 3533), MPEG audio layer III (ISO 11172-3).
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path

_PAGE = struct.Struct("<4sBBqIIIB")
_MOST_PAGE_BYTES = 27 + 255 + 255 * 255
_FIRST, _LAST = 2, 4
_LOOKED_AT = 1 << 16
_TAIL_BYTES = 16 << 10
_FRAMES_IN_A_ROW = 4
# Kilobits a second by the number in the header: MPEG 1, and MPEG 2 and 2.5.
_KILOBITS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


@dataclass(frozen=True, slots=True)
class OggEnd:
    """How an Ogg file ends.

    Attributes:
        is_cut_off: The last page is not whole, or is not marked as the last.
        has_more: The last page belongs to another sound than the first.
    """

    is_cut_off: bool
    has_more: bool


def ogg_end(path: Path) -> OggEnd:
    """Return how an Ogg file ends; what lies behind its last page does not count.

    Raises:
        OSError: It cannot be read.
    """
    head, _start = _read(path, 0, _LOOKED_AT)
    size = path.stat().st_size
    tail, start = _read(path, size - 2 * _MOST_PAGE_BYTES, 2 * _MOST_PAGE_BYTES)
    at = tail.rfind(b"OggS\0")
    if at < 0 or at + _PAGE.size > len(tail):
        return OggEnd(is_cut_off=True, has_more=False)
    _, _, kind, _, serial, _, _, parts = _PAGE.unpack_from(tail, at)
    sizes = tail[at + _PAGE.size : at + _PAGE.size + parts]
    is_whole = start + at + _PAGE.size + parts + sum(sizes) <= size
    is_cut_off = not is_whole or not kind & _LAST
    return OggEnd(is_cut_off=is_cut_off, has_more=serial not in _first_serials(head))


def _first_serials(head: bytes) -> set[int]:
    """Return the numbers of the sounds that begin at the start of a file."""
    serials: set[int] = set()
    at = 0
    while len(head) - at >= _PAGE.size:
        mark, _, kind, _, serial, _, _, parts = _PAGE.unpack_from(head, at)
        if mark != b"OggS" or not kind & _FIRST:
            break
        serials.add(serial)
        at += _PAGE.size + parts + sum(head[at + _PAGE.size : at + _PAGE.size + parts])
    return serials


def ends_within_a_frame(mp3: Path) -> bool:
    """Whether the last frame of an MP3 is not whole. False also where nobody can tell.

    Nothing is said of files that end in a tag or in anything else that is no frame, and nothing
    can be said of one that was cut between two frames.

    Raises:
        OSError: It cannot be read.
    """
    tail, _start = _read(mp3, mp3.stat().st_size - _TAIL_BYTES, _TAIL_BYTES)
    at = tail.find(b"\xff")
    while at >= 0:
        count, end = _followed(tail, at)
        if count >= _FRAMES_IN_A_ROW:
            rest, kind = tail[end:], tail[at : at + 2]
            is_begun = 0 < len(rest) < 4 and rest[:2] == kind[: len(rest)]
            return end > len(tail) or is_begun
        at = tail.find(b"\xff", at + 1)
    return False


def _followed(data: bytes, at: int) -> tuple[int, int]:
    """Return how many frames follow each other from a place on, and where the last one ends."""
    kind, count = data[at : at + 2], 0
    while at + 4 <= len(data):
        # Version, layer and the presence of a checksum never change within a file.
        length = _frame_bytes(data[at : at + 4]) if data[at : at + 2] == kind else 0
        if not length:
            break
        at += length
        count += 1
    return count, at


def _frame_bytes(header: bytes) -> int:
    """Return the length of a frame of layer III by its four bytes, 0 for none."""
    if header[0] != 0xFF or header[1] & 0xE0 != 0xE0 or header[1] >> 1 & 3 != 1:
        return 0
    version, kilobits, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or kilobits in (0, 15) or rate == 3:
        return 0
    is_first = version == 3
    bits = _KILOBITS[not is_first][kilobits] * 1000
    padding = header[2] >> 1 & 1
    return (144 if is_first else 72) * bits // _RATES_HZ[version][rate] + padding


def _read(path: Path, start: int, count: int) -> tuple[bytes, int]:
    """Return bytes of a file and where they begin; a start before the file is its beginning."""
    start = max(0, start)
    with path.open("rb") as file:
        file.seek(start, os.SEEK_SET)
        return file.read(count), start
