"""Undo of a change of the network."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from deepdesk.ui.tabs.architecture.drawing import Choice


class NetworkCommand(QUndoCommand):
    """From one network to another and back; pushing it makes the change.

    Args:
        apply: Called with the choice that counts from now on.
    """

    def __init__(
        self, before: Choice, after: Choice, text: str, *, apply: Callable[[Choice], None]
    ) -> None:
        super().__init__(text)
        self._before, self._after = before, after
        self._apply = apply

    def undo(self) -> None:
        """Take the network from before."""
        self._apply(self._before)

    def redo(self) -> None:
        """Take the changed network."""
        self._apply(self._after)
