"""Drawings in index files of earlier versions, and what is stored of them twice."""

import itertools
import sqlite3

import pytest

from deepdesk.project.index import SampleIndex, schema
from deepdesk.project.index.stored_targets import stored
from tests.unit.project.drawn import DRAWN, counts, offers, target, targets_of
from tests.unit.project.samples import ids_of


@pytest.fixture
def index(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(offers(tmp_path), source=str(tmp_path))
        yield index


def _made_older(path):
    """Turn an index into one of the format before drawings were known."""
    connection = sqlite3.connect(path)
    for statement in reversed(schema.DRAWINGS):
        kind, name = statement.split()[1:3]
        connection.execute(f"DROP {kind} {name}")
    for number, given in enumerate(DRAWN.values(), 1):
        if given is not None:
            values = (stored(given), number)
            connection.execute("UPDATE targets SET json = ? WHERE id = ?", values)
    connection.execute("PRAGMA user_version = 2")
    connection.commit()
    connection.close()


@pytest.fixture
def older(tmp_path):
    path = tmp_path / "index.sqlite"
    with SampleIndex(path) as index:
        index.add(offers(tmp_path), source=str(tmp_path))
    _made_older(path)
    return path


def test_an_older_index_gets_the_tables_when_it_is_opened(older):
    with SampleIndex(older) as index:
        index.check()
        assert counts(index) == {"car": (2, 2), "dog": (2, 2), "road": (1, 0)}
        index.rename_class(ids_of(index)["car"], "vehicle")
        assert targets_of(index)["b.png"] == target("dog")
        assert targets_of(index)["a.png"] == target("vehicle", "vehicle", "dog")
        assert index._db.value("PRAGMA user_version") == schema.FORMAT


def test_an_older_index_that_may_not_be_changed_is_read_as_it_is(older):
    held = older.read_bytes()
    with SampleIndex(older, read_only=True) as index:
        assert counts(index) == {"car": (2, 2), "dog": (2, 2), "road": (1, 0)}
        assert targets_of(index) == DRAWN
    assert older.read_bytes() == held


def test_each_table_of_drawings_is_stored_twice(index, tmp_path):
    """A value that is changed behind SQLite's back is no longer that of the index beside it."""
    columns = {
        "drawings": ("width", "height", "shapes", "smallest", "outside"),
        "drawn": ("class_id", "id", "shapes"),
        "merged": ("into_id",),
    }
    connection = sqlite3.connect(tmp_path / "index.sqlite")
    for table, column in ((t, c) for t, cs in columns.items() for c in cs):
        covered = set(itertools.chain.from_iterable(_columns(connection, table)))
        assert column in covered
    connection.close()


def _columns(connection, table):
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql <> ''",
        (table,),
    ).fetchall():
        # Tables without a row id have their key behind the columns of each index.
        rows = connection.execute(f"PRAGMA index_xinfo({name})").fetchall()
        yield [row[2] for row in rows if row[2] is not None]
