"""The last stop of an error of ours: a log, a report to copy, and the session goes on."""

from __future__ import annotations

import faulthandler
import logging
import platform
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)

import deepdesk

LOGGER = logging.getLogger("deepdesk")
LOG_BYTES, LOG_FILES = 1_000_000, 3
LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def start_log(folder: Path) -> Path:
    """Send what is logged to a file in `folder` that never grows large, and return its path.

    A folder that cannot be written leaves the program without a log, not without a window.
    """
    path = folder / "deepdesk.log"
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    return path


def system_report() -> str:
    """Return what a report needs to say of this computer; no names and no paths."""
    loaded = sys.modules
    torch = getattr(loaded.get("torch"), "__version__", "not loaded")
    qt = getattr(loaded.get("PySide6"), "__version__", "not loaded")
    return "\n".join(
        (
            f"DeepDesk {deepdesk.__version__}",
            f"Python {platform.python_version()} on {platform.platform()}",
            f"Processor {platform.processor() or platform.machine()}",
            f"PySide6 {qt}, torch {torch}",
        )
    )


class CrashHandler(QObject):
    """Catches what nothing else caught, in any thread.

    Signals:
        caught: The report, str; delivered in the window's thread.
    """

    caught = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log_path = start_log(folder)
        self._fault_file: TextIO | None = None
        self._folder = folder
        self._previous = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """Take over the hooks of Python and Qt."""
        try:
            self._fault_file = (self._folder / "faults.log").open("a", encoding="utf-8")
            faulthandler.enable(self._fault_file)
        except OSError as error:
            LOGGER.warning("no log of hard faults: %s", error)
        sys.excepthook = self._python
        threading.excepthook = self._thread
        qInstallMessageHandler(self._qt)

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._previous
        qInstallMessageHandler(None)
        if self._fault_file is not None:
            faulthandler.disable()
            self._fault_file.close()
            self._fault_file = None

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

    def _report(self, report: str) -> None:
        LOGGER.error("an error of ours:\n%s", report)
        self.caught.emit(report)

    def _qt(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        LOGGER.log(LEVELS.get(kind, logging.WARNING), "Qt %s: %s", context.category, text)
