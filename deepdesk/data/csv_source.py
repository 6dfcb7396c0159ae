"""Tables of path, label, split and origin: comma, semicolon or tab between the columns.

With a header the columns are found by their names, without one by their
contents; paths are relative to the table. Files that are not there are offered
all the same: reading them later lists them as missing.
"""

from __future__ import annotations

import csv
import itertools
import os
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from deepdesk.core.errors import DatasetError
from deepdesk.core.task import Found
from deepdesk.data.plain_files import check_plain
from deepdesk.data.split_names import split_of_word

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
MAX_LABEL_LENGTH = 200
PATH_NAMES = frozenset(
    {
        *("path", "file", "filename", "file_name", "filepath", "file_path"),
        *("image", "image_path", "picture", "photo", "sample"),
        *("sound", "audio", "audio_path", "recording", "clip", "wav"),
    }
)
_LABEL_NAMES = frozenset(
    {"label", "class", "target", "category", "class_name", "label_name", "species", "name"}
)
SPLIT_NAMES = frozenset(["split", "set", "subset", "partition", "fold", "usage"])
ORIGIN_NAMES = frozenset(
    {
        *("speaker", "speaker_id", "speaker_name", "client", "client_id", "voice", "reader"),
        *("person", "person_id", "subject", "subject_id", "patient", "patient_id", "origin"),
    }
)
MAX_LINE = 1 << 20  # letters; what is longer is no table
_HINT = "A table needs a column of paths and one of labels, for instance: path,label,split."


@dataclass(frozen=True)
class _Columns:
    """Where things stand in a row; -1 for nowhere."""

    path: int
    label: int = -1
    split: int = -1
    origin: int = -1


def rows_of_table(table: Path, suffixes: frozenset[str]) -> Iterator[Found]:
    """Yield a sample for each row of a table.

    Args:
        table: The file.
        suffixes: Of samples, by which the column of paths is known when there is no header.

    Raises:
        DatasetError: It is no such table; the message names the line.
    """
    try:
        with table.open(encoding=encoding_of(table), errors="replace", newline="") as file:
            yield from _rows(table, file, suffixes)
    except OSError as error:
        raise DatasetError(f"{table.name} cannot be read: {error.strerror}.") from error
    except UnicodeError as error:
        raise DatasetError(f"{table.name} is not a text file.", _HINT) from error


def _rows(table: Path, file: TextIO, suffixes: frozenset[str]) -> Iterator[Found]:
    delimiter = delimiter_of(file)
    reader = csv.reader(lines_of(file, table.name), delimiter=delimiter)
    try:
        first = [row for row in itertools.islice(reader, 2) if any(row)]
        if not first:
            return
        columns, has_header = _columns(first, suffixes, table.name)
        for row in itertools.chain(first[has_header:], reader):
            if len(row) > columns.path and row[columns.path].strip():
                check_quotes(cell(row, columns.label), suffixes, table.name, reader.line_num)
                yield _found(table, row, columns)
    except csv.Error as error:
        raise endless_cell(table.name, reader.line_num) from error


def _found(table: Path, row: Sequence[str], columns: _Columns) -> Found:
    written = row[columns.path].strip()
    if os.sep == "/":
        written = written.replace("\\", "/")
    label = unicodedata.normalize("NFC", cell(row, columns.label))[:MAX_LABEL_LENGTH]
    return Found(
        path=Path(os.path.abspath(table.parent / written)),  # noqa: PTH100 - no links followed
        label=label or None,
        split=split_of_word(cell(row, columns.split)),
        origin=origin_of(cell(row, columns.origin)),
    )


def origin_of(text: str) -> str | None:
    """Return a cell as the name of a speaker, a patient or the like, None when it is empty."""
    return unicodedata.normalize("NFC", text)[:MAX_LABEL_LENGTH] or None


def cell(row: Sequence[str], column: int) -> str:
    """Return a cell without space around it, "" where the row has no such column."""
    return row[column].strip() if 0 <= column < len(row) else ""


def _columns(first: list[list[str]], suffixes: frozenset[str], name: str) -> tuple[_Columns, bool]:
    head = [cell.strip().casefold() for cell in first[0]]
    path = next((i for i, cell in enumerate(head) if cell in PATH_NAMES), -1)
    at = path_column(first[0], suffixes)
    if at >= 0:
        return _by_position(first[0], at), False
    if path < 0 and len(first) > 1:
        path = path_column(first[1], suffixes)
    if path < 0:
        raise DatasetError(f"{name} has no column of paths.", _HINT)
    label = named_column(head, _LABEL_NAMES, but=path)
    split = named_column(head, SPLIT_NAMES, but=path)
    if label < 0:
        # Without a column that is named as the class, a person may well be what is asked for.
        label = next((i for i in range(len(head)) if i not in (path, split)), -1)
        return _Columns(path, label, split), True
    return _Columns(path, label, split, named_column(head, ORIGIN_NAMES, but=path)), True


def _by_position(row: Sequence[str], path: int) -> _Columns:
    others = [i for i in range(len(row)) if i != path]
    split = next((i for i in others if split_of_word(row[i]) and len(others) > 1), -1)
    label = next((i for i in others if i != split), -1)
    return _Columns(path, label, split)


def path_column(row: Sequence[str], suffixes: frozenset[str]) -> int:
    """Return the first column that ends like a sample, -1 for none."""
    endings = (os.path.splitext(cell.strip())[1].lower() for cell in row)  # noqa: PTH122
    return next((i for i, ending in enumerate(endings) if ending in suffixes), -1)


def named_column(head: Sequence[str], names: Collection[str], *, but: int = -1) -> int:
    """Return the first column that has one of these names, -1 for none."""
    return next((i for i, cell in enumerate(head) if cell in names and i != but), -1)


def delimiter_of(file: TextIO) -> str:
    """Return what stands between the columns of the first line; the file is wound back."""
    line = file.readline(1 << 16)
    file.seek(0)
    return max("\t;|,", key=line.count) if any(c in line for c in "\t;|,") else ","


def lines_of(file: TextIO, name: str) -> Iterator[str]:
    """Yield the lines of a table, each of bounded length.

    Raises:
        DatasetError: A line has no end, or holds what no text does.
    """
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if "\0" in line:
            raise DatasetError(
                f"{name} holds a zero byte at line {number}, as no text does.",
                "Save the table again as UTF-8.",
            )
        if len(line) > MAX_LINE:
            raise DatasetError(
                f"{name} has more than {MAX_LINE:,} letters at line {number}.",
                "Save the table again with one row a line.",
            )
        yield line


def endless_cell(name: str, line: int) -> DatasetError:
    """Return the error of a table with a cell that is longer than any text."""
    return DatasetError(
        f"{name} cannot be read at line {line}: a cell of it has no end.",
        "Is a quotation mark missing?",
    )


def check_quotes(text: str, suffixes: Collection[str], name: str, line: int) -> None:
    """Check that a cell is no heap of rows, as when its closing quotation mark is missing.

    Raises:
        DatasetError: It runs over several lines and names samples.
    """
    if "\n" not in text and "\r" not in text:
        return
    rest = "".join(text.splitlines()[1:]).lower()
    if any(suffix in rest for suffix in suffixes):
        raise DatasetError(
            f"{name} has a cell that runs over several rows and ends at line {line}.",
            "Is a quotation mark missing?",
        )


def encoding_of(table: Path) -> str:
    """Return the encoding of a text file, found by reading it: UTF-8, UTF-16 or Windows-1252.

    Raises:
        OSError: It cannot be read.
    """
    check_plain(table)
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
