"""Projects that macOS asks the running program to open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deepdesk.app import Options, _application_class
from deepdesk.ui import start_window
from deepdesk.ui.opened_files import OpenedFiles

PATIENCE_MS = 20_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
# There is one application in a process, and that of the tests is not the program's.
ASKING = """
import sys
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFileOpenEvent
from deepdesk.ui.opened_files import Application
application = Application(sys.argv[:1])
told = []
application.opened_files.asked.connect(told.append)
taken = QCoreApplication.sendEvent(application, QFileOpenEvent("/early.deepdesk"))
waiting = application.opened_files.begin()
QCoreApplication.sendEvent(application, QFileOpenEvent("/late.deepdesk"))
print(taken, waiting, *told)
"""


def test_what_was_asked_before_anybody_was_ready_is_kept(qtbot):
    files, told = OpenedFiles(), []
    files.asked.connect(told.append)

    files.take(Path("/a.deepdesk"))
    files.take(Path("/b.deepdesk"))

    assert files.begin() == Path("/b.deepdesk")
    assert files.begin() is None
    assert told == []


def test_what_is_asked_later_is_told_as_a_path(qtbot):
    files, told = OpenedFiles(), []
    files.asked.connect(told.append)
    files.begin()

    files.take(Path("/a.deepdesk"))

    assert told == [Path("/a.deepdesk")]


def test_the_application_takes_what_the_system_asks_it_to_open():
    done = subprocess.run([sys.executable, "-c", ASKING], capture_output=True, text=True)

    assert done.stdout.split() == ["True", "/early.deepdesk", "/late.deepdesk"], done.stderr


def test_only_macos_has_an_application_of_its_own(monkeypatch):
    from PySide6.QtWidgets import QApplication

    assert _application_class(QApplication) is QApplication
    monkeypatch.setattr("sys.platform", "darwin")
    assert _application_class(QApplication).__name__ == "Application"


@pytest.fixture
def started(qtbot, qapp, monkeypatch):
    """A window as the program starts it, on an application that has `opened_files`."""

    class Asked:
        def __init__(self):
            self.opened_files = OpenedFiles()

        def __getattr__(self, name):
            return getattr(qapp, name)

    application = Asked()
    monkeypatch.setattr(start_window, "Application", Asked)
    monkeypatch.setattr(start_window, "apply", lambda _asked, mode: theme_of(qapp, mode))
    monkeypatch.setattr(start_window, "finding_devices", lambda _emit, _stop: None)
    monkeypatch.setattr("signal.signal", lambda *_given: None)
    from deepdesk.ui.theme import apply as theme_of

    made = start_window.StartedWindow(application, Options(safe_mode=True), [])
    with qtbot.waitSignal(made.painted, timeout=PATIENCE_MS):
        made.show()
    yield made
    made.desk.stop_all()
    for job in list(made.desk.jobs):
        job.wait(PATIENCE_MS)
    made.window.close()
    made.end()
    for thing in (made.window, made.desk, made):
        thing.deleteLater()
    qapp.processEvents()


def test_a_project_that_the_finder_opened_the_program_with_is_opened(qtbot, started, make_project):
    started._application.opened_files.take(make_project())

    with qtbot.waitSignal(started.desk.project_opened, timeout=PATIENCE_MS):
        started.begin()
    qtbot.waitUntil(lambda: not started.desk.jobs, timeout=PATIENCE_MS)


def test_a_project_opened_in_the_finder_while_the_program_runs_is_opened(
    qtbot, started, make_project
):
    started.begin()

    with qtbot.waitSignal(started.desk.project_opened, timeout=PATIENCE_MS):
        started._application.opened_files.take(make_project())
    qtbot.waitUntil(lambda: not started.desk.jobs, timeout=PATIENCE_MS)


def test_what_is_no_project_is_refused_with_a_remedy(qtbot, started, tmp_path):
    started.begin()

    started._application.opened_files.take(tmp_path)

    assert "no DeepDesk project" in started.window.welcome.banner.sentence.text()
