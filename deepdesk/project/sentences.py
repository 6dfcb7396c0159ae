"""Sentences to read aloud while recording: a list of the project's own, or the bundled one."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from deepdesk.core.errors import DatasetError, DeepDeskError
from deepdesk.core.resources import resource_path
from deepdesk.project.full_disk import storage_error
from deepdesk.project.recordings import FOLDER
from deepdesk.project.safe_write import make_folder, read_json, write_json

MOST_SENTENCES, MOST_CHARACTERS = 10_000, 400
_MOST_BYTES = 8 << 20
_FILE = "sentences.json"
_TABLES = frozenset({".csv", ".tsv"})
_COLUMNS = frozenset({"sentence", "text", "transcript", "transcription", "prompt"})


def bundled_sentences() -> list[str]:
    """Return the sentences that come with the program."""
    path = resource_path("samples") / "sentences.txt"
    return sentences_of(path.read_text(encoding="utf-8"))


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text, one a line, each once; cut where they are too long."""
    lines = (" ".join(line.split())[:MOST_CHARACTERS] for line in text.splitlines())
    shown = ("".join(c for c in line if c.isprintable()) for line in lines)
    return list(dict.fromkeys(line for line in shown if line))[:MOST_SENTENCES]


def sentences_in(path: Path) -> list[str]:
    """Return the sentences of a text file, one a line, or of a table's column of sentences.

    Raises:
        DatasetError: There are none.
        StorageError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise storage_error(error, path) from error
    text = data[:_MOST_BYTES].decode("utf-8-sig", errors="replace")
    if path.suffix.lower() in _TABLES:
        text = "\n".join(_column(text))
    found = [] if "\0" in text else sentences_of(text)
    if not found:
        raise DatasetError(
            f"{path.name} has no sentences.",
            "Choose a text with one sentence a line, or a table with a column named sentence.",
        )
    return found


def load(project: Path) -> list[str]:
    """Return the sentences of a project, the bundled ones where it has no list of its own."""
    try:
        values: Any = read_json(project / FOLDER / _FILE, limit_bytes=_MOST_BYTES)
    except DeepDeskError:
        return bundled_sentences()
    kept = values.get("sentences") if isinstance(values, dict) else None
    texts = [text for text in kept if isinstance(text, str)] if isinstance(kept, list) else []
    return sentences_of("\n".join(texts)) or bundled_sentences()


def save(project: Path, sentences: list[str]) -> None:
    """Keep the list of a project; an empty one stands for the bundled one.

    Raises:
        StorageError: It cannot be written.
    """
    folder = project / FOLDER
    try:
        make_folder(folder)
    except OSError as error:
        raise storage_error(error, folder) from error
    write_json(folder / _FILE, {"sentences": sentences})


def _column(text: str) -> list[str]:
    """Return the column of sentences of a table: by its name, else the one with most letters."""
    tables = [_rows(text.replace("\0", ""), delimiter) for delimiter in "\t;|,"]
    # The delimiter that gives all rows the same number of columns, and more than one.
    rows = next((rows for rows in tables if _is_even(rows)), tables[-1])
    head = [name.strip().casefold() for name in rows[0]] if rows else []
    named = next((at for at, name in enumerate(head) if name in _COLUMNS), None)
    if named is not None:
        return [row[named] for row in rows[1:] if len(row) > named]
    width = max((len(row) for row in rows), default=0)
    sizes = [sum(len(row[at]) for row in rows[:200] if len(row) > at) for at in range(width)]
    widest = sizes.index(max(sizes)) if sizes else 0
    return [row[widest] for row in rows if len(row) > widest]


def _is_even(rows: list[list[str]]) -> bool:
    widths = {len(row) for row in rows}
    return len(widths) == 1 and widths != {1}


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """Return the rows of a table that have something in them, none if it is no such table."""
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error:
        return []
