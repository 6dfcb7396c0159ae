"""Small drawings of sounds, series and notes, without axes to read values from."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.ui.theme import colour, metrics, tokens
from deepdesk.ui.widgets.painting import antialiased, fill_round

HEIGHT_PX = 96
MARGIN_PX = 8


class TraceView(QWidget):
    """A raised area on which a subclass draws."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, HEIGHT_PX // 2)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Draw inside `rect`."""
        raise NotImplementedError

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        fill_round(painter, rect, colour("raised"), metrics.RADIUS_CONTROL)
        self.draw(painter, rect.adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX))


class WaveView(TraceView):
    """The loudness of a sound over its time."""

    def __init__(self, peaks: Sequence[tuple[float, float]], name: str) -> None:
        """Show `peaks`: (lowest, highest) of each slice of time, -1 to 1."""
        super().__init__(name)
        self.peaks = tuple(peaks)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(QPen(colour("accent"), 1))
        middle, half = rect.center().y(), rect.height() / 2
        step = rect.width() / max(1, len(self.peaks))
        for at, (low, high) in enumerate(self.peaks):
            x = rect.left() + (at + 0.5) * step
            painter.drawLine(QPointF(x, middle - high * half), QPointF(x, middle - low * half + 1))


class SeriesView(TraceView):
    """Columns of values over time, each in its colour; a gap where a value is missing."""

    def __init__(self, columns: Sequence[Sequence[float]], name: str) -> None:
        super().__init__(name)
        self.columns = tuple(tuple(column) for column in columns)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        known = [value for column in self.columns for value in column if isfinite(value)]
        if not known:
            return
        low, high = min(known), max(known)
        for position, column in enumerate(self.columns):
            painter.setPen(QPen(colour(tokens().class_colour(position)), 1.5))
            for run in _runs(column):
                points = [_point(rect, at / max(1, len(column) - 1), v, low, high) for at, v in run]
                painter.drawPolyline(QPolygonF(points))
                if len(points) == 1:
                    painter.drawEllipse(points[0], 1.0, 1.0)


def _runs(column: Sequence[float]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for at, value in enumerate(column):
        if isfinite(value):
            runs[-1].append((at, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _point(rect: QRectF, along: float, value: float, low: float, high: float) -> QPointF:
    up = (value - low) / (high - low) if high > low else 0.5
    return QPointF(rect.left() + along * rect.width(), rect.bottom() - up * rect.height())


class NotesView(TraceView):
    """Notes as bars: time to the right, pitch upwards, louder is stronger."""

    def __init__(self, notes: Sequence[tuple[float, float, int, int]], name: str) -> None:
        super().__init__(name)
        self.notes = tuple(notes)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        if not self.notes:
            return
        end = max(start + length for start, length, _pitch, _velocity in self.notes) or 1.0
        pitches = [pitch for _start, _length, pitch, _velocity in self.notes]
        lowest, count = min(pitches), max(pitches) - min(pitches) + 1
        high = min(rect.height() / count, 10.0)
        for start, length, pitch, velocity in self.notes:
            x = rect.left() + start / end * rect.width()
            y = rect.bottom() - (pitch - lowest + 1) * rect.height() / count
            bar = QRectF(x, y, max(2.0, length / end * rect.width() - 1), max(2.0, high - 1))
            fill_round(painter, bar, colour("accent", 0.35 + 0.65 * velocity / 127), 2)
