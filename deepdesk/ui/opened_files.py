"""Projects that the system asks the running program to open, as macOS does on a double-click."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class OpenedFiles(QObject):
    """Takes what the system wants opened, and keeps the last of it until somebody is ready.

    Signals:
        asked: Path of a file or folder, once `begin` was called.
    """

    asked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: Path | None = None
        self._has_begun = False

    def take(self, path: Path) -> None:
        """Tell `asked` of a path, now or when `begin` is called."""
        if self._has_begun:
            self.asked.emit(path)
        else:
            self._waiting = path

    def begin(self) -> Path | None:
        """Return what was asked for up to now, None for nothing; from now on `asked` tells."""
        self._has_begun = True
        waiting, self._waiting = self._waiting, None
        return waiting


class Application(QApplication):
    """The application of macOS, which asks a running program to open documents.

    It asks before the first paint, for the document that the program was started with, and again
    whenever one is opened in the Finder. Other systems start another program instead.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__(list(arguments))
        self.opened_files = OpenedFiles(self)

    def event(self, event: QEvent) -> bool:
        if not isinstance(event, QFileOpenEvent):
            return super().event(event)
        # An address on the network has no file, and nothing here would open it.
        if event.file():
            self.opened_files.take(Path(event.file()))
        return True
