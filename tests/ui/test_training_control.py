"""Training from the window: one run at a time, its phase in the session, its end in words."""

from __future__ import annotations

import pytest

from deepdesk.core.errors import DeviceError
from deepdesk.core.events import Ended, RunEnded, RunStarted, Saved
from deepdesk.core.work import StoppedError
from deepdesk.project.folder import Project
from deepdesk.ui import training_control
from deepdesk.ui.checkpoint_note import CheckpointNote

PATIENCE_MS = 5000
STARTED = RunStarted(run="001-quick", device="cpu", epochs=2, steps_per_epoch=3, samples=12)


def until_stopped(emit, stop):
    emit(STARTED)
    try:
        while True:
            stop.check()
    except StoppedError:
        emit(RunEnded(run="001-quick", status="stopped", metrics={}, seconds=1.0))


@pytest.fixture
def train(monkeypatch, qtbot, desk, make_project):
    """Return a function that starts a run of given work on an open project."""
    desk.show_project(Project.open(make_project()))

    def start(work):
        monkeypatch.setattr(training_control, "training_of", lambda *_given: work)
        with qtbot.waitSignal(desk.run_event, timeout=PATIENCE_MS):
            assert desk.training.train(None)

    return start


def test_the_session_follows_a_run_through_its_phases(qtbot, desk, train):
    phases = []
    desk.store.changed.connect(lambda session: phases.append(session.phase))
    train(until_stopped)

    desk.training.pause()
    desk.training.resume()
    with qtbot.waitSignal(desk.training.ended, timeout=PATIENCE_MS):
        desk.training.stop_and_keep()

    order = [phase for at, phase in enumerate(phases) if at == 0 or phases[at - 1] != phase]
    assert order == ["running", "paused", "running", "stopping", "idle"]
    assert desk.store.session.run == "001-quick"


def test_every_event_of_a_run_is_told_and_its_end_comes_last(qtbot, desk, train):
    told = []
    desk.run_event.connect(told.append)
    train(until_stopped)

    with qtbot.waitSignal(desk.training.ended, timeout=PATIENCE_MS) as end:
        desk.training.stop_and_keep()

    assert [type(event) for event in told] == [RunStarted, RunEnded, Ended]
    assert end.args == [Ended()]


def test_a_second_run_is_refused_while_one_is_under_way(qtbot, desk, train):
    train(until_stopped)

    with qtbot.waitSignal(desk.said) as told:
        assert not desk.training.train(None)
    assert told.args[0].level == "warning"
    assert len(desk.jobs) == 1

    with qtbot.waitSignal(desk.training.ended, timeout=PATIENCE_MS):
        desk.training.stop_and_keep()
    assert not desk.training.is_busy


def test_runs_changed_promises_the_name_of_the_run(qtbot, desk, train):
    names = []
    desk.runs_changed.connect(names.append)
    train(until_stopped)

    with qtbot.waitSignal(desk.training.ended, timeout=PATIENCE_MS):
        desk.training.stop_and_keep()

    assert names == ["001-quick", "001-quick"]


def test_a_failed_run_is_a_banner_in_the_training_tab(qtbot, desk, train):
    def work(emit, _stop):
        emit(STARTED)
        raise DeviceError("The memory of the GPU is full.", "Take a smaller batch.")

    troubles = []
    desk.troubled.connect(troubles.append)
    with qtbot.waitSignal(desk.training.ended, timeout=PATIENCE_MS):
        train(work)

    assert [trouble.where for trouble in troubles] == ["training"]
    assert desk.store.session.phase == "idle"


def test_a_run_in_which_a_package_does_not_load_is_not_told_as_finished(qtbot, desk, train):
    def work(emit, _stop):
        emit(STARTED)
        raise ModuleNotFoundError("No module named 'soxr'", name="soxr")

    notes = []
    desk.said.connect(lambda note: notes.append(note.text))
    with qtbot.waitSignal(desk.training.ended, timeout=PATIENCE_MS):
        train(work)

    assert notes[-1] == "001 quick failed."


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("finished", "001 quick is finished."),
        ("stopped", "001 quick was stopped. Its best weights are kept."),
    ],
)
def test_the_footer_tells_how_a_run_ended(qtbot, desk, train, status, words):
    def work(emit, _stop):
        emit(STARTED)
        emit(RunEnded(run="001-quick", status=status, metrics={}, seconds=1.0))

    notes = []
    desk.said.connect(lambda note: notes.append(note.text))
    with qtbot.waitSignal(desk.training.ended, timeout=PATIENCE_MS):
        train(work)

    assert notes[-1] == words


def test_a_checkpoint_is_told_as_safe_to_close(qtbot, desk, train):
    def work(emit, _stop):
        emit(Saved(step=12, seconds=0.1))

    notes = []
    desk.said.connect(lambda note: notes.append(note.text))
    with qtbot.waitSignal(desk.training.ended, timeout=PATIENCE_MS):
        train(work)

    assert "Checkpoint saved, safe to close." in notes


def test_a_project_held_by_another_window_is_not_trained(qtbot, desk, make_project):
    path = make_project()
    desk.show_project(Project.open(path, read_only=True))

    with qtbot.waitSignal(desk.troubled) as told:
        assert not desk.training.train(None)

    assert told.args[0].error.hint
    assert not desk.training.is_busy


def test_an_interrupted_run_keeps_its_name_from_the_start(qtbot, desk, train, monkeypatch):
    monkeypatch.setattr(training_control, "resuming_of", lambda *_given: until_stopped)

    assert desk.training.continue_run("003-balanced")
    assert desk.store.session.run == "003-balanced"

    with qtbot.waitSignal(desk.training.ended, timeout=PATIENCE_MS):
        desk.training.stop_and_keep()


def test_the_footer_tells_how_old_the_last_checkpoint_is(desk):
    notes, now = [], [100.0]
    note = CheckpointNote(desk, clock=lambda: now[0])
    desk.said.connect(lambda said: notes.append(said.text))

    note.saved()
    now[0] += 12
    note.tell_age()

    assert notes[0] == "Checkpoint saved, safe to close."
    assert notes[1].replace("\N{NO-BREAK SPACE}", " ") == "Last checkpoint 12 s ago, safe to close."


def test_a_newer_line_in_the_footer_is_not_replaced_by_the_age_of_a_checkpoint(desk):
    now = [100.0]
    note = CheckpointNote(desk, clock=lambda: now[0])
    note.saved()
    desk.say("Removed 2 pictures", undo=True)
    notes = []
    desk.said.connect(lambda said: notes.append(said.text))

    now[0] += 30
    note.tell_age()
    note.saved()

    assert notes == []
