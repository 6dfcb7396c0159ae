"""What is heard now, in large letters; it says when it was painted."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import BOLD, REGULAR, font
from deepdesk.ui.widgets.painting import antialiased, draw_text

HEIGHT_PX = 56
LETTERS_PX = 34.0


class AnswerLine(QWidget):
    """A word and how sure it is.

    Signals:
        painted: The moment, on the clock of `time.perf_counter`.
    """

    painted = Signal(object)

    def __init__(self, *, keeps_end: bool = False) -> None:
        """Make a line; `keeps_end` cuts words that are too long at their beginning."""
        super().__init__()
        self.words = self.figure = ""
        self._role = "muted"
        self._keeps_end = keeps_end
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, words: str, figure: str = "", *, role: str = "text") -> None:
        """Show words with a figure beside them; painted again even where they are the same."""
        if words != self.words:
            # Not with every figure: a screen reader would never come to an end.
            self.setAccessibleName(words)
        self.words, self.figure, self._role = words, figure, role
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, metrics.scaled(HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, metrics.scaled(HEIGHT_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        is_loud = self._role != "muted"
        letters = font(LETTERS_PX if is_loud else metrics.ANSWER, BOLD if is_loud else REGULAR)
        rect = QRectF(self.rect())
        words = self.words
        if self._keeps_end:
            measured = QFontMetricsF(letters)
            words = measured.elidedText(words, Qt.TextElideMode.ElideLeft, rect.width())
        width = draw_text(painter, rect, words, letters, colour(self._role))
        beside = rect.adjusted(width + metrics.L, 0, 0, 0)
        draw_text(painter, beside, self.figure, font(metrics.ANSWER), colour("muted"))
        painter.end()
        self.painted.emit(time.perf_counter())
