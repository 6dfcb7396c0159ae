"""Events drawn in lanes over time, a stretch of them or all."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.core.payloads import Span, Timeline
from deepdesk.data.spans import counted
from deepdesk.ui.theme import colour, metrics, tokens
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.time_axis import TimeAxis, draw_seconds
from deepdesk.ui.widgets.painting import antialiased, draw_focus, draw_text, fill_round

LANE_PX, AXIS_PX, MARGIN_PX = 24, 20, 8
NAME_PX = 96
LEAST_SHOWN_S = 0.5
MOST_LANES = 12
TEXT_LANE = "Text"
# How strong an event is filled: at least, and more the surer it is. Words have to be read on it.
FILL, TEXT_FILL = (0.35, 0.65), (0.22, 0.26)
# Fewer letters than these, with dots behind them, say nothing; the list below says it all.
LEAST_LETTERS = 8
_MOST_PX = 100_000


class TimeLanes(QWidget):
    """Events in lanes, one for each class that has some.

    Where an answer is no choice between classes, the labels stand in one lane as they are.

    Args:
        timeline: May grow.
        length_s: Of the whole, 0 for as much as was looked at.

    Signals:
        range_changed: First and last second that are shown, as a pair.
    """

    range_changed = Signal(object)

    def __init__(self, timeline: Timeline, length_s: float = 0.0) -> None:
        super().__init__()
        self.timeline = timeline
        self.lanes: tuple[str, ...] = ()
        self.chosen: Span | None = None
        self.heard_s: float | None = None
        self._whole_s = length_s
        self.range_s = (0.0, self.length_s)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.show_timeline(timeline)

    @property
    def length_s(self) -> float:
        """The seconds that there are to show."""
        return max(self._whole_s, self.timeline.length_s, LEAST_SHOWN_S)

    def show_timeline(self, timeline: Timeline) -> None:
        """Show other or more events; what is zoomed into stays."""
        was_whole = self.range_s[1] - self.range_s[0] >= self.length_s - 1e-9
        self.timeline = timeline
        self.lanes = lanes_of(timeline)
        places = {name: at for at, name in enumerate(self.lanes)}
        spans = timeline.spans
        self.starts = np.array([span.start_s for span in spans])
        self.ends = np.array([span.end_s for span in spans])
        last = len(self.lanes) - 1
        self._lanes = np.array([places.get(span.label, last) for span in spans], dtype=np.int64)
        if self.chosen is not None and self.chosen not in timeline.spans:
            self.chosen = None
        count = len(timeline.spans)
        self.setAccessibleName(f"Timeline with {count:,} {'event' if count == 1 else 'events'}")
        if was_whole:
            self.range_s = (0.0, self.length_s)
        self.updateGeometry()
        self.update()

    def choose(self, span: Span | None) -> None:
        """Mark an event and bring it into sight, without a signal that it was chosen."""
        self.chosen = span
        if span is not None:
            first, last = self.range_s
            if span.start_s < first or span.end_s > last:
                half = (last - first) / 2
                self.show_range(span.start_s - half, span.start_s + half)
        self.update()

    def set_heard(self, second: float | None) -> None:
        """Put the cursor at a second, None takes it away."""
        self.heard_s = second
        self.update()

    def show_range(self, start_s: float, end_s: float) -> None:
        """Show a stretch, moved and cut to what there is."""
        width = min(self.length_s, max(LEAST_SHOWN_S, end_s - start_s))
        first = min(max(0.0, start_s), self.length_s - width)
        self.range_s = (first, first + width)
        self.range_changed.emit(self.range_s)
        self.update()

    def zoom(self, factor: float, around_s: float | None = None) -> None:
        """Show `factor` times as much around a second, the middle unless given."""
        first, last = self.range_s
        centre = (first + last) / 2 if around_s is None else around_s
        self.show_range(centre - (centre - first) * factor, centre + (last - centre) * factor)

    def rect_of(self, span: Span) -> QRectF:
        """Return where an event is drawn."""
        axis = self.axis()
        lane = self.lanes.index(span.label) if span.label in self.lanes else len(self.lanes) - 1
        high = self._lane_px()
        left, right = axis.x_of(span.start_s), axis.x_of(span.end_s)
        top = axis.rect.top() + lane * high + 2
        return QRectF(left, top, max(3.0, right - left), high - 4)

    def sizeHint(self) -> QSize:
        lanes = max(2, len(self.lanes))
        return QSize(320, metrics.scaled(LANE_PX) * lanes + metrics.scaled(AXIS_PX) + 2 * MARGIN_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, metrics.scaled(2 * LANE_PX + AXIS_PX) + 2 * MARGIN_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        fill_round(painter, QRectF(self.rect()), colour("raised"), metrics.RADIUS_CONTROL)
        axis = self.axis()
        self._draw_lanes(painter, axis)
        painter.save()
        painter.setClipRect(axis.rect)
        self._draw_spans(painter, axis)
        self._draw_not_yet(painter, axis)
        if self.heard_s is not None:
            x = axis.x_of(self.heard_s)
            painter.setPen(QPen(colour("text"), 1.5))
            painter.drawLine(QPointF(x, axis.rect.top()), QPointF(x, axis.rect.bottom()))
        painter.restore()
        draw_seconds(painter, axis)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()))

    def _draw_lanes(self, painter: QPainter, axis: TimeAxis) -> None:
        high = self._lane_px()
        for at, name in enumerate(self.lanes):
            top = axis.rect.top() + at * high
            words = QRectF(MARGIN_PX, top, axis.rect.left() - MARGIN_PX - metrics.S, high)
            draw_text(painter, words, name, font(metrics.SMALL), colour("muted"))
            painter.fillRect(
                QRectF(axis.rect.left(), top + high - 1, axis.rect.width(), 1), colour("line")
            )

    def _seen(self, axis: TimeAxis) -> list[int]:
        """Return the numbers of the events in sight, one for each lane and pixel."""
        first, last = self.range_s
        seen = np.flatnonzero((self.ends >= first) & (self.starts <= last))
        pixels = (self.starts[seen] - first) / (last - first) * axis.rect.width()
        _keys, firsts = np.unique(
            self._lanes[seen] * _MOST_PX + pixels.clip(-1).astype(np.int64), return_index=True
        )
        # What began before the left edge has no pixel of its own there.
        early = seen[pixels < 0]
        return sorted({*seen[firsts].tolist(), *early.tolist()})

    def _draw_spans(self, painter: QPainter, axis: TimeAxis) -> None:
        figures = font(metrics.SMALL)
        measured = QFontMetricsF(figures)
        is_text = self.lanes == (TEXT_LANE,)
        faint, more = TEXT_FILL if is_text else FILL
        for at in self._seen(axis):
            span = self.timeline.spans[at]
            rect = self.rect_of(span)
            fill = colour(tokens().class_colour(self._place(span)), faint + more * span.score)
            fill_round(painter, rect, fill, 3)
            if span == self.chosen:
                painter.setPen(QPen(colour("text"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(rect, 3, 3)
            if is_text:
                inside = rect.intersected(axis.rect).adjusted(4, 0, -4, 0)
                least_px = LEAST_LETTERS * measured.averageCharWidth()
                if inside.width() >= min(least_px, measured.horizontalAdvance(span.label)):
                    draw_text(painter, inside, span.label, figures, colour("text"))

    def _draw_not_yet(self, painter: QPainter, axis: TimeAxis) -> None:
        """Shade what was not looked at yet."""
        if self.timeline.is_final or self.timeline.length_s >= self.range_s[1]:
            return
        left = max(axis.rect.left(), axis.x_of(self.timeline.length_s))
        rest = QRectF(left, axis.rect.top(), axis.rect.right() - left, axis.rect.height())
        painter.fillRect(rest, colour("line", 0.5))

    def _place(self, span: Span) -> int:
        classes = self.timeline.classes
        return classes.index(span.label) if span.label in classes else 0

    def _lane_px(self) -> float:
        room = self.height() - 2 * MARGIN_PX - metrics.scaled(AXIS_PX)
        return min(float(metrics.scaled(2 * LANE_PX)), room / max(1, len(self.lanes)))

    def _names_px(self) -> float:
        figures = QFontMetricsF(font(metrics.SMALL))
        widest = max((figures.horizontalAdvance(name) for name in self.lanes), default=0.0)
        return min(float(metrics.scaled(NAME_PX)), widest + metrics.M)

    def axis(self) -> TimeAxis:
        """Return where the shown seconds lie."""
        left = MARGIN_PX + (0.0 if self.lanes == (TEXT_LANE,) else self._names_px())
        rect = QRectF(
            left,
            MARGIN_PX,
            max(1, self.width() - left - MARGIN_PX),
            max(1.0, self._lane_px() * max(1, len(self.lanes))),
        )
        return TimeAxis(rect, *self.range_s)


def lanes_of(timeline: Timeline) -> tuple[str, ...]:
    """Return the classes with events in their order, the most frequent ones of very many."""
    if not timeline.classes:
        return (TEXT_LANE,)
    frequent = {name for name, _count in counted(timeline.spans)[:MOST_LANES]}
    return tuple(name for name in timeline.classes if name in frequent)
