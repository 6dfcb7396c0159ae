"""How this program and its processes for video talk: a line of JSON, then bytes. No Qt.

A message is four bytes with the length of its head, the head as JSON, and as many bytes behind
it as the head says under "bytes".
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import IO, Any

_LENGTH = struct.Struct("<I")
Bytes = bytes | bytearray | memoryview
LONGEST_HEAD = 1 << 20
# One picture of 4,096 x 4,096.
MOST_BYTES = 3 << 24


def put(stream: IO[bytes], head: Mapping[str, Any], body: Bytes = b"") -> None:
    """Write a message.

    Raises:
        OSError: Nobody reads any more.
    """
    with memoryview(body) as view:
        packed = json.dumps({**head, "bytes": view.nbytes}).encode()
        stream.write(_LENGTH.pack(len(packed)) + packed)
        stream.write(view)
    stream.flush()


def take(stream: IO[bytes]) -> tuple[dict[str, Any], bytearray] | None:
    """Read a message; None where the stream ends or holds something else."""
    start = stream.read(_LENGTH.size)
    if len(start) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(start)
    packed = stream.read(length) if length <= LONGEST_HEAD else b""
    try:
        head = json.loads(packed)
    except ValueError:
        return None
    size = head.get("bytes") if isinstance(head, dict) else None
    if not isinstance(size, int) or not 0 <= size <= MOST_BYTES:
        return None
    body = bytearray(size)
    done = 0
    with memoryview(body) as view:
        while done < size:
            count = stream.readinto(view[done:])  # type: ignore[attr-defined]
            if not count:
                return None
            done += count
    return head, body
