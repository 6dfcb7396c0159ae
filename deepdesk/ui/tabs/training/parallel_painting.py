"""How the lines and axes of the parallel coordinates are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from deepdesk.ui.tabs.training.parallel_scale import Axis
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import draw_text, fill_round

_TICK_PX = 62.0


def draw_line(painter: QPainter, points: Sequence[QPointF], ink: QColor, width: float) -> None:
    """Draw one trial."""
    if len(points) > 1:
        painter.setPen(QPen(ink, width))
        painter.drawPolyline(QPolygonF(list(points)))


def draw_axis(
    painter: QPainter,
    plot: QRectF,
    axis: Axis,
    *,
    place: tuple[int, int],
    kept: tuple[float, float] | None,
) -> None:
    """Draw an axis with its words.

    Args:
        plot: Between the first axis and the last.
        place: Of the axis, from 0, and how many there are.
        kept: Part of it that is kept, as shares of its length.
    """
    step = plot.width() / max(1, place[1] - 1)
    x = plot.left() + step * place[0]
    painter.setPen(QPen(colour("faint"), 1.2))
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
    if kept is not None:
        low, high = kept
        top = plot.bottom() - high * plot.height()
        grip = QRectF(x - 5, top, 10, (high - low) * plot.height())
        painter.fillRect(grip, colour("accent", 0.25))
        painter.setPen(QPen(colour("accent"), 1.4))
        painter.drawRect(grip)
    line = metrics.scaled(18)
    is_last = 0 < place[0] == place[1] - 1
    side = Qt.AlignmentFlag.AlignRight if is_last else Qt.AlignmentFlag.AlignLeft
    wide = max(40.0, step - 14)
    head = QRectF(x - wide if is_last else x - 4, plot.top() - line - 6, wide + 4, line)
    draw_text(painter, head, axis.label, font(metrics.SMALL), colour("text"), side)
    for share, words in axis.ticks():
        y = plot.bottom() - share * plot.height()
        painter.setPen(QPen(colour("faint"), 1))
        painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y))
        room = wide if axis.choices else min(wide, _TICK_PX)
        left = x - 7 - room if is_last else x + 7
        box = QRectF(left, y - line / 2, room, line)
        _clear_behind(painter, box, words, is_last=is_last)
        draw_text(painter, box, words, font(metrics.TINY), colour("muted"), side)


def _clear_behind(painter: QPainter, box: QRectF, words: str, *, is_last: bool) -> None:
    """Keep lines from crossing words."""
    small = font(metrics.TINY)
    width = min(box.width(), QFontMetricsF(small).horizontalAdvance(words)) + 4
    left = box.right() - width + 2 if is_last else box.left() - 2
    fill_round(
        painter, QRectF(left, box.top() + 2, width, box.height() - 4), colour("surface", 0.8), 3
    )
