"""What every board has: a board shows one kind of answers while they come."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from deepdesk.core.payloads import LabelScores, Text
from deepdesk.ui.tabs.inference.live.answer_line import AnswerLine
from deepdesk.ui.tabs.inference.live.pieces import Begun, Replied


class Board(QWidget):
    """A view of answers that come. All moments are seconds since the page was cleared.

    Attributes:
        line: What is heard now; the page has it above the spectrogram.
        side: For the right column, None where there is nothing to set.

    Signals:
        marked: (start, end, label, position of the class) of a stretch in the spectrogram.
    """

    marked = Signal(float, float, str, int)
    line: AnswerLine
    side: QWidget | None = None

    def begin(self, begun: Begun, start_s: float) -> None:
        """Get ready for a sitting that begins now."""

    def take(self, reply: Replied) -> None:
        """Show an answer."""

    def rest(self, words: str) -> None:
        """Show that nobody listens, and what to do."""
        self.line.say(words, role="muted")

    def clear(self) -> None:
        """Forget what was heard."""


def _scores() -> Board:
    from deepdesk.ui.tabs.inference.live.scores_board import ScoresBoard

    return ScoresBoard()


def _text() -> Board:
    from deepdesk.ui.tabs.inference.live.text_board import TextBoard

    return TextBoard()


_MADE: dict[type[object], Callable[[], Board]] = {LabelScores: _scores, Text: _text}


def board_for(gives: type[object]) -> Board | None:
    """Return a board for what a task gives, None where there is none yet."""
    make = _MADE.get(gives)
    return make() if make is not None else None
