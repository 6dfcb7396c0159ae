"""How much has been fetched, read off the sizes of what uv keeps."""

from __future__ import annotations

import glob
import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

# What is under way is unpacked while it comes, and only the unpacked bytes can be counted. Over a
# whole Linux environment 3.3 GB came for 6.4 GB; a package that is done counts as what it is.
_FETCHED_SHARE = 0.5
_ALMOST = 0.98


@dataclass(frozen=True, slots=True)
class Part:
    """One file that is needed.

    Attributes:
        name: Of the package.
        size: Bytes to fetch.
    """

    name: str
    version: str
    size: int

    @property
    def key(self) -> tuple[str, str]:
        """Return (name, version) as uv's folder has them."""
        return plain_name(self.name), self.version


@dataclass(slots=True)
class Meter:
    """Tells how many bytes have come; it never goes back.

    Attributes:
        cache: The folder that uv keeps packages in.
        parts: What is needed; what lay there at the start counts as having come.
        installed: (name, version) of what the environment holds before.
    """

    cache: Path
    parts: Sequence[Part]
    installed: Set[tuple[str, str]] = frozenset()
    _done: int = field(default=0, init=False)
    _left_by_others: set[Path] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._left_by_others = set(leftovers(self.cache))

    @property
    def total_bytes(self) -> int:
        """Return the bytes of everything that is needed."""
        return sum(part.size for part in self.parts)

    def done_bytes(self) -> int:
        """Return about how many of them have come."""
        there = kept(self.cache) | self.installed
        have = sum(part.size for part in self.parts if part.key in there)
        left = self.total_bytes - have
        under_way = set(leftovers(self.cache)) - self._left_by_others
        unpacked = sum(folder_bytes(folder) for folder in under_way)
        coming = min(unpacked * _FETCHED_SHARE, left * _ALMOST)
        self._done = max(self._done, have + int(coming))
        return self._done


def kept(cache: Path) -> set[tuple[str, str]]:
    """Return (name, version) of each package that lies whole in uv's folder."""
    found = set()
    for folder in cache.glob("wheels-v*"):
        # One kind of entry is for what was fetched, the other for what a folder of files held.
        for path in (*folder.rglob("*.http"), *folder.rglob("*.rev")):
            found.add((path.parent.name, path.name.split("-", 1)[0]))
    return found


def installed(environment: Path) -> set[tuple[str, str]]:
    """Return (name, version) of each package in an environment."""
    found = set()
    for notes in packages_of(environment).glob("*.dist-info"):
        name, _dash, version = notes.name.removesuffix(".dist-info").rpartition("-")
        found.add((plain_name(name), version))
    return found


def packages_of(environment: Path) -> Path:
    """Return the folder that the packages of an environment lie in, which may be missing."""
    if sys.platform == "win32":
        return environment / "Lib" / "site-packages"
    found = sorted(environment.glob("lib/python3*/site-packages"))
    return found[0] if found else environment / "lib" / "site-packages"


def drop_unused(cache: Path, used: set[tuple[str, str]]) -> int:
    """Take the packages that are in no environment out of what uv keeps; return how many.

    What they were unpacked to goes with `uv cache prune`: nothing names it any more.
    """
    dropped = 0
    for folder in cache.glob("wheels-v*"):
        for path in (*folder.rglob("*.http"), *folder.rglob("*.rev")):
            if (path.parent.name, path.name.split("-", 1)[0]) in used:
                continue
            dropped += 1
            for entry in path.parent.glob(f"{glob.escape(path.stem)}*"):
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry, ignore_errors=True)
                else:
                    entry.unlink(missing_ok=True)
    return dropped


def plain_name(name: str) -> str:
    """Return a package's name as uv's folder has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def leftovers(cache: Path) -> list[Path]:
    """Return the folders of packages that are under way, or were when uv was killed."""
    return [path for path in cache.glob(".tmp*") if path.is_dir() and not path.is_symlink()]


def folder_bytes(folder: Path) -> int:
    """Return the bytes of the files in a folder, also while it changes; links count nothing."""
    return sum(_sizes(folder))


def _sizes(folder: Path) -> Iterator[int]:
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        yield entry.stat(follow_symlinks=False).st_size
        except OSError:
            # It was moved to its place meanwhile.
            continue
