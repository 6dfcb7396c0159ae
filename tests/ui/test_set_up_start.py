"""What leads to the set-up window, and what follows it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.launcher import environments, starting
from deepdesk.ui.set_up import start, window
from deepdesk.ui.set_up.found import Asked
from tests.ui.set_up_stage import READY, PaperWorks, found

BROKEN = DeepDeskError("Its Python cannot be started.", "Start DeepDesk with --repair.")


class PaperProgram:
    """A program that starts, or does not the first time."""

    def __init__(self, monkeypatch, *, is_up_to_date, window_says=READY, fails=0):
        self.started, self.shown, self.fails = [], [], fails
        self.window_says, self.is_up_to_date = window_says, is_up_to_date
        monkeypatch.setattr(environments, "is_up_to_date", self.check)
        monkeypatch.setattr(starting, "start_program", self.start)
        monkeypatch.setattr(start, "run_window", self.show)

    def check(self, _places):
        if isinstance(self.is_up_to_date, Exception):
            raise self.is_up_to_date
        return self.is_up_to_date

    def start(self, _places, arguments):
        if self.fails:
            self.fails -= 1
            raise BROKEN
        self.started.append(arguments)
        return 0

    def show(self, _works, asked):
        self.shown.append(asked)
        return self.window_says


def test_what_is_up_to_date_starts_without_a_window(monkeypatch):
    program = PaperProgram(monkeypatch, is_up_to_date=True)

    assert start.main(["--", "/home/ada/Pets.deepdesk"]) == 0

    assert program.shown == []
    assert program.started == [("/home/ada/Pets.deepdesk",)]


def test_the_program_gets_its_arguments_after_the_window(monkeypatch):
    program = PaperProgram(monkeypatch, is_up_to_date=False)

    assert start.main(["--backend", "cpu", "--", "--safe-mode"]) == 0

    assert program.shown[0].backend == "cpu"
    assert program.started == [("--safe-mode",)]


def test_a_window_that_is_closed_starts_nothing(monkeypatch):
    program = PaperProgram(monkeypatch, is_up_to_date=False, window_says=None)

    assert start.main([]) == start.NOT_SET_UP

    assert program.started == []


def test_a_program_that_does_not_start_is_offered_for_repair_with_the_reason(monkeypatch):
    program = PaperProgram(monkeypatch, is_up_to_date=True, fails=1)

    assert start.main([]) == 0

    assert [asked.is_repair for asked in program.shown] == [True]
    assert program.shown[0].why == str(BROKEN)
    assert program.started == [()]


def test_a_payload_that_cannot_be_read_is_said_in_the_window(monkeypatch):
    program = PaperProgram(
        monkeypatch, is_up_to_date=DeepDeskError("No release."), window_says=None
    )

    start.main([])

    assert len(program.shown) == 1


def test_a_choice_is_shown_although_all_is_set_up(monkeypatch):
    program = PaperProgram(monkeypatch, is_up_to_date=True)

    start.main(["--set-up"])

    assert program.shown[0].is_change


@pytest.fixture
def quits_later(qapp, monkeypatch):
    """Let the event loop of the window run inside the one application of the tests."""
    monkeypatch.setattr(QApplication, "setQuitOnLastWindowClosed", lambda *_given: None)
    monkeypatch.setattr(window, "START_MS", 0)


def run_to_the_end(qapp):
    works = PaperWorks(found(), events=[Result(value=READY)])

    def accept():
        for shown in qapp.topLevelWidgets():
            if isinstance(shown, window.SetUpWindow) and shown.isVisible():
                if shown.page is shown.offer:
                    clicks.stop()
                    shown.offer.accept.click()

    clicks = QTimer()
    clicks.timeout.connect(accept)
    clicks.start(10)
    return start.run_window(works.works(), Asked())


def test_the_window_runs_until_it_is_done(quits_later, qapp):
    assert run_to_the_end(qapp) == READY


def test_the_application_goes_on_after_the_window(quits_later, qtbot, qapp):
    run_to_the_end(qapp)
    called = []
    QTimer.singleShot(0, qapp, lambda: called.append(True))

    qtbot.waitUntil(lambda: bool(called))
