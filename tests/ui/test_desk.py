"""The desk: one project at a time, jobs that report, changes that can be taken back."""

from __future__ import annotations

import threading

import pytest

from deepdesk.core.errors import DatasetError, StorageError
from deepdesk.core.events import Ended, Progress, Said
from deepdesk.project.folder import Project
from deepdesk.ui.desk import Note, Trouble

PATIENCE_MS = 5000


@pytest.fixture
def opened(desk, make_project):
    project = Project.open(make_project())
    desk.show_project(project)
    return project


def test_project_opened_promises_the_project(qtbot, desk, make_project):
    project = Project.open(make_project(rows=3))

    with qtbot.waitSignal(desk.project_opened) as told:
        desk.show_project(project)

    assert told.args == [project]
    assert desk.store.session.project is project
    assert desk.index.count() == 3
    assert desk.spec.key == "image_classification"


def test_project_closed_promises_its_path_and_lets_others_write(qtbot, desk, opened):
    with qtbot.waitSignal(desk.project_closed) as told:
        desk.close_project()

    assert told.args == [opened.path]
    assert desk.store.session.project is None
    with Project.open(opened.path) as again:
        assert not again.read_only


def test_another_project_takes_the_place_of_the_first(qtbot, desk, opened, make_project):
    other = Project.open(make_project("Planes", rows=7))

    with qtbot.waitSignals([desk.project_closed, desk.project_opened]):
        desk.show_project(other)

    assert desk.index.count() == 7
    assert not desk.undo.canUndo()


def test_a_change_is_told_with_its_revision_and_taken_back(qtbot, desk, opened):
    ids = desk.index.ids()
    change = desk.index.remove(ids[:2])

    with qtbot.waitSignals([desk.samples_changed, desk.said]):
        desk.record(change, "Removed 2 pictures")
    assert desk.index.count() == 2

    with qtbot.waitSignal(desk.samples_changed) as told:
        desk.undo.undo()
    assert told.args == [desk.index.revision()]
    assert desk.index.count() == 4

    desk.undo.redo()
    assert desk.index.count() == 2


def test_an_undo_that_the_disk_refuses_is_a_banner_and_is_forgotten(
    qtbot, desk, opened, monkeypatch
):
    def refuse(_change):
        raise StorageError("The disk is full.", "Free some space.")

    desk.record(desk.index.remove(desk.index.ids()[:1]), "Removed 1 picture")
    monkeypatch.setattr(desk.index, "undo", refuse)

    with qtbot.waitSignal(desk.troubled) as told:
        desk.undo.undo()

    assert told.args[0].where == "dataset"
    assert not desk.undo.canUndo()
    assert desk.index.count() == 3


def test_said_promises_a_note(qtbot, desk):
    with qtbot.waitSignal(desk.said) as told:
        desk.say("Imported 12 pictures", undo=True)

    assert told.args == [Note(text="Imported 12 pictures", undo=True)]


def test_troubled_promises_what_and_where(qtbot, desk):
    error = DatasetError("No classes.", "Put each class into a folder.")

    with qtbot.waitSignal(desk.troubled) as told:
        desk.banner(error, "dataset")

    assert told.args == [Trouble(error=error, where="dataset")]


def test_a_job_hands_over_its_events_and_then_its_end(qtbot, desk):
    told = []

    def work(emit, _stop):
        emit(Progress(what="Reading", done=1))
        emit(Progress(what="Reading", done=2))

    job = desk.start(work, "dataset", on_event=told.append, on_ended=told.append)
    assert desk.jobs == [job]

    with qtbot.waitSignal(desk.jobs_changed, timeout=PATIENCE_MS) as count:
        pass

    assert [type(event) for event in told] == [Progress, Progress, Ended]
    assert count.args == [0]
    assert desk.jobs == []


def test_an_error_nobody_takes_becomes_a_banner_where_it_was_asked(qtbot, desk):
    def work(_emit, _stop):
        raise DatasetError("Nothing there.", "Choose another folder.")

    with qtbot.waitSignal(desk.troubled, timeout=PATIENCE_MS) as told:
        desk.start(work, "inference")

    assert told.args[0].where == "inference"
    assert told.args[0].error.hint == "Choose another folder."


def test_a_bug_in_work_is_reported_and_is_no_banner(qtbot, desk):
    troubles = []
    desk.troubled.connect(troubles.append)

    def work(_emit, _stop):
        raise ZeroDivisionError

    with qtbot.waitSignal(desk.bug_found, timeout=PATIENCE_MS) as told:
        desk.start(work, "dataset")

    assert isinstance(told.args[0], str)
    assert "ZeroDivisionError" in told.args[0]
    assert troubles == []


def test_what_work_says_reaches_the_footer(qtbot, desk):
    def work(emit, _stop):
        emit(Said(text="Took a smaller batch.", level="warning"))

    with qtbot.waitSignal(desk.said, timeout=PATIENCE_MS) as told:
        desk.start(work, "training")

    assert told.args == [Note(text="Took a smaller batch.", level="warning")]


def test_closing_a_project_asks_its_jobs_to_end(qtbot, desk, opened):
    began = threading.Event()

    def work(_emit, stop):
        began.set()
        while True:
            stop.check()

    ends = []
    desk.start(work, "dataset", on_ended=ends.append)
    assert began.wait(5)

    with qtbot.waitSignal(desk.jobs_changed, timeout=PATIENCE_MS):
        desk.close_project()

    assert ends == [Ended(stopped=True)]
