"""What a person gives on a command line to be answered for: files, folders, or a pipe."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

STANDARD_INPUT = Path("-")
_PREFIX = "deepdesk-standard-input-"


@contextmanager
def given_files(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Give the paths, with a temporary file in place of "-" that holds what was piped in.

    Raises:
        OSError: There is no room for it.
    """
    if STANDARD_INPUT not in paths:
        yield list(paths)
        return
    with tempfile.NamedTemporaryFile(prefix=_PREFIX, delete=False) as file:
        piped = Path(file.name)
        try:
            shutil.copyfileobj(sys.stdin.buffer, file)
            file.close()
            yield [piped if path == STANDARD_INPUT else path for path in paths]
        finally:
            file.close()
            piped.unlink(missing_ok=True)


def shown_name(path: Path) -> str:
    """Return the name of a given file as the person wrote it."""
    return "-" if path.name.startswith(_PREFIX) else str(path)


def printable(name: str) -> str:
    """Return a name with everything escaped that would move the cursor or is no character."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)
