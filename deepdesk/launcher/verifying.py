"""Finding packages whose files are not what was installed: what a repair must fetch again.

Files of an environment are links to those that uv keeps, so what damaged the one damaged the other,
and an environment made anew from them would be as broken.
"""

from __future__ import annotations

import base64
import csv
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from deepdesk.core.events import Progress
from deepdesk.core.work import EventSink, StopToken

_CHUNK_BYTES = 1 << 20
_TELL_EVERY_BYTES = 20 << 20
_MOST_LINES = 1_000_000


def damaged(environment: Path, emit: EventSink, stop: StopToken) -> list[str]:
    """Return the names of packages of which a file is missing or differs from what was installed.

    Raises:
        StoppedError: Somebody asked for the end.
    """
    found, done, told = set(), 0, 0
    lists = sorted(environment.glob("[Ll]ib/**/site-packages/*.dist-info/RECORD"))
    for record in lists:
        name = record.parent.name.partition("-")[0]
        for path, digest in _files(record):
            done += _size(path)
            if done - told >= _TELL_EVERY_BYTES:
                told = done
                emit(Progress(what="Checking what is installed", done=done))
            if name not in found and not _is_whole(path, digest, stop.check):
                found.add(name)
    return sorted(found)


def _files(record: Path) -> Iterator[tuple[Path, str]]:
    """Yield (file, SHA-256 in base 64) of a package; none where its list cannot be read."""
    folder = record.parents[1]
    try:
        with record.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.reader(lines)):
                if number > _MOST_LINES or len(row) != 3 or not row[1].startswith("sha256="):
                    continue
                # A list may name any file; only those among the packages are read.
                if not Path(row[0]).is_absolute() and ".." not in Path(row[0]).parts:
                    yield folder / row[0], row[1].removeprefix("sha256=")
    except (OSError, ValueError, csv.Error):
        yield record, ""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_whole(path: Path, digest: str, check: Callable[[], object]) -> bool:
    total = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                check()
                total.update(chunk)
    except OSError:
        return False
    return base64.urlsafe_b64encode(total.digest()).rstrip(b"=").decode("ascii") == digest
