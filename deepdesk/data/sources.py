"""What a folder, a table or a file offers as samples, found without opening the samples.

Layouts of a folder, told apart by its own entries:

- folders named train, validation, test with class folders (or bare files) inside;
- a folder per class, files of deeper folders belonging to the class;
- a flat folder: samples without a class.

Hidden entries and `__MACOSX` are passed over. Files come a folder at a time, in
natural order (2 before 10), so that a million of them stream.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deepdesk.core.errors import DatasetError
from deepdesk.core.task import Found
from deepdesk.data.csv_source import TABLE_SUFFIXES, rows_of_table
from deepdesk.data.split_names import split_of_word
from deepdesk.project.index.classes import natural_key

MAX_DEPTH = 40
LOOKED_AT = 2000
_NAMED = 6
_USUAL = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".bmp", ".wav", ".flac", ".mp3", ".ogg")
_PLAIN_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
MAX_WAITING = 1_000_000
# Above this many names in one folder the plain order of text does: it costs no keys.
MAX_NATURAL = 200_000
_LAYOUTS = (
    "Give a folder with one folder per class, a folder with train and test inside, a flat "
    "folder, or a table of path and label."
)


def discover(source: Path, suffixes: Collection[str], layouts: str = _LAYOUTS) -> Iterator[Found]:
    """Yield what a folder, a table or a single file offers.

    Args:
        source: A folder, a .csv, .tsv or .txt table, or one sample.
        suffixes: Of samples, lower case with the dot.
        layouts: What would fit, for the hint.

    Raises:
        DatasetError: There is nothing to find, or a table cannot be understood.
    """
    source = Path(os.path.abspath(source))  # noqa: PTH100 - must not follow links
    found = False
    for item in _offers(source, frozenset(suffixes), layouts):
        found = True
        yield item
    if not found:
        hint = f"{foreign_words(source, suffixes)}{layouts}"
        raise DatasetError(f'There is nothing to use in "{shown(source)}".', hint)


def foreign_words(source: Path, suffixes: Collection[str]) -> str:
    """Return what a folder holds instead of samples, in a sentence, "" for nothing to name.

    Args:
        source: A folder in which no sample was found.
        suffixes: Of samples, lower case with the dot.
    """
    kinds: Counter[str] = Counter()
    for _folder, _folders, names in os.walk(source):
        found = (os.path.splitext(name)[1].lower() for name in names)  # noqa: PTH122 - faster
        kinds.update(kind for kind in found if _PLAIN_SUFFIX.fullmatch(kind))
        if kinds.total() >= LOOKED_AT:
            break
    if not kinds:
        return ""
    # Those that people know come first.
    known = [suffix for suffix in _USUAL if suffix in suffixes]
    wanted = ", ".join([*known, *sorted(set(suffixes) - {*known})][:_NAMED])
    return f"Most of its files are {kinds.most_common(1)[0][0]}; this task takes {wanted}. "


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder; a link that leads nowhere or to itself is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def shown(path: Path | str) -> str:
    """Return the last part of a path as text that can be written anywhere."""
    return readable(Path(path).name or str(path))


def readable(text: str) -> str:
    """Return text from the file system, with escapes for bytes that are no UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _offers(source: Path, suffixes: frozenset[str], layouts: str) -> Iterator[Found]:
    if source.is_dir():
        return _offers_of_folder(_Scan(suffixes), source)
    if not source.exists():
        raise DatasetError(f"{shown(source)} is not there.", "Was it moved or renamed?")
    if source.suffix.lower() in TABLE_SUFFIXES:
        return rows_of_table(source, suffixes)
    if source.suffix.lower() in suffixes:
        return iter([Found(path=source)])
    raise DatasetError(f"{shown(source)} is not of a kind that this task reads.", layouts)


@dataclass
class _Entries:
    """The visible entries of one folder, in natural order."""

    folders: list[str]
    files: list[str]


