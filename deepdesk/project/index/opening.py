"""Making the tables of a new index, and looking at a given one with suspicion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from deepdesk.core.errors import ProjectError
from deepdesk.project.index import schema
from deepdesk.project.index.sqlite_errors import DamagedIndexError
from deepdesk.project.index.stored_drawings import note_all

if TYPE_CHECKING:
    from deepdesk.project.index.database import Database

# quick_check reads the whole file; up to this size that takes about 10 ms.
_CHECKED_BYTES = 4 << 20

_WRONG_CLASSES = (
    "SELECT EXISTS (SELECT 1 FROM classes"
    " WHERE typeof(name) <> 'text' OR typeof(position) <> 'integer')"
)


def prepare(db: Database, *, read_only: bool) -> None:
    """Set a connection up, make the tables of an empty file, and check those of any other.

    Raises:
        DamagedIndexError: The file is not an index of ours, or is damaged.
        ProjectError: It was made by a newer DeepDesk.
    """
    db.run("PRAGMA trusted_schema = OFF")
    db.run("PRAGMA cell_size_check = ON")
    # In memory, so that a full disk does not keep anybody from reading.
    db.run("PRAGMA temp_store = MEMORY")
    db.run("PRAGMA cache_size = -32000")
    if not read_only:
        _create_if_empty(db)
    _check_schema(db)
    if not read_only:
        db.run("PRAGMA journal_mode = WAL")
        db.run("PRAGMA synchronous = FULL")
        db.run("PRAGMA fullfsync = ON")
        db.run("PRAGMA wal_autocheckpoint = 4000")
        _add_later(db)
    if db.path.stat().st_size <= _CHECKED_BYTES and db.value("PRAGMA quick_check(1)") != "ok":
        raise DamagedIndexError("The list of samples is damaged.")
    # SQLite lets any column hold anything; names and numbers are taken on trust from here on.
    if db.value(_WRONG_CLASSES):
        raise DamagedIndexError("The list of classes is damaged.")
    db.run("CREATE TEMP TABLE picked (id INTEGER PRIMARY KEY)")
    if not set(schema.ORIGINS) <= _statements(db):
        # A file of an earlier version that may not be changed: nothing is known, which is no error.
        _stand_in(db, schema.ORIGINS[:2])
    if not set(schema.DRAWINGS) <= _statements(db):
        _stand_in(db, schema.DRAWINGS[:3])
        note_all(db, rewrites=False)


def _stand_in(db: Database, tables: Iterable[str]) -> None:
    for statement in tables:
        db.run(statement.replace("CREATE TABLE", "CREATE TEMP TABLE"))


def _create_if_empty(db: Database) -> None:
    if _statements(db):
        return
    with db.writing():
        # Another connection may have been faster.
        if _statements(db):
            return
        db.run(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        db.run(f"PRAGMA user_version = {schema.FORMAT}")
        for statement in (*schema.STATEMENTS, *_later()):
            db.run(statement)
        db.run_many(
            "INSERT INTO counters VALUES (?, ?)",
            ((name, int(name.startswith("next_"))) for name in schema.COUNTERS),
        )


def _add_later(db: Database) -> None:
    """Give an index of an earlier version what came later."""
    later = _later()
    if set(later) <= _statements(db):
        return
    with db.writing():
        there = _statements(db)
        for statement in later:
            if statement not in there:
                db.run(statement)
        if not set(schema.DRAWINGS) <= there:
            note_all(db, rewrites=True)
        # So that an earlier program says that it is too old, not that the file is damaged.
        db.run(f"PRAGMA user_version = {schema.FORMAT}")


def _later() -> tuple[str, ...]:
    return (*schema.ORIGINS, *schema.DRAWINGS, *schema.CHECKING)


def check(db: Database) -> None:
    """Read everything and compare it with what is stored twice; 10^6 samples take about a second.

    Raises:
        DamagedIndexError: A bit is not as it was written.
    """
    if db.value("PRAGMA integrity_check(1)") != "ok":
        raise DamagedIndexError("The list of samples is damaged.")


def _statements(db: Database) -> set[str]:
    return {str(row[0]) for row in db.rows("SELECT sql FROM sqlite_master WHERE sql <> ''")}


def _check_schema(db: Database) -> None:
    if db.value("PRAGMA application_id") != schema.APPLICATION_ID:
        raise DamagedIndexError("index.sqlite is not a list of samples.")
    version = int(db.value("PRAGMA user_version"))
    if version > schema.FORMAT:
        raise ProjectError(
            f"The list of samples has format {version}; this DeepDesk knows {schema.FORMAT}.",
            "Update DeepDesk to open it.",
        )
    if not schema.is_ours(_statements(db)):
        raise DamagedIndexError("The list of samples has foreign tables in it.")
