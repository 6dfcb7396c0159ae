"""The footer's line on how old the last checkpoint is, so that closing is no gamble."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from deepdesk.ui.time_words import length_text

if TYPE_CHECKING:
    from deepdesk.ui.desk import Desk, Note

_AGE_EVERY_MS = 5_000
_FRESH_S = 2.0


class CheckpointNote(QObject):
    """Says that a checkpoint was saved, and how long ago; newer notes are left alone."""

    def __init__(self, desk: Desk, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(desk)
        self._desk = desk
        self._clock = clock
        self._saved_s = 0.0
        self._text = ""
        self._can_be_replaced = True
        self._timer = QTimer(self, interval=_AGE_EVERY_MS)
        self._timer.timeout.connect(self.tell_age)
        desk.said.connect(self._follow)

    def saved(self) -> None:
        """Tell of a checkpoint of this moment, unless a change can be taken back there."""
        self._saved_s = self._clock()
        self._timer.start()
        if self._can_be_replaced:
            self._say("Checkpoint saved, safe to close.")

    def tell_age(self) -> None:
        """Make the line older, if it still stands in the footer."""
        age_s = self._clock() - self._saved_s
        if self._text and age_s >= _FRESH_S:
            self._say(f"Last checkpoint {length_text(age_s)} ago, safe to close.")

    def stop(self) -> None:
        """Tell no more: the run is over."""
        self._timer.stop()
        self._text = ""

    def _say(self, text: str) -> None:
        self._text = text
        self._desk.say(text)

    def _follow(self, note: Note) -> None:
        self._can_be_replaced = not note.undo
        if note.text != self._text:
            self._text = ""
