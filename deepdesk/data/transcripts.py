"""Sounds with what is said in them: every usual layout, and the reader that knows them.

A folder is told by what lies in it, and so is each folder below:

- tables: `train.tsv`, `dev.tsv`, `test.tsv` and `validated.tsv` (Common Voice), `metadata.csv`
  (LJSpeech and others), or the one table that there is;
- `*.trans.txt` beside sounds in folders of speaker and chapter (LibriSpeech);
- a text of the same name beside each sound (`a.wav` and `a.txt`), or in `txt` beside `wav48`
  (VCTK);
- sounds alone, whose text is still to be typed.

Speakers come from a column, from LibriSpeech's names, from folders (when all sounds lie in
several of them, none named as a container such as `wavs`) or from names such as `anna_003.wav`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from deepdesk.core.errors import DatasetError
from deepdesk.core.task import Found
from deepdesk.data.csv_source import TABLE_SUFFIXES, encoding_of, lines_of
from deepdesk.data.name_pattern import spoken_by_name
from deepdesk.data.sounds import SoundReader
from deepdesk.data.sources import (
    MAX_DEPTH,
    foreign_words,
    is_folder,
    ordered,
    readable,
    shown,
)
from deepdesk.data.split_names import split_of_word
from deepdesk.data.transcript_tables import NoTranscriptsError, check_columns, rows_of_transcripts
from deepdesk.data.transcript_text import text_beside, transcript

_LAYOUTS = (
    "Give sounds with a text of the same name beside each (a.wav and a.txt), a table of path and "
    "transcript, or a folder of LJSpeech, Common Voice or LibriSpeech."
)
_LINES_SUFFIX = ".trans.txt"
_MAX_NAME = 240  # bytes, which with an ending is a name everywhere
_TABLE_STEMS = ("metadata", "transcripts", "transcript", "transcriptions", "line_index", "text")
_ALL_OF_THEM = "validated"
_LIBRI_SPLIT = re.compile(r"(train|dev|test)-(clean|other)(-\d+)?", re.IGNORECASE)
_LIBRI_NAME = re.compile(r"(?P<speaker>\d+)-\d+-\d+")
_CONTAINERS = frozenset(
    {"wav", "wavs", "clips", "audio", "sounds", "data", "flac", "mp3", "files", "recordings"}
)


class TranscriptReader(SoundReader):
    """The light half of a task that learns what is said; safe to call from any thread."""

    def discover(self, source: Path) -> Iterator[Found]:
        """Yield sounds with what is said in them as `Found.target`, None where nobody wrote it.

        Raises:
            DatasetError: The layout does not fit, with what would; or, after all that can be used,
                a table or a list of lines is broken.
        """
        source = Path(os.path.abspath(source))  # noqa: PTH100 - must not follow links
        return self._some(source, spoken_by_name(lambda: _offers(source, self.suffixes)))

    def _some(self, source: Path, offers: Iterator[Found]) -> Iterator[Found]:
        found = False
        for item in offers:
            found = True
            yield item
        if not found:
            hint = f"{foreign_words(source, self.suffixes)}{_LAYOUTS}"
            raise DatasetError(f'There is nothing to use in "{shown(source)}".', hint)


def _offers(source: Path, suffixes: frozenset[str]) -> Iterator[Found]:
    if source.is_dir():
        return _Walk(suffixes).offers(source)
    if not source.exists():
        raise DatasetError(f"{shown(source)} is not there.", "Was it moved or renamed?")
    if source.name.endswith(_LINES_SUFFIX):
        return _of_lines(source, suffixes)
    if source.suffix.lower() in TABLE_SUFFIXES:
        return rows_of_transcripts(source, suffixes)
    if source.suffix.lower() in suffixes:
        return iter([Found(path=source, target=text_beside(source))])
    raise DatasetError(f"{shown(source)} is not of a kind that this task reads.", _LAYOUTS)


@dataclass(frozen=True)
class _Listing:
    """What can be seen in one folder, names in natural order."""

    folders: list[str]
    sounds: list[str]
    tables: list[str]


@dataclass(frozen=True)
class _Given:
    """What the folders above say of the sounds below."""

    split: str | None = None
    origin: str | None = None


class _Walk:
    """One walk through a folder; every folder is entered at most once."""

    def __init__(self, suffixes: frozenset[str]) -> None:
        self._suffixes = suffixes
        self._entered: set[tuple[int, int]] = set()
        self._problem: DatasetError | None = None
        self._broken: DatasetError | None = None
        self._num_found = 0

    def offers(self, source: Path) -> Iterator[Found]:
        for found in self._below(self._unwrapped(source), _Given(), 0):
            self._num_found += 1
            yield found
        if self._broken:
            raise self._broken
        if not self._num_found and self._problem:
            raise self._problem

    def _as_far_as_whole(self, offers: Iterator[Found]) -> Iterator[Found]:
        """Yield what a file offers until it is broken, which is said when all else was offered."""
        try:
            yield from offers
        except DatasetError as error:
            self._broken = self._broken or error

    def _unwrapped(self, folder: Path) -> Path:
        for _ in range(MAX_DEPTH):
            seen = self._listing(folder)
            if len(seen.folders) != 1 or seen.sounds or seen.tables or _split(seen.folders[0]):
                break
            folder = folder / seen.folders[0]
        return folder

    def _below(self, folder: Path, given: _Given, depth: int) -> Iterator[Found]:
        if depth > MAX_DEPTH or not self._enter(folder):
            return
        try:
            seen = self._listing(folder)
        except DatasetError:
            if not depth:
                raise
            # One locked folder is no reason to leave the others: it is listed as a bad sample.
            yield Found(path=folder)
            return
        if tables := self._tables(folder, seen.tables):
            for found in self._as_far_as_whole(_of_tables(tables, self._suffixes)):
                yield replace(found, split=found.split or given.split)
            return
        yield from self._here(folder, seen, given)
        for name, below in self._given(seen, given):
            yield from self._below(folder / name, below, depth + 1)

    def _here(self, folder: Path, seen: _Listing, given: _Given) -> Iterator[Found]:
        lines = [name for name in seen.tables if name.endswith(_LINES_SUFFIX)]
        for name in lines:
            for found in self._as_far_as_whole(_of_lines(folder / name, self._suffixes)):
                yield replace(found, split=given.split)
        for name in [] if lines else seen.sounds:
            path = folder / name
            target = text_beside(path)
            yield Found(path=path, target=target, split=given.split, origin=given.origin)

    def _given(self, seen: _Listing, given: _Given) -> Iterator[tuple[str, _Given]]:
        """Yield folders with what their names say: splits, or else speakers, or nothing."""
        names = seen.folders
        splits = [_split(name) for name in names]
        if given.split is None and names and not seen.sounds and all(splits):
            for name, split in zip(names, splits, strict=True):
                yield name, _Given(split, None)
            return
        known = given.origin is not None or bool(seen.sounds)
        names_people = not known and _are_people(names)
        for name in names:
            yield name, replace(given, origin=readable(name)) if names_people else given

    def _tables(self, folder: Path, names: list[str]) -> list[Path]:
        """Return the tables that describe a folder, [] when there is none that can be read."""
        usable = [n for n in names if not n.endswith(_LINES_SUFFIX)]
        by_stem = {Path(name).stem.casefold(): name for name in usable}
        wanted = [name for stem, name in by_stem.items() if split_of_word(stem)]
        wanted += [by_stem[_ALL_OF_THEM]] if _ALL_OF_THEM in by_stem else []
        if not wanted:
            wanted = [by_stem[stem] for stem in _TABLE_STEMS if stem in by_stem][:1]
        real = [name for name in usable if not name.lower().endswith(".txt")]
        if not wanted and len(real) == 1:
            wanted = real
        return [folder / name for name in wanted if self._is_usable(folder / name)]

    def _is_usable(self, table: Path) -> bool:
        try:
            check_columns(table, self._suffixes)
        except NoTranscriptsError as error:
            self._problem = self._problem or error
            return False
        except DatasetError as error:
            self._broken = self._broken or error
            return False
        return True

    def _listing(self, folder: Path) -> _Listing:
        seen = _Listing([], [], [])
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._sort_in(entry, seen)
        except OSError as error:
            raise DatasetError(
                f"The folder {shown(folder)} cannot be read: {error.strerror}.",
                "Check its permissions.",
            ) from error
        return _Listing(ordered(seen.folders), ordered(seen.sounds), ordered(seen.tables))

    def _sort_in(self, entry: os.DirEntry[str], seen: _Listing) -> None:
        name = entry.name
        ending = "." + name.rpartition(".")[2].lower()
        if name[0] == "." or name == "__MACOSX":
            return
        if is_folder(entry):
            seen.folders.append(name)
        elif ending in self._suffixes:
            seen.sounds.append(name)
        elif ending in TABLE_SUFFIXES and _may_be_table(name):
            seen.tables.append(name)

    def _enter(self, folder: Path) -> bool:
        try:
            facts = folder.stat()
        except OSError:
            return False
        key = (facts.st_dev, facts.st_ino)
        is_new = key not in self._entered or facts.st_ino == 0
        self._entered.add(key)
        return is_new


def _may_be_table(name: str) -> bool:
    """Whether a name is more than the text beside one sound."""
    stem = Path(name).stem.casefold()
    return not name.lower().endswith(".txt") or stem in _TABLE_STEMS or stem.endswith(".trans")


def _split(name: str) -> str | None:
    libri = _LIBRI_SPLIT.fullmatch(name)
    return split_of_word(libri[1] if libri else name)


def _are_people(names: list[str]) -> bool:
    folded = [name.casefold() for name in names]
    return len(names) > 1 and not any(n in _CONTAINERS or n.startswith("wav") for n in folded)


def _of_tables(tables: list[Path], suffixes: frozenset[str]) -> Iterator[Found]:
    """Yield the rows of several tables, a sound that is in two of them once.

    What only the table of all has goes to where its speaker is already, so that nobody is on
    both sides of a split, and into training otherwise.
    """
    seen: set[int] = set()
    splits: dict[str, str] = {}
    for table in tables:
        for found in rows_of_transcripts(table, suffixes):
            key = hash(found.path)
            if key not in seen:
                yield _placed(found, splits) if len(tables) > 1 else found
            if len(tables) > 1:
                seen.add(key)


def _placed(found: Found, splits: dict[str, str]) -> Found:
    if found.split is None:
        return replace(found, split=splits.get(found.origin or "", "train"))
    if found.origin:
        splits.setdefault(found.origin, found.split)
    return found


def _of_lines(file: Path, suffixes: frozenset[str]) -> Iterator[Found]:
    """Yield the sounds of a LibriSpeech chapter: a name and what is said on each line."""
    try:
        with file.open(encoding=encoding_of(file), errors="replace") as lines:
            for number, line in enumerate(lines_of(lines, file.name), 1):
                name, _, said = line.strip().partition(" ")
                if name:
                    _check_name(file, number, name)
                    yield _of_line(file.parent, name, said, suffixes)
    except OSError as error:
        raise DatasetError(f"{file.name} cannot be read: {error.strerror}.") from error


def _check_name(file: Path, number: int, name: str) -> None:
    if "/" in name or len(os.fsencode(name)) > _MAX_NAME:
        raise DatasetError(
            f"{file.name} has no name of a sound at line {number}.",
            "Each line is a name without ending, a space, and what is said.",
        )


def _of_line(folder: Path, name: str, said: str, suffixes: frozenset[str]) -> Found:
    paths = [folder / (name + suffix) for suffix in sorted(suffixes)]
    fit = _LIBRI_NAME.fullmatch(name)
    return Found(
        path=next((path for path in paths if path.is_file()), folder / f"{name}.flac"),
        target=transcript(said),
        origin=fit["speaker"] if fit else None,
    )
