"""Histograms: a small one for a row, and a large one with its axis and figures."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.insight.figures import Distribution
from deepdesk.ui.tabs.architecture.inside_words import TITLES, figures_line, short
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import antialiased, draw_text

HEIGHT_PX = 96
_AXIS_PX = 18
_FILL_ALPHA = 0.28
_SHORTEST_PX = 1.5


def paint_histogram(painter: QPainter, rect: QRectF, found: Distribution, role: str) -> None:
    """Draw the bins over the whole of `rect`; heights follow the root, so that few are seen too."""
    most = int(found.counts.max(initial=0))
    if not most or rect.width() < 2:
        return
    step = rect.width() / len(found.counts)
    outline = QPainterPath(rect.bottomLeft())
    for place, count in enumerate(found.counts.tolist()):
        height = (count / most) ** 0.5 * rect.height()
        height = max(height, _SHORTEST_PX) if count else 0.0
        left = rect.left() + place * step
        outline.lineTo(left, rect.bottom() - height)
        outline.lineTo(left + step, rect.bottom() - height)
    outline.lineTo(rect.bottomRight())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(role, _FILL_ALPHA))
    painter.drawPath(outline)
    painter.setPen(QPen(colour(role), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(outline)


class Histogram(QWidget):
    """One distribution with its axis: least, zero and greatest."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role
        self._found: Distribution | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(metrics.scaled(HEIGHT_PX))

    def show_distribution(self, found: Distribution | None, words: str = "") -> None:
        """Show a distribution, or nothing."""
        self._found = found
        self.setAccessibleName(words)
        self.setVisible(found is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, metrics.scaled(HEIGHT_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        found = self._found
        if found is None:
            return
        painter = antialiased(QPainter(self))
        axis = metrics.scaled(_AXIS_PX)
        room = QRectF(self.rect()).adjusted(0.5, 2, -0.5, -axis)
        painter.setPen(QPen(colour("line"), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        paint_histogram(painter, room, found, self._role)
        self._draw_axis(painter, room, found)

    def _draw_axis(self, painter: QPainter, room: QRectF, found: Distribution) -> None:
        words = font(metrics.TICK)
        below = QRectF(
            room.left(), room.bottom() + 2, room.width(), self.height() - room.bottom() - 2
        )
        ink = colour("muted")
        if found.high <= found.low:
            middle = Qt.AlignmentFlag.AlignHCenter
            draw_text(painter, below, f"all {short(found.low)}", words, ink, middle)
            return
        left, right = short(found.low), short(found.high)
        used = draw_text(painter, below, left, words, ink)
        taken = draw_text(painter, below, right, words, ink, Qt.AlignmentFlag.AlignRight)
        if found.low < 0 < found.high:
            at = room.left() + room.width() * -found.low / (found.high - found.low)
            painter.setPen(QPen(colour("faint"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(at, room.top()), QPointF(at, room.bottom()))
            if room.left() + used + 8 < at < room.right() - taken - 8:
                spot = QRectF(at - 20, below.top(), 40, below.height())
                draw_text(painter, spot, "0", words, ink, Qt.AlignmentFlag.AlignHCenter)


class HistogramCard(Card):
    """A histogram with its name, what it is in one line, and its figures."""

    def __init__(self, part: str, role: str) -> None:
        super().__init__(TITLES[part])
        self.explanation = Label(kind="hint", wraps=True)
        self.histogram = Histogram(role)
        self.line = Label(kind="hint", wraps=True)
        self.add(self.explanation)
        self.add(self.histogram)
        self.add(self.line)
        self.body.addStretch(1)

    def show_distribution(self, found: Distribution | None, explanation: str, missing: str) -> None:
        """Show a distribution, or say why there is none."""
        self.explanation.setText(explanation)
        line = missing if found is None else figures_line(found)
        self.set_note("" if found is None else f"{found.size:,}")
        self.note.setToolTip("" if found is None else "How many numbers")
        self.line.setText(line)
        self.histogram.show_distribution(found, f"{self.title.text()}: {line}")
