"""Asking the system, in the window's thread, whether microphone and camera may be used.

Only macOS is asked: there a program that never asked hears nothing but zeros. Elsewhere, and where
the program is run from a terminal, the system asks by itself or not at all.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import (
    QCameraPermission,
    QCoreApplication,
    QMicrophonePermission,
    QObject,
    Qt,
    Signal,
)

from deepdesk.ui.sound_host import HOST

Status = Qt.PermissionStatus
REASON = "NSMicrophoneUsageDescription"
CAMERA_REASON = "NSCameraUsageDescription"
# A person may be away while the system asks; then the device is opened as it is.
PATIENCE_S = 120.0


class System(Protocol):
    """What can be asked of the system. Used in the window's thread alone."""

    def status(self) -> Qt.PermissionStatus:
        """Return what was answered before."""
        ...

    def request(self, context: QObject, told: Callable[[Qt.PermissionStatus], None]) -> None:
        """Let the system ask the person, and tell the answer later."""
        ...


class QtSystem:
    """The system as Qt knows it.

    Args:
        wish: What is asked for.
    """

    def __init__(
        self, wish: type[QMicrophonePermission | QCameraPermission] = QMicrophonePermission
    ) -> None:
        self._wish = wish

    def status(self) -> Qt.PermissionStatus:
        """Return what was answered before."""
        return _application().checkPermission(self._wish())

    def request(self, context: QObject, told: Callable[[Qt.PermissionStatus], None]) -> None:
        """Let the system ask the person, and tell the answer later."""
        _application().requestPermission(
            self._wish(), context, lambda permission: told(permission.status())
        )


class DevicePermission(QObject):
    """Brings a thread's wish to listen or to watch to the window, and the answer back."""

    _asked = Signal(object)

    def __init__(
        self, system: System, parent: QObject | None = None, *, patience_s: float = PATIENCE_S
    ) -> None:
        super().__init__(parent)
        self._system = system
        self._patience_s = patience_s
        self._asked.connect(self._ask, Qt.ConnectionType.QueuedConnection)

    def is_allowed(self) -> bool:
        """Return False once the answer is no. Waits for it, so never in the window's thread."""
        answer = _Answer()
        self._asked.emit(answer)
        answer.came.wait(self._patience_s)
        return answer.status != Status.Denied

    def _ask(self, answer: _Answer) -> None:
        status = self._system.status()
        if status == Status.Undetermined:
            self._system.request(self, answer.take)
        else:
            answer.take(status)


class _Answer:
    def __init__(self) -> None:
        self.came = threading.Event()
        self.status = Status.Undetermined

    def take(self, status: Qt.PermissionStatus) -> None:
        self.status = status
        self.came.set()


def ask_before_listening(parent: QObject) -> DevicePermission | None:
    """Have the system asked before a microphone is opened, where that is needed.

    A program that does not say in its bundle what it wants to listen for is refused unasked, so
    one that runs from a terminal leaves the question to the terminal.
    """
    if sys.platform != "darwin" or not says_why(Path(QCoreApplication.applicationDirPath())):
        return None
    permission = DevicePermission(QtSystem(), parent)
    HOST.ask_with(permission.is_allowed)
    return permission


def ask_before_watching(parent: QObject) -> DevicePermission | None:
    """Have the system asked before a camera is opened, in the same cases."""
    programs = Path(QCoreApplication.applicationDirPath())
    if sys.platform != "darwin" or not says_why(programs, CAMERA_REASON):
        return None
    # Here alone: pictures need numpy, and the first paint comes before it.
    from deepdesk.ui.video.camera import HOST as CAMERA_HOST

    permission = DevicePermission(QtSystem(QCameraPermission), parent)
    CAMERA_HOST.ask_with(permission.is_allowed)
    return permission


def says_why(programs: Path, reason: str = REASON) -> bool:
    """Return whether the bundle around a folder of programs gives a reason for what it asks."""
    import plistlib  # only where it is needed: every start would pay for it

    try:
        with (programs.parent / "Info.plist").open("rb") as file:
            return bool(plistlib.load(file).get(reason))
    except (OSError, ValueError, AttributeError, plistlib.InvalidFileException):
        return False


def _application() -> QCoreApplication:
    application = QCoreApplication.instance()
    assert application is not None, "there is no application"
    return application
