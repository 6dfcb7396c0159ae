"""The start after a window that was not closed: told calmly and once, and the run goes on."""

from __future__ import annotations

import dataclasses
import os
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from deepdesk.core.errors import PackageError
from deepdesk.core.events import Ended, Result, RunStarted
from deepdesk.core.work import StopToken
from deepdesk.project.care import running
from deepdesk.project.care.aftermath import SOON_S
from deepdesk.project.care.crash_reports import read_report, reports
from deepdesk.project.care.running import OwnMark
from deepdesk.project.folder import Project
from deepdesk.ui import after_crash, care
from deepdesk.ui.after_crash import looking_back
from deepdesk.ui.care import Care
from deepdesk.ui.crash import LOGGER, CrashHandler
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.notice import Notice, Notices
from deepdesk.ui.welcome_facts import InterruptedRun, WelcomeFacts

PATIENCE_MS = 10_000
GONE = 3_999_999
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "_booted_s", lambda: 0.0)
    return tmp_path / "logs"


@pytest.fixture
def leave_mark(logs):
    """Return a function that leaves the mark of a window that was killed."""

    def leave(pid=GONE, **says):
        mine = OwnMark(folder=logs)
        owner = dataclasses.replace(mine.mark.owner, pid=pid, started="gone")
        mine.mark = dataclasses.replace(mine.mark, owner=owner, **says)
        assert mine.write()

    return leave


@pytest.fixture
def keeper(window, logs):
    """Return the care of a window, not started yet."""
    before = list(LOGGER.handlers)
    crash = CrashHandler(logs)
    care = Care(window, crash, logs)
    yield care
    care.stop()
    while care._job is not None:
        care._job.wait(PATIENCE_MS)
    crash.mark.remove()
    for added in [log for log in LOGGER.handlers if log not in before]:
        LOGGER.removeHandler(added)
        added.close()


@pytest.fixture
def cut_off(make_project):
    """Return the path of a project with a run that was cut off."""
    path = make_project()
    with Project.open(path) as project:
        project.runs.new("quick", {}).update(status="running", step=120)
    return path


def shown(window):
    return [notice for notice in window.notices.shown if notice.isVisible()]


def start(qtbot, keeper, window):
    keeper.start()
    qtbot.waitUntil(lambda: not window.desk.jobs, timeout=PATIENCE_MS)


def test_after_a_window_that_was_closed_nothing_is_said(qtbot, window, keeper):
    start(qtbot, keeper, window)

    assert shown(window) == []
    assert not window.notices.isVisible()


def test_a_window_that_was_killed_is_told_once_and_its_report_opens(
    qtbot, window, keeper, logs, leave_mark
):
    leave_mark()
    start(qtbot, keeper, window)

    (notice,) = shown(window)
    assert "not closed properly" in notice.sentence.text()
    assert "nothing was sent" in notice.hint.text()
    assert not notice.primary.isVisible()
    qtbot.mouseClick(notice.link, Qt.MouseButton.LeftButton)
    dialog = window.findChild(AskDialog)
    qtbot.mouseClick(dialog.other, Qt.MouseButton.LeftButton)
    assert "DeepDesk ended" in QGuiApplication.clipboard().text()
    dialog.accept()

    qtbot.mouseClick(notice.close_button, Qt.MouseButton.LeftButton)
    start(qtbot, keeper, window)
    assert shown(window) == []
    assert len(reports(logs)) == 1


def test_the_run_that_it_took_with_it_goes_on(
    qtbot, window, keeper, leave_mark, cut_off, monkeypatch
):
    resumed = []
    monkeypatch.setattr(window.desk.training, "continue_run", resumed.append)
    leave_mark(project=str(cut_off), run="001-quick")
    start(qtbot, keeper, window)
    (notice,) = shown(window)
    assert "001 quick in Pets can go on from step 120." in notice.hint.text()

    with qtbot.waitSignal(window.projects.opened, timeout=PATIENCE_MS):
        qtbot.mouseClick(notice.primary, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: resumed == ["001-quick"], timeout=PATIENCE_MS)
    assert window.desk.store.session.tab == "training"
    assert shown(window) == []


