"""A small index to try things on, and a dump of all its tables."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from deepdesk.core.task import Found
from deepdesk.project.index import SampleIndex

LABELS = ("ant", "bee", "cat")


def found(root: Path, count: int, *, split: str | None = None, prefix: str = "img") -> list[Found]:
    """Return `count` files in one folder per class; they need not exist."""
    return [
        Found(
            path=root / LABELS[i % 3] / f"{prefix}_{i}.png",
            label=LABELS[i % 3],
            split=split,
        )
        for i in range(count)
    ]


def filled(folder: Path, count: int = 12) -> SampleIndex:
    """Return a new index with `count` samples of three classes."""
    index = SampleIndex(folder / "index.sqlite")
    index.add(found(folder / "source", count), source=str(folder / "source"))
    return index


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all that people can change, by a connection of its own."""
    connection = sqlite3.connect(path)
    try:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("classes", "samples", "facts", "targets", "twins", "sample_origins")
        }
    finally:
        connection.close()


def ids_of(index: SampleIndex) -> dict[str, int]:
    """Return the classes by name."""
    return {row.name: row.id for row in index.classes()}