@dataclass
class _Scan:
    """One walk through a source; every folder is entered at most once."""

    suffixes: frozenset[str]
    entered: set[tuple[int, int]] = field(default_factory=set)

    def entries(self, folder: str) -> _Entries:
        """Return what can be seen in a folder.

        Raises:
            DatasetError: It cannot be read.
        """
        found = _Entries([], [])
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._sort_in(entry, found)
        except OSError as error:
            raise DatasetError(
                f"The folder {shown(folder)} cannot be read: {error.strerror}.",
                "Check its permissions.",
            ) from error
        return _Entries(ordered(found.folders), ordered(found.files))

    def _sort_in(self, entry: os.DirEntry[str], found: _Entries) -> None:
        name = entry.name
        if name[0] == "." or name == "__MACOSX":
            return
        if is_folder(entry):
            found.folders.append(name)
        elif "." + name.rpartition(".")[2].lower() in self.suffixes:
            found.files.append(name)

    def files_below(self, folder: str, depth: int = 0) -> Iterator[Path]:
        """Yield the samples in a folder and all folders below it."""
        if depth > MAX_DEPTH or not self._enter(folder):
            return
        try:
            entries = self.entries(folder)
        except DatasetError:
            # One locked folder is no reason to leave the others: it is listed as a bad sample.
            yield Path(folder)
            return
        yield from map(Path(folder).joinpath, entries.files)
        for name in entries.folders:
            yield from self.files_below(os.path.join(folder, name), depth + 1)  # noqa: PTH118

    def has_samples(self, folder: str) -> bool:
        """Whether there is a sample in a folder or below it; stops at the first."""
        look = _Scan(self.suffixes)
        waiting = [folder]
        while waiting and len(waiting) < MAX_WAITING:
            folder = waiting.pop()
            if look._enter(folder) and look._has_files(folder, waiting):
                return True
        return False

    def _has_files(self, folder: str, waiting: list[str]) -> bool:
        found = _Entries([], [])
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._sort_in(entry, found)
                    if found.files:
                        return True
        except OSError:
            return False
        waiting += [os.path.join(folder, name) for name in found.folders]  # noqa: PTH118
        return False

    def _enter(self, folder: str) -> bool:
        try:
            facts = os.stat(folder)  # noqa: PTH116
        except OSError:
            return False
        key = (facts.st_dev, facts.st_ino)
        # File systems without inode numbers say 0 for all.
        is_new = key not in self.entered or facts.st_ino == 0
        self.entered.add(key)
        return is_new


def _offers_of_folder(scan: _Scan, source: Path) -> Iterator[Found]:
    folder, entries, full = _unwrapped(scan, str(source))
    splits = {name: split_of_word(name) for name in full}
    if full and all(splits.values()) and (len(full) > 1 or _is_split(full[0], entries)):
        for name in full:
            yield from _offers_of_split(scan, os.path.join(folder, name), splits[name])  # noqa: PTH118
    else:
        yield from _offers_of_classes(scan, folder, entries, full)


def _is_split(name: str, entries: _Entries) -> bool:
    # A lone folder "train" beside files may be a class of vehicles; beside nothing it is a split.
    return split_of_word(name) is not None and not entries.files


def _unwrapped(scan: _Scan, folder: str) -> tuple[str, _Entries, list[str]]:
    """Step into folders that hold nothing but one folder, as those in zips often do."""
    for _ in range(MAX_DEPTH):
        entries = scan.entries(folder)
        full = [n for n in entries.folders if scan.has_samples(os.path.join(folder, n))]  # noqa: PTH118
        if len(full) != 1 or entries.files or split_of_word(full[0]):
            break
        folder = os.path.join(folder, full[0])  # noqa: PTH118
    return folder, entries, full


def _offers_of_split(scan: _Scan, folder: str, split: str | None) -> Iterator[Found]:
    entries = scan.entries(folder)
    full = [n for n in entries.folders if scan.has_samples(os.path.join(folder, n))]  # noqa: PTH118
    yield from _offers_of_classes(scan, folder, entries, full, split)


def _offers_of_classes(
    scan: _Scan, folder: str, entries: _Entries, classes: list[str], split: str | None = None
) -> Iterator[Found]:
    for name in entries.files:
        yield Found(path=Path(folder, name), split=split)
    for name in classes:
        label = unicodedata.normalize("NFC", readable(name))
        for path in scan.files_below(os.path.join(folder, name)):  # noqa: PTH118
            yield Found(path=path, label=label, split=split)


def ordered(names: list[str]) -> list[str]:
    """Return names in natural order, or in plain order where there are very many."""
    if len(names) > MAX_NATURAL or len(set(map(len, names))) == 1:
        # Numbers padded to one length are in natural order as they are.
        return sorted(names)
    return sorted(names, key=lambda name: (natural_key(name), name))
