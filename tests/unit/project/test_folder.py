from __future__ import annotations

import json
import os
import shutil
import sqlite3

import pytest

from deepdesk.core.errors import ProjectError
from deepdesk.core.task import Found
from deepdesk.project.folder import Project
from deepdesk.project.index import DamagedIndexError
from deepdesk.project.owner import Owner
from deepdesk.project.safe_write import read_json, write_json


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "cats", name="Cats", task="image_classification") as project:
        yield project


def test_a_new_project_has_all_its_parts(project, tmp_path):
    assert project.path == tmp_path / "cats.deepdesk"
    assert not project.read_only
    assert project.file.name == "Cats"
    for name in ("project.json", "index.sqlite", "cache", "runs", "exports", "files"):
        assert (project.path / name).exists(), name
    assert project.runs.list() == []
    assert not list(tmp_path.glob("*.tmp-*"))


def test_what_is_saved_is_there_after_opening_again(project):
    project.save(sources=("/a", "/b"), graph={"nodes": []}, task_settings={"side": 32})
    project.close()

    with Project.open(project.path) as again:
        assert again.file == project.file
        assert again.file.sources == ("/a", "/b")


def test_an_existing_folder_is_not_overwritten(project, tmp_path):
    with pytest.raises(ProjectError, match="already there"):
        Project.create(project.path, name="Dogs", task="image_classification")

    assert json.loads((project.path / "project.json").read_text())["name"] == "Cats"


def test_an_illegal_value_is_not_saved(project):
    for changes in ({"name": ""}, {"task": "Os.System"}, {"sources": ("",)}, {"graph": []}):
        with pytest.raises(ProjectError):
            project.save(**changes)

    assert read_json(project.path / "project.json") == project.file.to_json()


GOOD = {"name": "x", "task": "t", "format": 1}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        json.dumps({**GOOD, "format": 2}),
        json.dumps({**GOOD, "format": True}),
        json.dumps({**GOOD, "format": "1"}),
        json.dumps({"name": "x", "task": "t"}),
        json.dumps({"format": 1, "task": "t"}),
        json.dumps({**GOOD, "extra": 1}),
        json.dumps({**GOOD, "name": 3}),
        json.dumps({**GOOD, "name": "a\x00b"}),
        json.dumps({**GOOD, "name": "a" * 1000}),
        json.dumps({**GOOD, "task": "../x"}),
        json.dumps({**GOOD, "sources": "abc"}),
        json.dumps({**GOOD, "sources": [1]}),
        json.dumps({**GOOD, "sources": ["a"] * 20_000}),
        json.dumps({**GOOD, "graph": [1]}),
        json.dumps({**GOOD, "task_settings": None}),
        json.dumps({**GOOD, "dial": ["quick"]}),
        '{"name": "x", "task": "t", "format": 1, "graph": ' + '{"a":' * 5000 + "1" + "}" * 5001,
        '{"name": "x", "name": "y", "task": "t", "format": 1}',
        '{"name": "x", "task": "t", "format": 1e999}',
    ],
    ids=range(22),
)
def test_a_hostile_project_file_is_refused_with_a_remedy_and_left_alone(project, text):
    project.close()
    path = project.path / "project.json"
    path.write_text(text)

    with pytest.raises(ProjectError) as caught:
        Project.open(project.path)

    assert caught.value.hint
    assert path.read_text() == text
    assert not (project.path / "lock.json").exists()


def test_a_project_file_that_is_too_large_is_refused(project):
    (project.path / "project.json").write_text(json.dumps({**GOOD, "dial": "a" * (17 << 20)}))

    with pytest.raises(ProjectError, match="larger"):
        Project.open(project.path)


def test_a_folder_that_is_no_project_is_refused(tmp_path):
    with pytest.raises(ProjectError, match="no project"):
        Project.open(tmp_path)


def lock_of_another(project, **changes):
    project.close()
    owner = {**Owner.me().to_json(), "pid": os.getppid(), "started": "", "user": "ann", **changes}
    write_json(project.path / "lock.json", owner)


def test_a_second_window_reads_only_and_says_who_has_it(project):
    lock_of_another(project)

    with Project.open(project.path) as second:
        assert second.read_only
        assert second.owner.startswith("ann on ")
        with pytest.raises(ProjectError, match="in use by ann"):
            second.save(name="Dogs")
        with second.index() as index:
            assert index.count() == 0
    assert (project.path / "lock.json").exists()


