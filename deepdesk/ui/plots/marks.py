"""A line down a plot with a word at its end: the best epoch, or where a run will stop."""

from __future__ import annotations

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import Qt

from deepdesk.ui.theme import colour, text_colour
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.theme.metrics import TICK

_NEAR_LEFT = {True: 0.15, False: 0.4}  # by whether the word is short


class Mark:
    """One line and its word, both hidden until `show`.

    Args:
        role: Token of the colour.
        style: Of the line.
        row: Lines of text that stay free between the word and the edge of the plot.
    """

    def __init__(self, role: str, style: Qt.PenStyle, *, row: int = 0) -> None:
        self._role, self._style, self._row = role, style, row
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self.word = pg.TextItem("", anchor=(1.05, 0))
        self._words = ""
        for item in (self._line, self.word):
            item.setVisible(False)

    def add_to(self, canvas: pg.PlotWidget) -> None:
        """Put both into a plot."""
        for item in (self._line, self.word):
            canvas.addItem(item, ignoreBounds=True)

    @property
    def is_shown(self) -> bool:
        """Whether it is in the plot now."""
        return bool(self._line.isVisible())

    @property
    def words(self) -> str:
        """What stands at the line."""
        return self._words

    @property
    def at(self) -> float:
        """Where the line is, in epochs."""
        return float(self._line.value())

    def take_colours(self) -> None:
        """Take the theme's colours."""
        self._line.setPen(pg.mkPen(colour(self._role), width=1, style=self._style))
        self.word.setFont(font(TICK))
        self.word.setColor(text_colour(self._role))
        self.word.fill = pg.mkBrush(colour("surface", 0.8))

    def show(self, epoch: float | None, words: str) -> None:
        """Stand at an epoch, or nowhere."""
        for item in (self._line, self.word):
            item.setVisible(epoch is not None)
        if epoch is None:
            return
        self._line.setValue(epoch)
        if words != self._words:
            self._words = words
            self.word.setText(words)

    def place(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        height_at: Callable[[float], float],
    ) -> None:
        """Put the word where the curves are not, and within the plot.

        Args:
            x: Range of the plot.
            y: Range of the plot.
            height_at: Gives the mean height of the curves at an epoch.
        """
        if not self.is_shown:
            return
        (left, right), (bottom, top) = x, y
        share = (self.at - left) / (right - left) if right > left else 0.0
        is_near_left = share < _NEAR_LEFT[len(self._words) < 8]
        is_high = height_at(self.at) > (bottom + top) / 2
        anchor_y = 1 + 1.1 * self._row if is_high else -1.1 * self._row
        self.word.setAnchor((-0.05 if is_near_left else 1.05, anchor_y))
        self.word.setPos(self.at, bottom if is_high else top)
