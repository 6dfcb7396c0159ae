"""Esc stays with the widget that has something to take back, before the window hears of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


class KeepsEscape(QObject):
    """Gives Esc to a widget while it wants it; else the window's own Esc (stop a run) gets it.

    Args:
        widget: Handles Esc in its key events.
        wants: Whether it has a use for Esc now.
    """

    def __init__(self, widget: QWidget, wants: Callable[[], bool]) -> None:
        super().__init__(widget)
        self._wants = wants
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_escape and event.type() == QEvent.Type.ShortcutOverride and self._wants():
            event.accept()
            return True
        return super().eventFilter(watched, event)
