"""Files of labels from anybody, read with a limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deepdesk.data.csv_source import encoding_of
from deepdesk.data.label_formats.reading import BrokenLabelsError
from deepdesk.project.safe_write import parse_json

MOST_BYTES = 64 << 20
_MB = 1 << 20


def bytes_of(path: Path, *, limit_bytes: int = MOST_BYTES) -> bytes:
    """Return the contents of a file.

    Raises:
        BrokenLabelsError: It cannot be read, is no plain file, or is larger than the limit.
    """
    try:
        if not path.is_file():
            raise BrokenLabelsError(path, "It is no plain file.")
        size = path.stat().st_size
        check_size(path, size, limit_bytes)
        with path.open("rb") as file:
            return file.read(limit_bytes + 1)[:limit_bytes]
    except OSError as error:
        reason = f"It cannot be read: {error.strerror or 'the disk says no'}."
        raise BrokenLabelsError(path, reason, "Check its permissions.") from error


def check_size(path: Path, size_bytes: int, limit_bytes: int) -> None:
    """Check that a file is not too large to be read.

    Raises:
        BrokenLabelsError: It is, with both sizes.
    """
    if size_bytes > limit_bytes:
        reason = f"It has {size_bytes / _MB:,.0f} MB; at most {limit_bytes // _MB:,} MB are read."
        raise BrokenLabelsError(path, reason, "Split it into several files.")


def text_of(path: Path, *, limit_bytes: int = MOST_BYTES) -> str:
    """Return a text in UTF-8, UTF-16 or Windows-1252.

    Raises:
        BrokenLabelsError: As `bytes_of`, or it is no text.
    """
    data = bytes_of(path, limit_bytes=limit_bytes)
    try:
        text = data.decode(encoding_of(path), "replace")
    except (OSError, UnicodeError) as error:
        raise BrokenLabelsError(path, "It is not a text file.") from error
    if "\0" in text:
        raise BrokenLabelsError(path, "It is not a text file.")
    return text


def json_of(path: Path, *, limit_bytes: int = MOST_BYTES) -> Any:
    """Return the value of a JSON file.

    Raises:
        BrokenLabelsError: As `bytes_of`, or it is no JSON that can be used.
    """
    data = bytes_of(path, limit_bytes=limit_bytes)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    try:
        return parse_json(data)
    except ValueError as error:
        raise BrokenLabelsError(path, f"It is damaged: {error}.") from error
