"""The last stop of an error of ours: a log, a report of it, and the session goes on."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)

import deepdesk
from deepdesk.project.care.aftermath import LOG_LINES
from deepdesk.project.care.crash_reports import write_report
from deepdesk.project.care.log_file import start_log, tail
from deepdesk.project.care.running import OwnMark

if TYPE_CHECKING:
    # Only the type checker knows it by this name.
    from sys import UnraisableHookArgs

LOGGER = logging.getLogger("deepdesk")
# Of `engine.child`, which is not imported here: it comes with what trains.
CHILDREN = logging.getLogger("deepdesk.engine.child")
# Of one session: an error that comes again and again would push all others out.
REPORTS = 5
LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def system_report() -> str:
    """Return what a report needs to say of this computer; no names and no paths."""
    loaded = sys.modules
    torch = getattr(loaded.get("torch"), "__version__", "not loaded")
    qt = getattr(loaded.get("PySide6"), "__version__", "not loaded")
    return "\n".join(
        (
            f"DeepDesk {deepdesk.__version__}",
            f"Python {platform.python_version()} on {platform.platform()}",
            f"Processor {platform.machine()}",
            f"PySide6 {qt}, torch {torch}",
        )
    )


class _Children(logging.Handler):
    """Hears of processes that died in training, and has a report written of each."""

    def __init__(self, keep: Callable[[str, str], object]) -> None:
        super().__init__(logging.CRITICAL)
        self._keep = keep

    def emit(self, record: logging.LogRecord) -> None:
        self._keep(record.getMessage(), "training")


class CrashHandler(QObject):
    """Catches what nothing else caught, in any thread, and marks this window as open.

    Signals:
        caught: The report, str; delivered in the window's thread.

    Attributes:
        log_path: Of the log.
        mark: Of this window.
        newest: The last report that was written, None before.
        context: Returns a line on what is under way, for reports.
    """

    caught = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log_path = start_log(folder, LOGGER)
        self.mark = OwnMark(folder=folder)
        self.newest: Path | None = None
        self.context: Callable[[], str] = lambda: ""
        self._fault_file: TextIO | None = None
        self._folder = folder
        self._previous = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        self._kept: set[str] = set()
        self._children = _Children(self.keep)
        self._said, self._times = "", 0

    def install(self) -> None:
        """Take over the hooks of Python and Qt."""
        self.mark.write()
        try:
            self._fault_file = self.mark.fault_path.open("a", encoding="utf-8")
            faulthandler.enable(self._fault_file)
        except OSError as error:
            LOGGER.warning("no log of hard faults: %s", error)
        sys.excepthook = self._python
        threading.excepthook = self._thread
        sys.unraisablehook = self._unraisable
        CHILDREN.addHandler(self._children)
        qInstallMessageHandler(self._qt)

    def remove(self) -> None:
        """Give the hooks back: the window was closed as it should be."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._previous
        qInstallMessageHandler(None)
        CHILDREN.removeHandler(self._children)
        if self._fault_file is not None:
            faulthandler.disable()
            self._fault_file.close()
            self._fault_file = None
        self.mark.remove()

    def give_up(self, error: Exception) -> None:
        """Write a report of what ended the start, note its place on the error, and let go."""
        report = "".join(traceback.format_exception(error))
        LOGGER.error("the window could not be opened:\n%s", report)
        path = self.keep(report, "start")
        self.remove()
        if path is not None:
            error.add_note(f"A report of it was written: {path}")

    def keep(self, report: str, kind: str = "error") -> Path | None:
        """Write a report of an error of ours, once for each, and return its path if it was."""
        if report in self._kept or len(self._kept) >= REPORTS:
            return None
        self._kept.add(report)
        parts = {
            "This computer": system_report(),
            "Under way": self._under_way(),
            "What happened": report,
            "The end of the log": tail(self.log_path, LOG_LINES),
        }
        self.newest = write_report(self._folder, kind, "An error of DeepDesk", parts)
        return self.newest

    def _under_way(self) -> str:
        # The window may be half built or half gone, and the report matters more.
        with contextlib.suppress(Exception):
            return self.context()
        return ""

    def _python(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        self._report("".join(traceback.format_exception(kind, error, trace)))

    def _thread(self, given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None and not isinstance(given.exc_value, SystemExit):
            self._python(given.exc_type, given.exc_value, given.exc_traceback)

    def _unraisable(self, given: UnraisableHookArgs) -> None:
        # Nobody waits for it, as in a destructor: it is written down, and no window comes up.
        error = given.exc_value
        lines = traceback.format_exception(given.exc_type, error, given.exc_traceback)
        report = f"{given.err_msg or 'Exception ignored'}\n{''.join(lines)}"
        LOGGER.error("nobody could be told:\n%s", report)
        self.keep(report, "unraisable")

    def _report(self, report: str) -> None:
        LOGGER.error("an error of ours:\n%s", report)
        self.keep(report)
        self.caught.emit(report)

    def _qt(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if text == self._said:
            self._times += 1
            return
        if self._times:
            LOGGER.info("Qt said that %d times more", self._times)
        self._said, self._times = text, 0
        LOGGER.log(LEVELS.get(kind, logging.WARNING), "Qt %s: %s", context.category, text)
