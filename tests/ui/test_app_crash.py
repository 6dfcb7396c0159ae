"""What nothing else caught: logged, reported in the window's thread, survived."""

from __future__ import annotations

import logging
import sys
import threading
import time

import pytest
from PySide6.QtCore import QEventLoop, QTimer, qWarning

from deepdesk.ui.crash import LOGGER, CrashHandler, system_report
from deepdesk.ui.watchdog import Watchdog

PATIENCE_MS = 5000


@pytest.fixture
def crash(tmp_path):
    before = list(LOGGER.handlers)
    handler = CrashHandler(tmp_path / "logs")
    handler.install()
    yield handler
    handler.remove()
    for added in [log for log in LOGGER.handlers if log not in before]:
        LOGGER.removeHandler(added)
        added.close()


def raised(kind):
    try:
        raise kind("lost")
    except kind as error:
        return type(error), error, error.__traceback__


def test_caught_promises_a_report_and_the_log_has_it(qtbot, crash):
    with qtbot.waitSignal(crash.caught) as told:
        sys.excepthook(*raised(KeyError))

    (report,) = told.args
    assert isinstance(report, str)
    assert "KeyError: 'lost'" in report
    assert "KeyError: 'lost'" in crash.log_path.read_text(encoding="utf-8")


def test_an_error_in_another_thread_is_told_in_the_windows_thread(qtbot, crash):
    places = []

    def note(_report):
        places.append(threading.current_thread())

    crash.caught.connect(note)

    def fail():
        raise KeyError("lost")

    with qtbot.waitSignal(crash.caught, timeout=PATIENCE_MS):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()

    assert places == [threading.main_thread()]


@pytest.mark.qt_log_ignore("odd")
def test_what_qt_says_is_in_the_log(crash):
    qWarning("odd size")

    assert "odd size" in crash.log_path.read_text(encoding="utf-8")


def test_the_hooks_are_given_back(tmp_path):
    before = sys.excepthook, threading.excepthook
    handlers = list(LOGGER.handlers)
    crash = CrashHandler(tmp_path)
    crash.install()
    assert sys.excepthook != before[0]

    crash.remove()

    assert (sys.excepthook, threading.excepthook) == before
    for added in [log for log in LOGGER.handlers if log not in handlers]:
        LOGGER.removeHandler(added)
        added.close()


def test_a_folder_that_cannot_be_written_leaves_the_program_without_a_log(tmp_path, caplog):
    taken = tmp_path / "file"
    taken.touch()
    handlers = list(LOGGER.handlers)

    CrashHandler(taken / "logs")

    (added,) = [log for log in LOGGER.handlers if log not in handlers]
    assert isinstance(added, logging.StreamHandler)
    LOGGER.removeHandler(added)


def test_the_system_report_names_versions_and_no_person(home):
    report = system_report()

    assert "DeepDesk" in report
    assert "Python" in report
    assert str(home) not in report


def test_a_window_that_stands_still_is_logged_with_the_place(qtbot, caplog):
    watchdog = Watchdog()
    watchdog.start()
    caplog.set_level(logging.WARNING, logger="deepdesk.watchdog")

    def standing_still():
        until = time.monotonic() + 0.4
        while time.monotonic() < until:
            pass

    QTimer.singleShot(0, standing_still)
    qtbot.waitUntil(lambda: bool(watchdog.gaps_s), timeout=PATIENCE_MS)
    watchdog.stop()

    assert watchdog.gaps_s[0] > 0.1
    assert "standing_still" in caplog.text


def test_a_window_that_moves_is_not_logged(qtbot):
    watchdog = Watchdog(gap_s=2.0)
    watchdog.start()
    loop = QEventLoop()
    QTimer.singleShot(120, loop.quit)

    loop.exec()
    watchdog.stop()

    assert watchdog.gaps_s == []