def test_a_run_in_a_process_of_its_own_is_waited_for_and_offered(
    qtbot, cut_off, leave_mark, logs, monkeypatch
):
    # It ends by itself when its window is gone, and keeps what it has learned as "stopped".
    monkeypatch.setattr(after_crash, "_LOOK_S", 0.0)
    leave_mark(project=str(cut_off), run="001-quick")
    with Project.open(cut_off) as project:
        run = project.runs.get("001-quick")
        looks = []

        def info(self):
            looks.append(self)
            status = "running" if len(looks) < 4 else "stopped"
            return dataclasses.replace(real(self), status=status)

        real = type(run).info
        monkeypatch.setattr(type(run), "info", info)
        told = []
        looking_back(logs, "")(told.append, StopToken())

    assert told[0].value.run.run == "001-quick"
    assert len(looks) == 4


@pytest.mark.parametrize(("status", "step"), [("finished", 500), ("failed", 0), ("running", 0)])
def test_a_run_that_cannot_go_on_is_not_offered(make_project, leave_mark, logs, status, step):
    path = make_project()
    with Project.open(path) as project:
        project.runs.new("quick", {}).update(status=status, step=step)
    leave_mark(project=str(path), run="001-quick")
    told = []

    looking_back(logs, "")(told.append, StopToken())

    assert told[0].value.run is None


@pytest.mark.parametrize(("run", "left"), [("001-quick", 0), ("002-quick", 1)])
def test_the_notice_goes_when_its_run_goes_on_by_another_way(
    qtbot, window, keeper, leave_mark, cut_off, run, left
):
    leave_mark(project=str(cut_off), run="001-quick")
    start(qtbot, keeper, window)
    with qtbot.waitSignal(window.projects.opened, timeout=PATIENCE_MS):
        window.projects.open(cut_off)

    began = RunStarted(run=run, device="cpu", epochs=4, steps_per_epoch=3, samples=12, step=120)
    window.desk.run_event.emit(began)
    window.desk.run_event.emit(began)

    assert len(shown(window)) == left
    qtbot.waitUntil(lambda: not window.desk.jobs, timeout=PATIENCE_MS)


def test_a_window_beats_soon_after_its_start_and_seldom_from_then_on(keeper):
    assert SOON_S * 1000 / 0.95 < keeper._timer.interval() < care.BEAT_MS

    keeper._timer.timeout.emit()

    assert keeper._timer.interval() == care.BEAT_MS


def test_a_project_that_is_gone_leaves_the_report(leave_mark, logs, tmp_path):
    leave_mark(project=str(tmp_path / "gone.deepdesk"), run="001-quick")
    told = []

    looking_back(logs, "")(told.append, StopToken())

    assert told[0].value.run is None
    assert "gone" not in read_report(told[0].value.found[0].report)


def test_this_computer_is_looked_at_beside_the_windows_thread(qtbot, window, keeper, monkeypatch):
    threads = []
    monkeypatch.setattr(care, "system_report", lambda: threads.append(threading.get_ident()) or "")

    start(qtbot, keeper, window)

    assert threads
    assert threading.get_ident() not in threads


def test_where_no_report_can_be_written_the_run_is_offered_all_the_same(
    qtbot, window, keeper, leave_mark, cut_off, logs
):
    leave_mark(project=str(cut_off), run="001-quick")
    (logs / "reports").touch()
    start(qtbot, keeper, window)

    (notice,) = shown(window)
    assert notice.primary.text() == "Resume"
    assert not notice.link.isVisible()
    assert "No report could be written" in notice.hint.text()


def test_several_windows_are_one_notice(qtbot, window, keeper, leave_mark):
    leave_mark(GONE)
    leave_mark(GONE + 1)
    start(qtbot, keeper, window)

    (notice,) = shown(window)
    assert notice.sentence.text().startswith("2 windows")


def test_the_welcome_page_does_not_offer_the_same_run_beside_the_notice(window, tmp_path):
    run = InterruptedRun(project=tmp_path, project_name="Pets", run="001", title="001", step=9)
    facts = WelcomeFacts(tasks=(), interrupted=run)
    window.welcome.show_facts(facts)
    assert window.welcome.interrupted.isVisible()

    window.welcome.leave_to_notice(run)
    assert not window.welcome.interrupted.isVisible()
    window.welcome.show_facts(facts)
    assert not window.welcome.interrupted.isVisible()

    window.welcome.leave_to_notice(None)
    assert window.welcome.interrupted.isVisible()


