"""Reports of what went wrong, and marks of the windows that met it."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import time
from pathlib import Path

import psutil
import pytest

from deepdesk.project.care import running
from deepdesk.project.care.aftermath import look_back
from deepdesk.project.care.crash_reports import (
    KEPT,
    read_report,
    report_folder,
    reports,
    write_report,
)
from deepdesk.project.care.running import OwnMark, broken_windows, forget

GONE = 999_999_999 % 4_000_000


@pytest.fixture
def leave_mark(tmp_path, monkeypatch):
    """Return a function that leaves the mark of a window whose process is gone."""
    monkeypatch.setattr(running, "_booted_s", lambda: 0.0)
    monkeypatch.setattr("deepdesk.project.owner.pid_exists", lambda pid: pid == os.getpid())

    def leave(pid=GONE, *, faults="", beaten_s=None, **says):
        mine = OwnMark(folder=tmp_path)
        owner = dataclasses.replace(mine.mark.owner, pid=pid, started="")
        mark = dataclasses.replace(mine.mark, owner=owner, beaten_s=beaten_s or time.time(), **says)
        mine.mark = mark
        assert mine.write()
        if faults:
            mine.fault_path.write_text(faults)
        return mark

    return leave


def test_reports_are_few_and_the_newest_stay(tmp_path):
    for number in range(KEPT + 4):
        write_report(
            tmp_path,
            "error",
            "Title",
            {"Part": str(number)},
            name=f"2026-01-01-0000{number:02d}-error-1.txt",
        )

    found = reports(tmp_path)

    assert len(found) == KEPT
    assert str(KEPT + 3) in read_report(found[0])


def test_a_report_says_its_parts_and_leaves_empty_ones_out(tmp_path):
    path = write_report(tmp_path, "error", "A title", {"Where": "here", "Log": ""})

    text = read_report(path)
    assert text.startswith("A title")
    assert "here" in text
    assert "Log" not in text


def test_two_reports_of_one_second_have_two_files(tmp_path):
    paths = {write_report(tmp_path, "error", "Title", {}) for _time in range(3)}

    assert len(paths) == 3
    assert None not in paths


def test_a_report_of_any_length_is_cut(tmp_path):
    path = write_report(tmp_path, "error", "Title", {"Part": "y" * 1_000_000})

    assert path.stat().st_size < 300_000


def test_a_folder_that_cannot_be_written_gives_no_report(tmp_path):
    taken = tmp_path / "file"
    taken.touch()

    assert write_report(taken, "error", "Title", {}) is None
    assert reports(taken) == []


def test_a_window_that_is_closed_leaves_no_mark(tmp_path):
    mark = OwnMark(folder=tmp_path)
    assert mark.write()

    mark.remove()

    assert not mark.write(), "a job that comes late must not bring it back"
    assert broken_windows(tmp_path) == []
    assert list(mark.path.parent.iterdir()) == []


def test_a_window_that_is_open_is_not_broken(tmp_path, leave_mark):
    leave_mark(os.getppid(), project="/p")
    psutil_alive = os.getpid()
    leave_mark(psutil_alive)

    assert [broken.mark.owner.pid for broken in broken_windows(tmp_path)] == [os.getppid()]


def test_a_window_that_was_killed_is_told_once_with_its_run(tmp_path, leave_mark):
    leave_mark(project="/home/x/Pets.deepdesk", run="003-quick")

    (first,) = look_back(tmp_path, "a computer")
    again = look_back(tmp_path, "a computer")

    assert first.broken.kind == "ended"
    assert (first.broken.mark.project, first.broken.mark.run) == (
        "/home/x/Pets.deepdesk",
        "003-quick",
    )
    assert again == []
    text = read_report(first.report)
    assert "ended from outside" in text
    assert "Pets" not in text


def test_a_crash_whose_report_cannot_be_written_is_told_without_one(tmp_path, leave_mark):
    leave_mark(run="003-quick")
    report_folder(tmp_path).touch()

    (found,) = look_back(tmp_path, "a computer")

    assert found.report is None
    assert found.broken.mark.run == "003-quick"
    assert look_back(tmp_path, "a computer") == []


def test_a_report_that_fills_the_disk_leaves_no_part_of_it(tmp_path, leave_mark, monkeypatch):
    leave_mark()
    real = Path.open

    def full(path, *given, **options):
        file = real(path, *given, **options)
        if given == ("xb",):
            file.close()
            raise OSError(errno.ENOSPC, "No space left on device")
        return file

    monkeypatch.setattr(Path, "open", full)

    (found,) = look_back(tmp_path, "a computer")

    assert found.report is None
    assert list(report_folder(tmp_path).iterdir()) == []


def test_a_mark_that_cannot_be_read_now_stays(tmp_path, leave_mark, monkeypatch):
    leave_mark()

    def held(_path):
        raise PermissionError(errno.EACCES, "held open by another")

    with monkeypatch.context() as patch:
        patch.setattr(running, "_read", held)
        assert look_back(tmp_path, "") == []

    assert len(look_back(tmp_path, "")) == 1


def test_a_crash_is_told_with_where_its_threads_were(tmp_path, leave_mark):
    leave_mark(faults="Fatal Python error: Segmentation fault\n\nCurrent thread 0x1:\n")

    (found,) = look_back(tmp_path, "a computer")

    assert found.broken.sentence == "It crashed (Segmentation fault)."
    assert found.is_at_start
    assert "Current thread" in read_report(found.report)


def test_an_exception_that_windows_got_over_is_no_crash_of_a_window_that_was_closed(tmp_path):
    mark = OwnMark(folder=tmp_path)
    mark.write()
    mark.fault_path.write_text("Windows fatal exception: code 0x8001010d\n")

    mark.remove()

    assert look_back(tmp_path, "a computer") == []


def test_an_exception_that_windows_got_over_is_not_why_a_window_ended(tmp_path, leave_mark):
    leave_mark(faults="Windows fatal exception: code 0x8001010d\n")

    (found,) = look_back(tmp_path, "a computer")

    assert found.broken.kind == "ended"


def test_a_computer_that_was_switched_off_is_told_as_that(tmp_path, leave_mark, monkeypatch):
    leave_mark()
    monkeypatch.setattr(running, "_booted_s", lambda: time.time() + 5)

    (found,) = look_back(tmp_path, "a computer")

    assert found.broken.kind == "restart"


def test_two_windows_that_look_at_once_tell_of_it_once(tmp_path, leave_mark):
    mark = leave_mark()
    told = look_back(tmp_path, "a computer")
    # The other one had read the mark before it was taken away.
    leave_mark(beaten_s=mark.beaten_s)

    assert len(told) == 1
    assert look_back(tmp_path, "a computer") == []


def test_the_newest_of_several_comes_first(tmp_path, leave_mark):
    now_s = time.time()
    leave_mark(GONE, beaten_s=now_s - 100)
    leave_mark(GONE + 1, beaten_s=now_s)

    assert [one.broken.mark.owner.pid for one in look_back(tmp_path, "")] == [GONE + 1, GONE]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"owner": 3}',
        '{"owner": {"pid": 7}, "began_s": NaN}',
        "[" * 9999,
        json.dumps({"owner": {"pid": GONE}, "began_s": 1e300, "beaten_s": -1, "free_bytes": 0}),
    ],
)
def test_a_mark_that_is_damaged_is_passed_over_and_taken_away(tmp_path, text):
    folder = tmp_path / "running"
    folder.mkdir()
    (folder / f"{GONE}.json").write_text(text)

    assert look_back(tmp_path, "") == []
    assert list(folder.iterdir()) == []


def test_marks_of_another_computer_stay_for_a_month(tmp_path, leave_mark):
    mark = leave_mark()
    path = tmp_path / "running" / f"{GONE}.json"
    values = json.loads(path.read_text())
    for age_s, stays in ((60, True), (40 * 86_400, False)):
        values["owner"]["host"] = "elsewhere"
        values["beaten_s"] = mark.beaten_s - age_s
        path.write_text(json.dumps(values))

        assert broken_windows(tmp_path) == []
        assert path.exists() is stays


def test_nothing_but_marks_is_ever_deleted(tmp_path):
    folder = tmp_path / "running"
    folder.mkdir()
    (folder / "notes.json").write_text("{}")

    look_back(tmp_path, "")
    forget(tmp_path, GONE)

    assert (folder / "notes.json").exists()
    assert not report_folder(tmp_path).exists()
    assert psutil.pid_exists(os.getpid())
