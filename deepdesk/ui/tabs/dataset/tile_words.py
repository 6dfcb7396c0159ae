"""What is written under a tile: two lines at most, the rest is in its tool tip."""

from __future__ import annotations

import re

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.apply import text_colour
from deepdesk.ui.theme.fonts import font

LINES = 2
_LINE_PX = 16
# Longer texts are cut before they are measured: a tile is painted often.
_MOST_CHARACTERS = 160
_WORD = re.compile(r"[^ \t\n\r]+")  # a number stays with what it counts


def words_height() -> int:
    """Return the room that words need at the present text size."""
    return LINES * metrics.scaled(_LINE_PX) + metrics.XS


def paint_words(painter: QPainter, tile: QRect, words: str, *, has_truth: bool) -> None:
    """Write words under a tile; what is not known is written in the colour of a warning."""
    face = font(metrics.TINY)
    painter.setFont(face)
    painter.setPen(colour("text") if has_truth else text_colour("warn"))
    line_px = metrics.scaled(_LINE_PX)
    top = tile.bottom() + 1 + metrics.XS
    for at, line in enumerate(two_lines(words, QFontMetricsF(face), tile.width())):
        room = QRectF(tile.left(), top + at * line_px, tile.width(), line_px)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), line)


def two_lines(words: str, figures: QFontMetricsF, width_px: float) -> list[str]:
    """Return what fits into two lines, the second one cut with an ellipsis."""
    left = _WORD.findall(words[:_MOST_CHARACTERS])
    first: list[str] = []
    while left and figures.horizontalAdvance(" ".join([*first, left[0]])) <= width_px:
        first.append(left.pop(0))
    lines = [" ".join(first)] if first else []
    if left:
        cut = figures.elidedText(" ".join(left), Qt.TextElideMode.ElideRight, width_px)
        lines.append(cut)
    return lines