def test_the_mark_follows_what_is_open_and_trained(qtbot, window, keeper, training, opened, logs):
    start(qtbot, keeper, window) if not window.desk.training.is_busy else keeper.start()
    mark = OwnMark(folder=logs)

    def said():
        read = running._read(mark.path) if mark.path.exists() else None
        return (read.project, read.run) if read else None

    qtbot.waitUntil(lambda: said() == (str(opened), "001-quick"), timeout=PATIENCE_MS)
    window.desk.training.stop_and_keep()
    qtbot.waitUntil(lambda: said() == (str(opened), ""), timeout=PATIENCE_MS)
    assert mark.mark.owner.pid == os.getpid()


def broken(package="torch"):
    return Ended(error=PackageError(package, "OSError: libcudart is missing"), report="Traceback")


def test_a_package_that_does_not_load_is_told_with_what_to_type(window, keeper, monkeypatch):
    monkeypatch.setattr(care, "launcher_command", lambda: None)

    window.desk.package_failed.emit(broken())
    window.desk.package_failed.emit(broken())

    (notice,) = shown(window)
    assert "PyTorch" in notice.sentence.text()
    assert "pip install --force-reinstall torch" in notice.hint.text()
    assert not notice.primary.isVisible()


def test_an_installed_program_offers_to_repair_itself(qtbot, window, keeper, monkeypatch):
    started = []
    monkeypatch.setattr(care, "launcher_command", lambda: ["launcher"])
    monkeypatch.setattr(care, "start_launcher", lambda *given: started.append(given) or True)
    window.desk.package_failed.emit(broken())
    (notice,) = shown(window)

    qtbot.mouseClick(notice.primary, Qt.MouseButton.LeftButton)

    assert started == [("--repair",)]
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE_MS)


def test_a_package_is_told_again_after_its_notice_was_closed(qtbot, window, keeper):
    window.desk.package_failed.emit(broken())
    qtbot.mouseClick(shown(window)[0].close_button, Qt.MouseButton.LeftButton)
    assert shown(window) == []

    window.desk.package_failed.emit(broken())

    assert len(shown(window)) == 1


def test_where_no_repair_helps_none_is_offered(window, keeper, monkeypatch):
    monkeypatch.setattr(care, "launcher_command", lambda: ["launcher"])
    error = PackageError("torch", "MemoryError", "Close other programs.")

    window.desk.package_failed.emit(Ended(error=error, report="Traceback"))

    (notice,) = shown(window)
    assert not notice.primary.isVisible()
    assert notice.hint.text() == "Close other programs."


def test_nothing_is_repaired_while_a_run_is_under_way(qtbot, window, keeper, training, monkeypatch):
    started = []
    monkeypatch.setattr(care, "launcher_command", lambda: ["launcher"])
    monkeypatch.setattr(care, "start_launcher", lambda *given: started.append(given) or True)
    window.desk.package_failed.emit(broken())

    qtbot.mouseClick(shown(window)[0].primary, Qt.MouseButton.LeftButton)

    assert started == []
    assert window.isVisible()
    assert shown(window)[0].primary.isVisible()


def test_a_job_that_misses_a_package_is_no_error_of_ours(qtbot, window, keeper):
    bugs = []
    window.desk.bug_found.connect(bugs.append)

    def work(_emit, _stop):
        raise ModuleNotFoundError("No module named 'soxr'", name="soxr")

    with qtbot.waitSignal(window.desk.package_failed, timeout=PATIENCE_MS):
        window.desk.start(work, "welcome")

    assert bugs == []
    assert len(shown(window)) == 1


def test_what_was_under_way_is_in_a_report_without_names(qtbot, window, keeper, opened):
    keeper.start()

    assert "dataset tab" in keeper.context()
    assert "Pets" not in keeper.context()
    qtbot.waitUntil(lambda: not window.desk.jobs, timeout=PATIENCE_MS)


def test_a_notice_does_what_its_button_says_and_goes(qtbot):
    notices, done = Notices(), []
    qtbot.addWidget(notices)
    notice = Notice(verb="Do it", act=lambda: done.append(1), link="More")
    notices.add(notice, "A sentence.", "A hint.")
    notices.show()

    qtbot.mouseClick(notice.primary, Qt.MouseButton.LeftButton)

    assert done == [1]
    assert notices.shown == []
    assert not notices.isVisible()


def test_results_of_other_work_are_no_crash(window, keeper):
    keeper._take(Result(value=3))

    assert shown(window) == []
