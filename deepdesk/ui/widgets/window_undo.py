"""Ctrl+Z belongs to a field while something in it is not saved, and to the window otherwise."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class WindowUndo(QObject):
    """Lets the window take back what was saved by Enter, though the field still has the keyboard.

    Args:
        widget: Takes these keys for itself otherwise.
        is_own: Whether it has something of its own to take back now.
    """

    def __init__(self, widget: QWidget, is_own: Callable[[], bool]) -> None:
        super().__init__(widget)
        self._is_own = is_own
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_asked = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
        if is_asked and any(event.matches(key) for key in _KEYS) and not self._is_own():  # type: ignore[attr-defined] # a key event
            event.ignore()
            return True
        return super().eventFilter(watched, event)
