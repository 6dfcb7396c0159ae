"""The two environments and the folder that they lie in, also where somebody meddled with it."""

from __future__ import annotations

import json
import os
import sys

import pytest

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.launcher import environments
from deepdesk.launcher.environments import (
    READY,
    claim,
    current,
    flip,
    forget,
    idle,
    is_up_to_date,
    previous,
    program_command,
    ready,
    release,
    remove_discarded,
    remove_tree,
    roll_back,
)
from deepdesk.launcher.places import python_of
from deepdesk.launcher.removing import remove_runtime
from tests.unit.launcher.laid_down import lay_down, make_ready, raising

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs links and permissions")


@pytest.fixture
def here(tmp_path, monkeypatch):
    return lay_down(tmp_path, monkeypatch).places


def test_before_a_set_up_nothing_is_in_use(here):
    assert current(here) is None
    assert previous(here) is None
    assert not is_up_to_date(here)
    assert idle(here) == "a"


def test_what_was_written_of_an_environment_is_read_again(here):
    made = make_ready(here, "a")

    assert current(here) == made
    assert ready(here, "a") == made


def test_the_one_that_is_not_in_use_is_idle(here):
    make_ready(here, "b")

    assert idle(here) == "a"


def test_another_release_makes_it_out_of_date(here):
    make_ready(here, "a", "0.9")

    assert not is_up_to_date(here)


def test_without_a_payload_what_is_there_is_up_to_date(here):
    make_ready(here, "a", "0.9")
    here.release.unlink()

    assert is_up_to_date(here)


def test_going_back_takes_the_one_before_and_stays_there(here):
    make_ready(here, "a", "0.9")
    make_ready(here, "b", "1.0")

    assert roll_back(here).version == "0.9"
    assert current(here).version == "0.9"
    assert is_up_to_date(here), "or the next start would go forward again"


def test_after_going_back_the_next_release_is_an_update_again(here):
    make_ready(here, "a", "0.9")
    make_ready(here, "b", "1.0")
    roll_back(here)

    text = json.dumps({"version": "1.1", "fingerprint": "print-1.1"})
    here.release.write_text(text)

    assert not is_up_to_date(here)


def test_taking_another_into_use_ends_the_going_back(here):
    make_ready(here, "a", "0.9")
    make_ready(here, "b", "1.0")
    roll_back(here)

    flip(here, "b")

    assert sorted(path.name for path in here.runtime.glob("kept*")) == []


def test_there_is_no_way_back_without_an_earlier_one(here):
    make_ready(here, "a")

    with pytest.raises(DeepDeskError, match="no earlier version"):
        roll_back(here)


def test_one_that_no_longer_counts_is_no_way_back(here):
    make_ready(here, "a", "0.9")
    make_ready(here, "b", "1.0")

    forget(here, "a")

    assert previous(here) is None
    assert python_of(here.env("a")).exists()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"name": "a"}', '{"name": 3, "fingerprint": []}', "[" * 5000, "\udcff"],
)
def test_a_damaged_note_is_no_environment(here, text):
    make_ready(here, "a")
    (here.env("a") / READY).write_text(text, errors="surrogateescape")

    assert current(here) is None


def test_the_note_of_another_environment_is_none(here):
    make_ready(here, "a")
    python_of(here.env("b")).parent.mkdir(parents=True)
    os.link(python_of(here.env("a")), python_of(here.env("b")))
    os.link(here.env("a") / READY, here.env("b") / READY)

    assert ready(here, "b") is None


def test_a_python_that_the_system_took_away_makes_it_unusable(here):
    make_ready(here, "a")
    python = python_of(here.env("a"))
    python.unlink()
    python.symlink_to("/usr/bin/python0.9")

    assert current(here) is None
    with pytest.raises(DeepDeskError, match="not set up"):
        program_command(here, [])


def test_a_fetched_python_that_was_deleted_makes_it_unusable(here):
    make_ready(here, "a")
    (here.env("a") / "pyvenv.cfg").write_text(f"home = {here.python / 'gone'}\n")
    assert current(here) is None

    (here.python / "gone").mkdir(parents=True)
    assert current(here).name == "a"


def test_what_is_not_whole_cannot_be_taken_into_use(here):
    make_ready(here, "a")

    with pytest.raises(DeepDeskError, match="not whole"):
        flip(here, "b")
    assert current(here).name == "a"


@pytest.mark.parametrize("name", ["c", "../../x", "a\nb", ""])
def test_a_name_that_is_none_of_the_two_names_nothing(here, name):
    make_ready(here, "a")
    here.current.write_text(name)

    assert current(here) is None


def test_the_program_is_started_by_its_environments_python(here):
    make_ready(here, "a")

    command = program_command(here, ["train", "x"])

    assert command == [str(python_of(here.env("a"))), "-m", "deepdesk", "train", "x"]


