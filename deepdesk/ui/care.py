"""Connects the window with its mark, its reports, and what is left of windows before it."""

from __future__ import annotations

import dataclasses
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from deepdesk.core.errors import PackageError
from deepdesk.core.events import Result, RunStarted
from deepdesk.core.work import EventSink, StopToken
from deepdesk.project.care.aftermath import SOON_S
from deepdesk.ui.after_crash import AfterCrash, looking_back, words_for
from deepdesk.ui.crash import CrashHandler, system_report
from deepdesk.ui.dialogs import report_dialog
from deepdesk.ui.installed import REPAIR, launcher_command, repair_words, start_launcher
from deepdesk.ui.jobs import Job
from deepdesk.ui.notice import Notice

if TYPE_CHECKING:
    from deepdesk.core.events import Ended
    from deepdesk.project.care.running import Mark
    from deepdesk.ui.machine import Machine
    from deepdesk.ui.session import Session
    from deepdesk.ui.shell import MainWindow
    from deepdesk.ui.welcome_facts import InterruptedRun

LOGGER = logging.getLogger("deepdesk.care")
BEAT_MS = 60_000
# Once it is old enough that its end is no end at the start; Qt's timers may be 5 % early.
FIRST_BEAT_MS = round(SOON_S * 1100)


class Care(QObject):
    """Keeps the mark of this window true, and tells what went wrong before.

    Args:
        logs: The folder of the logs.
    """

    def __init__(self, window: MainWindow, crash: CrashHandler, logs: Path) -> None:
        super().__init__(window)
        self._window = window
        self._desk = window.desk
        self._crash = crash
        self._logs = logs
        self._job: Job | None = None
        self._is_due = False
        self._broken: set[str] = set()
        self._free_bytes = 0
        self._offer: tuple[Notice, InterruptedRun] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(FIRST_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        crash.context = self.context
        self._desk.package_failed.connect(self.show_broken_package)

    def start(self) -> None:
        """Look what became of windows before, and follow this one from now on."""

        def look(emit: EventSink, stop: StopToken) -> None:
            looking_back(self._logs, system_report())(emit, stop)

        self._desk.start(
            look,
            "care",
            on_event=self._take,
            on_ended=self._looked_back,
            lowered=True,
        )
        self._desk.store.changed.connect(self._follow)
        self._desk.run_event.connect(self._drop_offer)
        self._window.footer.meter.measured.connect(self._measured)
        self._timer.start()
        self._follow(self._desk.store.session)

    def stop(self) -> None:
        """Follow no more."""
        self._timer.stop()

    def context(self) -> str:
        """Return a line on what is under way, without names."""
        session = self._desk.store.session
        place = f"the {session.tab} tab" if session.project is not None else "the welcome page"
        jobs = ", ".join(sorted(job.what for job in self._desk.jobs)) or "none"
        return f"In {place}, training {session.phase}, jobs: {jobs}."

    def show_broken_package(self, ended: Ended) -> None:
        """Say which package does not load, and offer to repair it; once while that is shown."""
        error = ended.error
        if not isinstance(error, PackageError) or error.package in self._broken:
            return
        self._broken.add(error.package)
        LOGGER.error("a package does not load:\n%s", ended.report)
        report = self._crash.keep(ended.report, "package")
        has_launcher = launcher_command() is not None
        notice = Notice(
            tone="bad",
            verb="Repair..." if has_launcher and not error.remedy else "",
            act=lambda: self._repair(ended),
            link="Open the report" if report is not None else "",
            follow=lambda: self._open(report),
        )
        package = error.package
        notice.closed.connect(lambda _none: self._broken.discard(package))
        hint = error.remedy
        if not hint and has_launcher:
            hint = (
                "What needs it does not work until it is repaired; your projects are not touched."
            )
        elif not hint:
            words = repair_words(package)
            hint = f"{error.hint} To repair it, close DeepDesk and type: {words}"
        self._window.notices.add(notice, error.message, hint)

    def _repair(self, ended: Ended) -> None:
        if self._window.actions_of_window.help.is_training():
            # It went with the click, and is wanted after the run.
            self.show_broken_package(ended)
        elif start_launcher(REPAIR):
            self._window.close()
        else:
            self._desk.say("The repair could not be started.", level="error")

    def _take(self, event: Any) -> None:
        if not isinstance(event, Result) or not isinstance(event.value, AfterCrash):
            return
        after = event.value
        run = after.run
        notice = Notice(
            verb="Resume" if run is not None else "",
            act=lambda: None if run is None else self._window.resume(run),
            link="Open the report" if after.found[0].report is not None else "",
            follow=lambda: self._open(after.found[0].report),
        )
        sentence, hint = words_for(after)
        if run is not None:
            self._window.welcome.leave_to_notice(run)
            self._offer = (notice, run)
            notice.closed.connect(self._forget_offer)
        self._window.notices.add(notice, sentence, hint)

    def _forget_offer(self, _none: object = None) -> None:
        self._offer = None
        self._window.welcome.leave_to_notice(None)

    def _drop_offer(self, event: Any) -> None:
        """Take the notice away when its run goes on by another way."""
        project = self._desk.store.session.project
        if self._offer is None or project is None or not isinstance(event, RunStarted):
            return
        notice, run = self._offer
        if (project.path, event.run) == (run.project, run.run):
            notice.hide()
            notice.closed.emit(None)

    def _looked_back(self, ended: Ended) -> None:
        if ended.error is not None:
            LOGGER.warning("windows before: %s\n%s", ended.error, ended.report)

    def _open(self, report: Path | None) -> None:
        if report is not None:
            report_dialog(self._window, report).open()

    def _measured(self, machine: Machine) -> None:
        self._free_bytes = machine.memory_bytes - machine.memory_used_bytes

    def _follow(self, session: Session) -> None:
        project = "" if session.project is None else str(session.project.path)
        run = session.run if session.is_training else ""
        mark = self._crash.mark.mark
        if (mark.project, mark.run) != (project, run):
            self._write(dataclasses.replace(mark, project=project, run=run))

    def _beat(self) -> None:
        self._timer.setInterval(BEAT_MS)
        self._write(self._crash.mark.mark)

    def _write(self, mark: Mark) -> None:
        mine = self._crash.mark
        mine.mark = dataclasses.replace(mark, beaten_s=time.time(), free_bytes=self._free_bytes)
        # The disk of the home folder may be slow or gone: never in the window's thread.
        self._is_due = True
        if self._job is None:
            self._begin()

    def _begin(self) -> None:
        self._is_due = False
        mine = self._crash.mark

        def work(_emit: EventSink, _stop: StopToken) -> None:
            mine.write()

        self._job = Job(work, "care", parent=self)
        self._job.ended.connect(self._written)
        self._job.start()

    def _written(self, _ended: object) -> None:
        if self._job is not None:
            self._job.deleteLater()
        self._job = None
        if self._is_due:
            self._begin()
