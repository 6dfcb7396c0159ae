"""Icons for macOS: one file that holds pictures of several sizes."""

import struct
from collections.abc import Mapping
from pathlib import Path

# Size in dots to the kinds of entry that hold it as PNG: once as it is, once for twice the dots.
KINDS: Mapping[int, tuple[bytes, ...]] = {
    32: (b"ic11",),
    64: (b"ic12",),
    128: (b"ic07",),
    256: (b"ic08", b"ic13"),
    512: (b"ic09", b"ic14"),
    1024: (b"ic10",),
}


def icns_of(drawn: Mapping[int, Path]) -> bytes:
    """Return an .icns file.

    Args:
        drawn: Size in dots to a PNG file of that size, for every size in `KINDS`.
    """
    entries = b"".join(
        kind + struct.pack(">I", 8 + drawn[size].stat().st_size) + drawn[size].read_bytes()
        for size, kinds in KINDS.items()
        for kind in kinds
    )
    return b"icns" + struct.pack(">I", 8 + len(entries)) + entries
