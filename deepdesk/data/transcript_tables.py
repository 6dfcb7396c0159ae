"""Tables of sounds and what is said in them: comma, semicolon, tab or bar between the columns.

With a header the columns are found by their names, without one by their contents. Between bars
and tabs nothing is quoted, as in LJSpeech (`id|text|text in words`) and Common Voice; a name
without its ending, or one whose file lies in `wavs` or `clips`, is found all the same.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from deepdesk.core.errors import DatasetError
from deepdesk.core.task import Found
from deepdesk.data.csv_source import (
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
from deepdesk.data.transcript_text import MAX_TEXT, transcript

_SOUND_NAMES = PATH_NAMES | {"id", "audio_file", "wav_filename", "wav_path", "clip_path", "utt_id"}
# The first that is there: some tables have the text as it was written and as it was read.
_TEXT_NAMES = (
    *("normalized_transcription", "normalised_transcription", "normalized_text"),
    *("normalised_text", "transcript", "transcription", "sentence", "text", "utterance"),
    *("transcripts", "words", "caption", "label", "target"),
)
_FOLDERS = ("", "wavs", "clips", "wav", "audio", "sounds")
_UNQUOTED = "\t|"
_LOOKED_AT = 20
HINT = "A table needs a column of sounds and one of what is said, for instance: path,transcript."


class NoTranscriptsError(DatasetError):
    """A table is whole, and about something else."""


@dataclass(frozen=True)
class _Columns:
    """Where things stand in a row; -1 for nowhere. `other_text` counts where `text` is empty."""

    path: int
    text: int
    split: int = -1
    origin: int = -1
    other_text: int = -1


class _Unquoted(csv.excel):
    """Quotation marks are part of the sentence."""

    quoting = csv.QUOTE_NONE


def rows_of_transcripts(table: Path, suffixes: frozenset[str]) -> Iterator[Found]:
    """Yield a sample for each row of a table; `Found.target` is what is said, or None.

    Rows without a sound are offered as a file that is not there, so that they are listed.

    Args:
        table: The file; one that is named as a split, such as `test.tsv`, is that split.
        suffixes: Of sounds.

    Raises:
        DatasetError: It is no such table; the message names the line.
    """
    split = split_of_word(table.stem)
    try:
        with table.open(encoding=encoding_of(table), errors="replace", newline="") as file:
            for found in _rows(table, file, suffixes):
                yield replace(found, split=split) if split and found.split is None else found
    except OSError as error:
        raise DatasetError(f"{table.name} cannot be read: {error.strerror}.") from error
    except UnicodeError as error:
        raise DatasetError(f"{table.name} is not a text file.", HINT) from error


def check_columns(table: Path, suffixes: frozenset[str]) -> None:
    """Raise `DatasetError` when a table has no columns of sounds and of what is said."""
    next(rows_of_transcripts(table, suffixes), None)


def _rows(table: Path, file: TextIO, suffixes: frozenset[str]) -> Iterator[Found]:
    delimiter = delimiter_of(file)
    dialect = _Unquoted if delimiter in _UNQUOTED else csv.excel
    reader = csv.reader(lines_of(file, table.name), dialect, delimiter=delimiter)
    lines = _not_empty(reader)
    try:
        first = list(itertools.islice(lines, _LOOKED_AT))
        if not first:
            return
        columns, has_header = _columns(table, [row for _, row in first], delimiter, suffixes)
        places = Places(table.parent, suffixes, _FOLDERS)
        for number, row in itertools.chain(first[has_header:], lines):
            yield _found(table, number, row, columns, places)
    except csv.Error as error:
        raise endless_cell(table.name, reader.line_num) from error


def _not_empty(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of rows that are not empty."""
    for row in reader:
        line = reader.line_num  # type: ignore[attr-defined]
        if any(text.strip() for text in row):
            yield line, row


def _found(table: Path, line: int, row: Sequence[str], columns: _Columns, places: Places) -> Found:
    written = _unquoted(cell(row, columns.path))
    check_quotes(cell(row, columns.text), places.suffixes, table.name, line)
    said = transcript(_unquoted(cell(row, columns.text)))
    if said is None:
        said = transcript(cell(row, columns.other_text))
    if said and len(said) > MAX_TEXT:
        raise DatasetError(
            f"{table.name} has a transcript of {len(said):,} characters at line {line}.",
            "Is a quotation mark missing?",
        )
    return Found(
        path=places.of(written) if written else table.parent / f"{table.name} line {line}",
        target=said,
        split=split_of_word(cell(row, columns.split)),
        origin=origin_of(cell(row, columns.origin)),
    )


def _unquoted(text: str) -> str:
    """Return a cell without quotation marks around it, where they are no part of the sentence."""
    inner = text[1:-1]
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return text


def _columns(
    table: Path, rows: list[list[str]], delimiter: str, suffixes: frozenset[str]
) -> tuple[_Columns, bool]:
    head = [_unquoted(text.strip()).casefold() for text in rows[0]]
    by_name = _by_name(head, rows[1:], suffixes)
    if by_name is not None and path_column(rows[0], suffixes) < 0:
        return by_name, True
    path = path_column([_unquoted(text.strip()) for text in rows[0]], suffixes)
    if path < 0 and delimiter == "|":
        path = 0
    if path < 0:
        raise NoTranscriptsError(f"{table.name} has no column of sounds.", HINT)
    others = [i for i in range(len(rows[0])) if i != path]
    if not others:
        raise NoTranscriptsError(f"{table.name} says of no sound what is said in it.", HINT)
    return _by_contents(rows, path, others, delimiter), False


def _by_name(
    head: Sequence[str], rows: list[list[str]], suffixes: frozenset[str]
) -> _Columns | None:
    path = named_column(head, _SOUND_NAMES)
    if path < 0 and rows:
        path = path_column(rows[0], suffixes)
    texts = [head.index(name) for name in _TEXT_NAMES if name in head]
    texts = [i for i in texts if i != path]
    if path < 0 or not texts:
        return None
    origin = named_column(head, ORIGIN_NAMES, but=path)
    return _Columns(path, texts[0], named_column(head, SPLIT_NAMES, but=path), origin)


def _by_contents(rows: list[list[str]], path: int, others: list[int], delimiter: str) -> _Columns:
    if delimiter == "|":
        # `id|text|text in words`, or `path|speaker|text`: the last one is what was read aloud.
        spoken = any(" " in cell(row, others[-2]) for row in rows) if len(others) > 1 else False
        return _Columns(path, others[-1], other_text=others[-2] if spoken else -1)
    split = next((i for i in others if all(split_of_word(cell(row, i)) for row in rows)), -1)
    texts = [i for i in others if i != split or len(others) == 1]
    longest = max(texts, key=lambda i: sum(len(cell(row, i)) for row in rows))
    return _Columns(path, longest, split if split != longest else -1)