def test_the_lock_of_a_dead_process_does_not_matter(project):
    lock_of_another(project, pid=2**22 + 1)

    with Project.open(project.path) as again:
        assert not again.read_only


def test_the_lock_of_another_machine_holds_until_somebody_takes_over(project):
    lock_of_another(project, pid=2**22 + 1, host="elsewhere")

    with Project.open(project.path) as second:
        assert "elsewhere" in second.owner
    with Project.open(project.path, take_over=True) as third:
        assert not third.read_only
    assert not (project.path / "lock.json").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"pid": "x"}', "[" * 9999])
def test_a_damaged_lock_does_not_matter(project, text):
    project.close()
    (project.path / "lock.json").write_text(text)

    with Project.open(project.path) as again:
        assert not again.read_only


def test_work_of_the_same_process_shares_the_lock(project):
    with Project.open(project.path) as work:
        assert not work.read_only
    assert (project.path / "lock.json").exists()

    project.close()
    project.close()

    assert not (project.path / "lock.json").exists()


def test_opening_for_reading_takes_no_lock(project):
    project.close()

    with Project.open(project.path, read_only=True) as second:
        assert second.read_only
        assert not (project.path / "lock.json").exists()
        with pytest.raises(ProjectError, match="reading only"):
            second.save(name="x")


def test_a_moved_project_finds_its_own_files(project, tmp_path):
    picture = project.files / "a" / "1.png"
    with project.index() as index:
        index.add([Found(path=picture, label="a")], source=str(project.files))
        before = index.fingerprint()
    project.close()
    shutil.move(project.path, tmp_path / "moved.deepdesk")

    with Project.open(tmp_path / "moved.deepdesk") as moved, moved.index() as index:
        assert index.sample(1).path == moved.files / "a" / "1.png"
        assert index.fingerprint() == before


def test_a_damaged_index_is_set_aside_and_a_new_one_begun(project):
    path = project.path / "index.sqlite"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(DamagedIndexError) as caught:
        project.index()
    assert caught.value.hint

    kept = project.rebuild_index()

    assert kept.name.startswith("index.damaged-")
    assert kept.read_bytes() == b"not a database" * 1000
    with project.index() as index:
        assert index.count() == 0


def test_a_project_with_a_damaged_index_opens_so_that_it_can_be_mended(project):
    project.close()
    (project.path / "index.sqlite").write_bytes(b"\0" * 5000)

    with Project.open(project.path) as again:
        assert again.file.name == "Cats"
        assert again.rebuild_index() is not None


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER t AFTER UPDATE ON samples BEGIN DELETE FROM samples; END",
        "CREATE VIEW v AS SELECT * FROM samples",
        "CREATE TABLE extra (x)",
        "DROP TABLE facts",
        "PRAGMA application_id = 1",
    ],
)
def test_an_index_with_a_foreign_schema_is_refused(project, sql):
    connection = sqlite3.connect(project.path / "index.sqlite")
    connection.execute(sql)
    connection.commit()
    connection.close()

    with pytest.raises(DamagedIndexError):
        project.index()


def test_an_index_of_a_newer_program_is_refused_but_not_called_damaged(project):
    connection = sqlite3.connect(project.path / "index.sqlite")
    connection.execute("PRAGMA user_version = 4")
    connection.close()

    with pytest.raises(ProjectError, match="format 4") as caught:
        project.index()
    assert not isinstance(caught.value, DamagedIndexError)


def test_an_index_cut_short_is_refused(project):
    path = project.path / "index.sqlite"
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    whole = path.read_bytes()
    for length in (1, 99, 4096, len(whole) // 2, len(whole) - 4096):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedIndexError):
            project.index()


@pytest.mark.parametrize("empty", [True, False])
def test_an_index_that_is_gone_is_not_taken_for_an_empty_one(project, empty):
    path = project.path / "index.sqlite"
    path.unlink()
    if empty:
        path.touch()

    with pytest.raises(DamagedIndexError, match="missing"):
        project.index()
    project.rebuild_index()
    project.index().close()


def test_a_cache_that_was_deleted_is_made_again(project):
    shutil.rmtree(project.cache)

    assert project.cache.is_dir()
