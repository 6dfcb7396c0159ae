"""Class names that are mapped to others while data comes in, from the terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from deepdesk.core.errors import ConfigError
from deepdesk.project.index.classes import legal_name

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.data.mapped_reader import MappedReader


def add_map(verb: argparse.ArgumentParser) -> None:
    """Add the option that gives classes other names."""
    verb.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="a class of the files by another name; OLD= leaves it out; may be repeated",
    )


def names_from(given: Iterable[str]) -> dict[str, str | None]:
    """Return old names to new ones from texts like "0=car" or "dog=" (left out).

    Raises:
        ConfigError: One of them has no "=", or no name before it.
    """
    found: dict[str, str | None] = {}
    for text in given:
        old, equals, new = text.partition("=")
        if not equals or not old.strip():
            raise ConfigError(
                "map",
                f'"{text}" says nothing about a class.',
                "Write old=new, or old= to leave the class out.",
            )
        found[old.strip()] = legal_name(new) if new.strip() else None
    return found


def mapped_reader(spec: TaskSpec, given: Sequence[str]) -> MappedReader:
    """Return the reader of a task with the names that were given.

    Raises:
        ConfigError: As `names_from`.
    """
    from deepdesk.data.mapped_reader import MappedReader

    return MappedReader(spec.reader(), names_from(given))


def warn_of_unmet(reader: MappedReader, given: Sequence[str]) -> None:
    """Say on standard error which names were given that no file has."""
    unmet = [name for name in names_from(given) if name not in reader.met]
    if unmet:
        names = ", ".join(f'"{name}"' for name in unmet)
        print(f"No class of the files is called {names}.", file=sys.stderr, flush=True)
