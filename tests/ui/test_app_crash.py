"""What nothing else caught: logged, reported in the window's thread, survived."""

from __future__ import annotations

import logging
import sys
import threading
import time

import pytest
from PySide6.QtCore import QEventLoop, QTimer, qWarning

from deepdesk.project.care.crash_reports import read_report, reports
from deepdesk.ui.crash import LOGGER, REPORTS, CrashHandler, system_report
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


def test_a_report_is_written_once_for_each_error_and_not_for_all_of_many(crash, tmp_path):
    crash.context = lambda: "In the training tab."
    for _time in range(3):
        crash.keep("KeyError: 'lost' in /home/somebody/cats")
    for number in range(2 * REPORTS):
        crash.keep(f"KeyError: {number}")

    found = reports(tmp_path / "logs")
    assert len(found) == REPORTS
    first = read_report(found[-1])
    assert "KeyError: 'lost'" in first
    assert "In the training tab." in first
    assert "cats" not in first


def test_what_nobody_could_be_told_is_written_down_and_no_window_comes_up(crash, tmp_path):
    told = []
    crash.caught.connect(told.append)

    class Fails:
        def __del__(self):
            raise KeyError("lost")

    Fails()

    assert told == []
    (found,) = reports(tmp_path / "logs")
    assert "unraisable" in found.name
    assert "KeyError: 'lost'" in read_report(found)


def test_a_process_that_died_in_training_leaves_a_report(crash, tmp_path):
    words = "Fatal Python error: Segmentation fault"
    logging.getLogger("deepdesk.engine.child").critical("A process that trained crashed: %s", words)

    (found,) = reports(tmp_path / "logs")
    assert "training" in found.name
    assert words in read_report(found)


def test_a_context_that_fails_costs_no_report(crash):
    def fails():
        raise RuntimeError("the window is half gone")

    crash.context = fails

    assert "KeyError" in read_report(crash.keep("KeyError: 'lost'"))


def test_an_open_window_is_marked_until_it_is_closed(crash, tmp_path):
    marks = tmp_path / "logs" / "running"
    assert {path.suffix for path in marks.iterdir()} == {".json", ".faults"}

    crash.remove()

    assert list(marks.iterdir()) == []


@pytest.mark.qt_log_ignore("odd|even")
def test_what_qt_repeats_is_counted(crash):
    for _time in range(50):
        qWarning("odd size")
    qWarning("even size")

    log = crash.log_path.read_text(encoding="utf-8")
    assert log.count("odd size") == 1
    assert "49 times more" in log


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