def test_a_payload_without_a_release_says_so(here):
    here.release.write_text('{"version": "1"}')

    with pytest.raises(DeepDeskError, match="missing or damaged"):
        release(here)


def test_the_folder_is_made_for_its_person_alone(here):
    claim(here)

    assert here.runtime.stat().st_mode & 0o777 == 0o700
    assert "uninstalled" in here.marker.read_text()


def test_a_folder_with_files_of_somebody_is_left_alone(here):
    here.runtime.mkdir()
    (here.runtime / "thesis.txt").write_text("years")

    with pytest.raises(StorageError, match="did not make"):
        claim(here)
    assert [path.name for path in here.runtime.iterdir()] == ["thesis.txt"]


def test_a_folder_that_everybody_may_write_is_not_used(here):
    claim(here)
    here.runtime.chmod(0o777)

    with pytest.raises(StorageError, match="every user"):
        claim(here)


def test_a_folder_of_another_user_is_not_used(here, monkeypatch):
    claim(here)
    monkeypatch.setattr(os, "geteuid", lambda: 4242)

    with pytest.raises(StorageError, match="another user"):
        claim(here)


def test_with_sudo_nothing_is_made_in_a_persons_home(here, monkeypatch):
    os_stat = here.payload.stat()
    home = here.runtime.parent
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    if os_stat.st_uid == 0:
        os.chown(home, 4242, -1)

    with pytest.raises(StorageError, match="no sudo"):
        claim(here)
    assert not here.runtime.exists()


def test_a_disk_that_cannot_be_written_is_told(here, monkeypatch):
    monkeypatch.setattr(type(here.runtime), "mkdir", raising(OSError(30, "read-only")))

    with pytest.raises(StorageError, match="read-only"):
        claim(here)


def test_the_idle_one_is_deleted(here):
    make_ready(here, "b")
    make_ready(here, "a")

    remove_tree(here, here.env("b"))

    assert not here.env("b").exists()
    assert not list(here.runtime.glob("discarded*"))


def test_a_link_in_its_place_goes_and_what_it_leads_to_stays(here, tmp_path):
    claim(here)
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "one.jpg").touch()
    here.env("a").symlink_to(photos)

    remove_tree(here, here.env("a"))

    assert not here.env("a").is_symlink()
    assert (photos / "one.jpg").exists()


def test_an_environment_that_is_a_link_is_none(here, tmp_path):
    make_ready(here, "a")
    elsewhere = tmp_path / "elsewhere"
    here.env("a").rename(elsewhere)
    here.env("a").symlink_to(elsewhere)

    assert current(here) is None


def test_nothing_is_deleted_without_the_marker(here):
    here.env("a").mkdir(parents=True)

    with pytest.raises(StorageError, match="stays"):
        remove_tree(here, here.env("a"))
    assert here.env("a").exists()


def test_nothing_outside_the_folder_is_deleted(here, tmp_path):
    claim(here)
    other = tmp_path / "other"
    other.mkdir()

    with pytest.raises(StorageError, match="stays"):
        remove_tree(here, other)


def test_what_could_not_be_deleted_goes_the_next_time(here):
    claim(here)
    left = here.runtime / "discarded-env-a-1234"
    left.mkdir()

    remove_discarded(here)

    assert not left.exists()


def test_removing_takes_all_of_ours(here):
    make_ready(here, "a")
    make_ready(here, "b")
    (here.cache / "archive-v0").mkdir(parents=True)
    here.log.touch()

    (line,) = remove_runtime(here)

    assert not here.runtime.exists()
    assert "Projects" in line


def test_removing_leaves_what_is_not_ours_and_says_so(here):
    make_ready(here, "a")
    (here.runtime / "notes.txt").touch()

    (line,) = remove_runtime(here)

    assert [path.name for path in here.runtime.iterdir()] == ["notes.txt"]
    assert "notes.txt" in line


def test_removing_follows_no_link(here, tmp_path):
    claim(here)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").touch()
    here.cache.symlink_to(tmp_path / "photos")

    remove_runtime(here)

    assert (tmp_path / "photos" / "one.jpg").exists()


def test_removing_without_the_marker_removes_nothing(here):
    here.env("a").mkdir(parents=True)

    with pytest.raises(StorageError, match="stays"):
        remove_runtime(here)


def test_removing_where_nothing_is_says_so(here):
    assert remove_runtime(here) == ["Nothing is set up."]


def test_the_marker_has_to_be_a_file_and_no_link(here, tmp_path):
    here.runtime.mkdir()
    (tmp_path / "x").touch()
    here.marker.symlink_to(tmp_path / "x")

    assert not environments.is_ours(here)
