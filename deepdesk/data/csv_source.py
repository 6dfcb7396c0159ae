"""Tables of path, label and split: comma, semicolon or tab between the columns.

With a header the columns are found by their names, without one by their
contents; paths are relative to the table. Files that are not there are offered
all the same: reading them later lists them as missing.
"""

from __future__ import annotations

import csv
import itertools
import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from deepdesk.core.errors import DatasetError
from deepdesk.core.task import Found
from deepdesk.data.split_names import split_of_word

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
MAX_LABEL_LENGTH = 200
_PATH_NAMES = frozenset(
    {
        *("path", "file", "filename", "file_name", "filepath", "file_path"),
        *("image", "image_path", "picture", "photo", "sample"),
        *("sound", "audio", "audio_path", "recording", "clip", "wav"),
    }
)
_LABEL_NAMES = frozenset(
    {"label", "class", "target", "category", "class_name", "label_name", "species", "name"}
)
_SPLIT_NAMES = frozenset(["split", "set", "subset", "partition", "fold", "usage"])
_HINT = "A table needs a column of paths and one of labels, for instance: path,label,split."


@dataclass(frozen=True)
class _Columns:
    """Where things stand in a row; -1 for nowhere."""

    path: int
    label: int = -1
    split: int = -1


def rows_of_table(table: Path, suffixes: frozenset[str]) -> Iterator[Found]:
    """Yield a sample for each row of a table.

    Args:
        table: The file.
        suffixes: Of samples, by which the column of paths is known when there is no header.

    Raises:
        DatasetError: It is no such table; the message names the line.
    """
    try:
        with table.open(encoding=_encoding(table), errors="replace", newline="") as file:
            yield from _rows(table, file, suffixes)
    except OSError as error:
        raise DatasetError(f"{table.name} cannot be read: {error.strerror}.") from error
    except UnicodeError as error:
        raise DatasetError(f"{table.name} is not a text file.", _HINT) from error


def _rows(table: Path, file: TextIO, suffixes: frozenset[str]) -> Iterator[Found]:
    reader = csv.reader(file, delimiter=_delimiter(file))
    try:
        first = [row for row in itertools.islice(reader, 2) if any(row)]
        if not first:
            return
        columns, has_header = _columns(first, suffixes, table.name)
        for row in itertools.chain(first[has_header:], reader):
            if len(row) > columns.path and row[columns.path].strip():
                yield _found(table, row, columns)
    except csv.Error as error:
        raise DatasetError(
            f"{table.name} cannot be read at line {reader.line_num}: {error}.", _HINT
        ) from error


def _found(table: Path, row: Sequence[str], columns: _Columns) -> Found:
    written = row[columns.path].strip()
    if os.sep == "/":
        written = written.replace("\\", "/")
    label = unicodedata.normalize("NFC", _cell(row, columns.label))[:MAX_LABEL_LENGTH]
    return Found(
        path=Path(os.path.abspath(table.parent / written)),  # noqa: PTH100 - no links followed
        label=label or None,
        split=split_of_word(_cell(row, columns.split)),
    )


def _cell(row: Sequence[str], column: int) -> str:
    return row[column].strip() if 0 <= column < len(row) else ""


def _columns(first: list[list[str]], suffixes: frozenset[str], name: str) -> tuple[_Columns, bool]:
    head = [cell.strip().casefold() for cell in first[0]]
    path = next((i for i, cell in enumerate(head) if cell in _PATH_NAMES), -1)
    at = _path_column(first[0], suffixes)
    if at >= 0:
        return _by_position(first[0], at), False
    if path < 0 and len(first) > 1:
        path = _path_column(first[1], suffixes)
    if path < 0:
        raise DatasetError(f"{name} has no column of paths.", _HINT)
    label = _named(head, _LABEL_NAMES, but=path)
    split = _named(head, _SPLIT_NAMES, but=path)
    if label < 0:
        label = next((i for i in range(len(head)) if i not in (path, split)), -1)
    return _Columns(path, label, split), True


def _by_position(row: Sequence[str], path: int) -> _Columns:
    others = [i for i in range(len(row)) if i != path]
    split = next((i for i in others if split_of_word(row[i]) and len(others) > 1), -1)
    label = next((i for i in others if i != split), -1)
    return _Columns(path, label, split)


def _path_column(row: Sequence[str], suffixes: frozenset[str]) -> int:
    endings = (os.path.splitext(cell.strip())[1].lower() for cell in row)  # noqa: PTH122
    return next((i for i, ending in enumerate(endings) if ending in suffixes), -1)


def _named(head: Sequence[str], names: frozenset[str], *, but: int) -> int:
    return next((i for i, cell in enumerate(head) if cell in names and i != but), -1)


def _delimiter(file: TextIO) -> str:
    line = file.readline(1 << 16)
    file.seek(0)
    return max("\t;|,", key=line.count) if any(c in line for c in "\t;|,") else ","


def _encoding(table: Path) -> str:
    with table.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
    try:
        with table.open(encoding="utf-8-sig") as text:
            for _ in iter(lambda: text.read(1 << 20), ""):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
