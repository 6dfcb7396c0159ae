"""What setting up will fetch: which lock, how many bytes, how many of them lie here already."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepdesk.launcher.builds import CPU, MPS
from deepdesk.launcher.choice import Choice
from deepdesk.launcher.fetched import Part, plain_name
from deepdesk.launcher.machine import SYSTEMS
from deepdesk.launcher.places import Places
from deepdesk.launcher.seeding import reusable

SIZES = "sizes.json"
MOST_BYTES = 100 * 10**9  # more than this is no size of a package
SAME_FILES = {("macos", CPU): MPS}  # one build of PyTorch serves both there
SETTING = re.compile(r"# ([a-z]+): (\S*)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """What a choice brings with it.

    Attributes:
        lock: The file of pinned versions, None where the installer brought none for this.
        index: uv's name of PyTorch's own index (`--torch-backend`), "" where the usual one does.
        is_complete: Whether the lock names every package, so that `uv pip sync` may be used;
            otherwise `uv pip install` adds what PyTorch itself asks for.
        parts: The files, as far as they are known.
        total_bytes: Of everything.
        left_bytes: Without what was fetched before; `total_bytes` where that cannot be told.
        is_exact: Whether the sizes were read from the index; otherwise they are estimates.
        note: What is not known, one sentence, or "".
    """

    choice: Choice
    lock: Path | None
    total_bytes: int
    left_bytes: int
    is_exact: bool
    index: str = ""
    is_complete: bool = True
    parts: tuple[Part, ...] = ()
    note: str = ""


def fetch_for(places: Places, choice: Choice, python: str = "3.11", system: str = "") -> Fetch:
    """Return what a choice will fetch.

    Args:
        python: Of the environment, two numbers: wheels differ from one to the next.
        system: "linux", "windows" or "macos"; "" for this one.
    """
    system = system or SYSTEMS.get(sys.platform, sys.platform)
    key = f"{system}-{SAME_FILES.get((system, choice.backend), choice.backend)}"
    lock = places.locks / f"{key}.txt"
    if not lock.is_file():
        note = "The installer brought no list of packages for this choice."
        return Fetch(
            choice=choice, lock=None, total_bytes=0, left_bytes=0, is_exact=False, note=note
        )
    settings = read_settings(lock)
    rows = read_rows(places.locks / SIZES, key, python)
    total = sum(row.size for row in rows)
    there = lying_in(places.cache)
    index = settings.get("index", "")
    rows = [dataclasses.replace(row, version=version_of(row, index)) for row in rows]
    # What is installed already is taken over by an update of the same build.
    used = reusable(places, choice.backend)
    left = sum(
        row.size
        for row in rows
        if (plain_name(row.name), row.version) not in used
        and (there is None or not is_there(row, there))
    )
    return Fetch(
        choice=choice,
        lock=lock,
        index=index,
        is_complete=settings.get("complete", "yes") == "yes",
        parts=tuple(Part(row.name, row.version, row.size) for row in rows),
        total_bytes=total,
        left_bytes=left,
        is_exact=bool(rows) and there is not None and not any(row.is_estimate for row in rows),
        note=said_of(rows, is_cache_known=there is not None),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One file of a lock.

    Attributes:
        tags: Of the wheel: "cp311-cp311-win_amd64"; "" where they are not known.
        size: Bytes.
        is_estimate: Whether the index could not be asked for the size.
    """

    name: str
    version: str
    tags: str
    size: int
    is_estimate: bool


def read_settings(lock: Path) -> dict[str, str]:
    """Return the settings in the first lines of a lock: {"index": "cu126", "complete": "no"}."""
    found: dict[str, str] = {}
    with lock.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if not line.startswith("#"):
                break
            match = SETTING.match(line)
            if match:
                found[match[1]] = match[2]
    return found


def read_rows(sizes: Path, key: str, python: str) -> list[Row]:
    """Return the files of a lock for a Python, those of the nearest known Python otherwise.

    Args:
        key: The lock's name: "linux-cu132".
    """
    try:
        known = json.loads(sizes.read_text(encoding="utf-8"))[key]
        minor = int(python.split(".")[1])
        nearest = min(known, key=lambda version: abs(int(version.split(".")[1]) - minor))
        files = known[nearest]["files"]
        rows = [read_row(file) for file in files]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []
    return [row for row in rows if row is not None]


def read_row(file: Any) -> Row | None:
    """Return the row that a file's entry describes, None where it is none."""
    name, version, size = file.get("name"), file.get("version"), file.get("bytes")
    is_text = isinstance(name, str) and isinstance(version, str)
    is_size = isinstance(size, int) and 0 <= size <= MOST_BYTES
    if not (is_text and is_size):
        return None
    return Row(name, version, str(file.get("tags", "")), size, bool(file.get("estimate")))


def lying_in(cache: Path) -> set[tuple[str, str]] | None:
    """Return (package, version and tags) of each wheel in uv's cache; None where it is unreadable.

    A wheel's entry appears there only after the whole of it was unpacked. A cache that is laid out
    in another way than this reads is not guessed at.
    """
    try:
        folders = [path for path in cache.iterdir() if path.is_dir()]
    except FileNotFoundError:
        return set()
    except OSError:
        return None
    wheels = [path for path in folders if path.name.startswith("wheels-v")]
    if not wheels and any(path.name.startswith("archive-v") for path in folders):
        return None
    entries = [*_entries(wheels, "*/*/*.http"), *_entries(wheels, "*/*/*/*.http")]
    return {(path.parent.name, path.name.removesuffix(".http")) for path in entries}


def _entries(folders: list[Path], pattern: str) -> list[Path]:
    try:
        return [path for folder in folders for path in folder.glob(pattern)]
    except OSError:
        return []


def version_of(row: Row, index: str) -> str:
    """Return the version that a file has in the cache: PyTorch's index names the build in it."""
    is_build = row.is_estimate and index and "+" not in row.version
    return f"{row.version}+{index}" if is_build else row.version


def is_there(row: Row, there: set[tuple[str, str]]) -> bool:
    """Return whether a file is among those in the cache."""
    name = re.sub(r"[-_.]+", "-", row.name).lower()
    start = f"{row.version}-{row.tags}"
    mine = [entry for package, entry in there if package == name]
    # Where the tags are long, uv has a hash in place of them.
    short = re.compile(re.escape(row.version) + r"-[0-9a-f]{16}")
    return any(entry.startswith(start) or short.fullmatch(entry) for entry in mine)


def said_of(rows: list[Row], *, is_cache_known: bool) -> str:
    """Return what is not known of the sizes, one sentence, or ""."""
    if not rows:
        return "How much it is was not recorded when DeepDesk was packed."
    guessed = sorted({row.name for row in rows if row.is_estimate})
    if guessed:
        return f"The size of {' and '.join(guessed)} is an estimate."
    return "" if is_cache_known else "What was fetched before could not be told."
