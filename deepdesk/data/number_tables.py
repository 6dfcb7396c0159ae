"""Tables of files and numbers: comma, semicolon or tab between the columns.

Every column in which numbers stand is kept, under the name in its header; what stands there
in brackets is its unit: `speed [km/h]`. With semicolons between, a comma is a decimal point.
"""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepdesk.core.errors import DatasetError
from deepdesk.core.task import Found
from deepdesk.data.csv_source import (
    MAX_LABEL_LENGTH,
    ORIGIN_NAMES,
    PATH_NAMES,
    SPLIT_NAMES,
    cell,
    check_quotes,
    delimiter_of,
    encoding_of,
    endless_cell,
    lines_of,
    named_column,
    origin_of,
    path_column,
)
from deepdesk.data.split_names import split_of_word
from deepdesk.data.table_places import Places

HINT = "A table needs a column of files and one of numbers, for instance: path,speed [km/h]."
MOST_NUMBERS = 64
_FILE_NAMES = PATH_NAMES | {"frame", "center", "centre", "img", "image_name", "id"}
_SOURCE_NAMES = ORIGIN_NAMES | {"source", "film", "video", "drive", "session", "camera"}
_FOLDERS = ("", "images", "frames", "img", "imgs", "pictures", "photos", "data")
_LOOKED_AT = 200
_UNIT = re.compile(r"(?P<name>.*\S)\s*[\[(](?P<unit>[^\])]{1,20})[\])]\s*")
_LARGEST = 1e30  # squares of it are still finite


class NoNumbersError(DatasetError):
    """A table is whole, and about something else."""


@dataclass(frozen=True)
class _Columns:
    """Where things stand in a row, -1 for nowhere; `numbers` is column to name with unit."""

    path: int
    numbers: Mapping[int, str]
    split: int = -1
    origin: int = -1


def rows_of_numbers(table: Path, suffixes: frozenset[str]) -> Iterator[Found]:
    """Yield a sample for each row; `Found.target` is its numbers by name, None without any.

    Args:
        table: The file.
        suffixes: Of samples, lower case with the dot.

    Raises:
        NoNumbersError: It has no column of files, or none of numbers.
        DatasetError: It cannot be read; the message names the line.
    """
    try:
        with table.open(encoding=encoding_of(table), errors="replace", newline="") as file:
            delimiter = delimiter_of(file)
            reader = csv.reader(lines_of(file, table.name), delimiter=delimiter)
            try:
                yield from _rows(table, reader, suffixes, has_comma=delimiter == ";")
            except csv.Error as error:
                raise endless_cell(table.name, reader.line_num) from error
    except OSError as error:
        raise DatasetError(f"{table.name} cannot be read: {error.strerror}.") from error
    except UnicodeError as error:
        raise DatasetError(f"{table.name} is not a text file.", HINT) from error


def name_and_unit(header: str) -> tuple[str, str]:
    """Return what a column is called and its unit, "" for none: `speed [km/h]`."""
    match = _UNIT.fullmatch(header.strip())
    return (match["name"], match["unit"].strip()) if match else (header.strip(), "")


def number_of(text: str, *, has_comma: bool = False) -> float | None:
    """Return what is written as a finite number, None where it is none."""
    try:
        value = float(text.replace(",", ".") if has_comma else text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= _LARGEST and "_" not in text else None


def _rows(
    table: Path, reader: Iterator[list[str]], suffixes: frozenset[str], *, has_comma: bool
) -> Iterator[Found]:
    lines = (row for row in reader if any(text.strip() for text in row))
    first = list(itertools.islice(lines, _LOOKED_AT))
    if not first:
        return
    has_header = path_column(first[0], suffixes) < 0
    columns = _columns(table, first, suffixes, has_header=has_header, has_comma=has_comma)
    places = Places(table.parent, suffixes, _FOLDERS)
    for row in itertools.chain(first[has_header:], lines):
        written = cell(row, columns.path)
        line: int = reader.line_num  # type: ignore[attr-defined]
        check_quotes(written, suffixes, table.name, line)
        yield Found(
            path=places.of(written) if written else table.parent / f"{table.name} line {line}",
            target=_numbers(row, columns, table.name, line, has_comma=has_comma),
            split=split_of_word(cell(row, columns.split)),
            origin=origin_of(cell(row, columns.origin)),
        )


def _numbers(
    row: Sequence[str], columns: _Columns, name: str, line: int, *, has_comma: bool
) -> dict[str, float] | None:
    found: dict[str, float] = {}
    for column, header in columns.numbers.items():
        text = cell(row, column)
        if not text:
            continue
        value = number_of(text, has_comma=has_comma)
        if value is None:
            raise DatasetError(
                f'{name} has "{text[:40]}" near line {line}, where numbers stand in "{header}".',
                "Write a number, or leave the cell empty.",
            )
        found[header] = value
    return found or None


def _columns(
    table: Path,
    rows: list[list[str]],
    suffixes: frozenset[str],
    *,
    has_header: bool,
    has_comma: bool,
) -> _Columns:
    head = [text.strip() for text in rows[0]] if has_header else []
    folded = [text.casefold() for text in head]
    below = rows[has_header:]
    path = path_column(below[0], suffixes) if below else -1
    path = path if path >= 0 else named_column(folded, _FILE_NAMES)
    if path < 0:
        raise NoNumbersError(f"{table.name} has no column of files.", HINT)
    split = named_column(folded, SPLIT_NAMES, but=path)
    origin = named_column(folded, _SOURCE_NAMES, but=path)
    numbers: dict[int, str] = {}
    for column in range(max(map(len, rows))):
        texts = [text for row in below if (text := cell(row, column))]
        known = sum(number_of(text, has_comma=has_comma) is not None for text in texts)
        # One slip of the pen in a column of numbers is told with its line, not taken for words.
        are_numbers = texts and 2 * known >= len(texts)
        if column not in (path, split, origin) and are_numbers:
            name = cell(head, column)[:MAX_LABEL_LENGTH] or f"number {len(numbers) + 1}"
            numbers[column] = name if name not in numbers.values() else f"{name} {column + 1}"
    if not numbers:
        raise NoNumbersError(f"{table.name} has no column of numbers.", HINT)
    kept = dict(list(numbers.items())[:MOST_NUMBERS])
    return _Columns(path, kept, split, origin)
