"""The files of a source by name, so that pictures are found wherever they were moved to."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from deepdesk.core.errors import DatasetError
from deepdesk.data.sources import MAX_DEPTH, is_folder, ordered, shown

MOST_FILES = 3_000_000
PICTURE_FOLDERS = frozenset(
    {"images", "image", "jpegimages", "img", "imgs", "pictures", "photos", "frames", "data"}
)


class Tree:
    """What lies in a folder and below it; paths within are texts with "/" between.

    Args:
        root: The folder.
        suffixes: Of pictures, lower case with the dot.

    Raises:
        DatasetError: The folder cannot be read, or holds too many files.
    """

    def __init__(self, root: Path, suffixes: Collection[str]) -> None:
        self.root = root
        self.pictures: list[str] = []
        self.others: list[str] = []
        self.locked: list[str] = []
        self.kinds: dict[str, str] | None = None  # of JSON files, once somebody asked
        self._suffixes = frozenset(suffixes)
        self._names: dict[str, list[str]] = {}
        self._stems: dict[str, list[str]] = {}
        self._fill()

    def path(self, name: str) -> Path:
        """Return where a file of the tree lies."""
        return self.root / name

    def with_suffix(self, *suffixes: str) -> list[str]:
        """Return the files that are no pictures and have one of these suffixes, in order."""
        return [name for name in self.others if name.lower().endswith(suffixes)]

    def set_aside(self, names: Collection[str]) -> None:
        """Take away pictures that are labels of others."""
        self.pictures = [name for name in self.pictures if name not in names]
        self._index()

    def find(self, written: str, near: str = "") -> str | None:
        """Return the picture that a file of labels means, None if it is not in the tree.

        Folders of the written path only help to choose between pictures of the same name.

        Args:
            written: Path or name, of any system; the ending may be missing.
            near: The file of labels, within the tree.
        """
        parts = [part for part in written.replace("\\", "/").split("/") if part]
        if not parts:
            return None
        last = parts[-1].casefold()
        candidates = self._names.get(last)
        if candidates is None:
            stem, ending = os.path.splitext(last)  # noqa: PTH122 - faster
            candidates = self._stems.get(stem if ending in self._suffixes else last, [])
        return _nearest(candidates, [part.casefold() for part in parts[:-1]], near)

    def partner(self, name: str) -> str | None:
        """Return the picture with the name of another file but for the ending, the nearest."""
        stem = PurePosixPath(name).stem.casefold()
        return _nearest(self._stems.get(stem, []), [], name)

    def partners(self, stem: str) -> list[str]:
        """Return all pictures with a name but for the ending."""
        return self._stems.get(stem.casefold(), [])

    def _fill(self) -> None:
        for folder, files in _walk(self.root, self.locked):
            for name in files:
                path = f"{folder}/{name}" if folder else name
                ending = os.path.splitext(name)[1].lower()  # noqa: PTH122 - faster
                (self.pictures if ending in self._suffixes else self.others).append(path)
            if len(self.pictures) + len(self.others) > MOST_FILES:
                raise DatasetError(
                    f'"{shown(self.root)}" holds more than {MOST_FILES:,} files.',
                    "Give a folder with nothing but the pictures and their labels.",
                )
        self._index()

    def _index(self) -> None:
        self._names.clear()
        self._stems.clear()
        for path in self.pictures:
            name = path.rpartition("/")[2].casefold()
            self._names.setdefault(name, []).append(path)
            self._stems.setdefault(name.rpartition(".")[0], []).append(path)


def shared_parts(first: str, second: str) -> int:
    """Return how many folders two files of a tree share, from the root on."""
    number = 0
    for one, other in zip(first.split("/")[:-1], second.split("/")[:-1], strict=False):
        if one != other:
            break
        number += 1
    return number


def _nearest(candidates: list[str], folders: list[str], near: str) -> str | None:
    if len(candidates) < 2:
        return candidates[0] if candidates else None

    def closeness(path: str) -> tuple[int, int, int]:
        own = path.casefold().split("/")[:-1]
        same = 0
        for one, other in zip(reversed(own), reversed(folders), strict=False):
            if one != other:
                break
            same += 1
        is_usual = bool(own) and any(part in PICTURE_FOLDERS for part in own)
        return same, shared_parts(path, near), int(is_usual)

    return max(candidates, key=closeness)


def _walk(root: Path, locked: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield (folder within the root, names of files), each folder once, in natural order."""
    waiting = [("", 0)]
    entered: set[tuple[int, int]] = set()
    while waiting:
        folder, depth = waiting.pop()
        files: list[str] = []
        folders: list[str] = []
        try:
            facts = (root / folder).stat()
            if facts.st_ino and (facts.st_dev, facts.st_ino) in entered:
                continue
            entered.add((facts.st_dev, facts.st_ino))
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    if entry.name[0] == "." or entry.name == "__MACOSX":
                        continue
                    (folders if is_folder(entry) else files).append(entry.name)
        except OSError as error:
            if not folder:
                reason = f"The folder {shown(root)} cannot be read: {error.strerror}."
                raise DatasetError(reason, "Check its permissions.") from error
            locked.append(folder)
            continue
        yield folder, ordered(files)
        if depth < MAX_DEPTH:
            below = [f"{folder}/{name}" if folder else name for name in ordered(folders)]
            waiting += [(path, depth + 1) for path in reversed(below)]
