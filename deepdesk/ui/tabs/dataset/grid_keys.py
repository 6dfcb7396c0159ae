"""What the keys do to the selected samples."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from deepdesk.ui.tabs.dataset.actions import Actions, Selected
from deepdesk.ui.tabs.dataset.menus import DIGIT_KEYS, SPLIT_KEYS
from deepdesk.ui.tabs.dataset.overview import Overview

_HELD = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class GridKeys:
    """Digits give a class, T V E a split, Delete removes, Enter shows the current one larger.

    Args:
        actions: Does it.
        overview: Returns the counts that are shown, for the order of the classes.
        selected: Returns what is selected.
        larger: Shows the current one larger; returns whether it can be.
    """

    def __init__(
        self,
        actions: Actions,
        overview: Callable[[], Overview],
        selected: Callable[[], Selected],
        larger: Callable[[], bool],
    ) -> None:
        self._actions = actions
        self._overview = overview
        self._selected = selected
        self._larger = larger

    def press(self, event: QKeyEvent) -> None:
        """Take a key if it means something here."""
        if event.modifiers() & _HELD:
            return
        event.setAccepted(
            self._digit(event.text())
            or self._split(event)
            or self._delete(event)
            or (event.key() in _ENTER and self._larger())
        )

    def _digit(self, text: str) -> bool:
        at = DIGIT_KEYS.find(text) if text else -1
        classes = self._overview().classes if self._actions.has_classes else ()
        if not 0 <= at < len(classes):
            return False
        self._actions.relabel(self._selected(), classes[at].id)
        return True

    def _split(self, event: QKeyEvent) -> bool:
        letter = event.text().upper()
        split = next((name for name, key in SPLIT_KEYS.items() if key == letter), None)
        if split is None:
            return False
        self._actions.resplit(self._selected(), split)
        return True

    def _delete(self, event: QKeyEvent) -> bool:
        if event.key() not in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            return False
        self._actions.remove(self._selected())
        return True
