"""What happens when: a lane for each class with its events, to be zoomed with the wheel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip

from deepdesk.core.payloads import Span, Timeline
from deepdesk.ui.time_lanes import TimeLanes
from deepdesk.ui.widgets.plain_tip import plain_tip
from deepdesk.ui.widgets.score_bars import percent

ZOOM = 1.25


class TimelineView(TimeLanes):
    """Events in lanes, with mouse and keys to walk and zoom through them.

    Args:
        timeline: May grow.
        length_s: Of the whole, 0 for as much as was looked at.

    Signals:
        span_chosen: `Span` that was clicked or walked to.
        second_chosen: The second that was clicked beside the events.
    """

    span_chosen = Signal(object)
    second_chosen = Signal(float)

    def __init__(self, timeline: Timeline, length_s: float = 0.0) -> None:
        super().__init__(timeline, length_s)
        self._grabbed: tuple[float, float] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        span = self._span_at(event.position())
        if span is None:
            self._grabbed = (event.position().x(), self.range_s[0])
        else:
            self.chosen = span
            self.span_chosen.emit(span)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            x, first = self._grabbed
            width = self.range_s[1] - self.range_s[0]
            moved = (event.position().x() - x) / max(1.0, self.axis().rect.width()) * width
            self.show_range(first - moved, first - moved + width)
            return
        span = self._span_at(event.position())
        if span is not None:
            words = plain_tip(span_words(span))
            QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        grabbed, self._grabbed = self._grabbed, None
        if grabbed is not None and abs(event.position().x() - grabbed[0]) < 4:
            self.second_chosen.emit(self.axis().second_at(event.position().x()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        width = self.range_s[1] - self.range_s[0]
        if turned.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            moved = -(turned.x() or turned.y()) / 1200 * width
            self.show_range(self.range_s[0] + moved, self.range_s[1] + moved)
        else:
            around_s = self.axis().second_at(event.position().x())
            self.zoom(ZOOM ** (-turned.y() / 120), around_s)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        zooms = {Qt.Key.Key_Plus: 1 / ZOOM, Qt.Key.Key_Minus: ZOOM, Qt.Key.Key_0: 1e9}
        spans = self.timeline.spans
        key = Qt.Key(event.key())
        if key in steps and spans:
            before = spans.index(self.chosen) if self.chosen in spans else -1
            self.choose(spans[max(0, min(len(spans) - 1, before + steps[key]))])
            self.span_chosen.emit(self.chosen)
        elif key in zooms:
            self.zoom(zooms[key])
        else:
            super().keyPressEvent(event)

    def _span_at(self, where: QPointF) -> Span | None:
        axis = self.axis()
        second, pixel_s = (
            axis.second_at(where.x()),
            (self.range_s[1] - self.range_s[0]) / max(1.0, axis.rect.width()),
        )
        near = (self.starts <= second + pixel_s) & (self.ends >= second - 3 * pixel_s)
        around = (self.timeline.spans[at] for at in np.flatnonzero(near))
        return next((span for span in around if self.rect_of(span).contains(where)), None)


def span_words(span: Span) -> str:
    """Return an event in words: "dog, 1:05.20 to 1:06.10, 93.0 %"."""
    times = f"{clock_words(span.start_s)} to {clock_words(span.end_s)}"
    return f"{span.label}, {times}, {percent(span.score)}"


def clock_words(second: float) -> str:
    """Return a time within a recording: "1:05.20", "1:02:07.00"."""
    hundredths = round(second * 100)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    tail = f"{minutes:02}:{rest // 100:02}.{rest % 100:02}"
    return f"{hours}:{tail}" if hours else tail.removeprefix("0")
