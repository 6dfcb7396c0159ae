"""Seconds along the bottom of a picture and pitches at its left."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepdesk.data.sound_levels import PitchRows
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import draw_text

ROOMY_PX, TALL_PX = 220, 90
_WORD_PX = 56
_PITCHES_HZ = (250, 500, 1000, 2000, 4000, 8000, 16_000)
_TICK_PX = 3
_LONGEST_DECIMAL_S = 20.0
# Times from a minute on are written as minutes and hours, so their ticks divide these.
_CLOCK_STEPS_S = (30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Where seconds lie in a rectangle."""

    rect: QRectF
    start_s: float
    end_s: float

    def x_of(self, second: float) -> float:
        """Return the pixel of a second, beyond the rectangle if it is not in it."""
        share = (second - self.start_s) / max(1e-9, self.end_s - self.start_s)
        return self.rect.left() + share * self.rect.width()

    def second_at(self, x: float) -> float:
        """Return the second at a pixel, within the stretch that is shown."""
        share = (x - self.rect.left()) / max(1.0, self.rect.width())
        return self.start_s + min(1.0, max(0.0, share)) * (self.end_s - self.start_s)


def has_room_for_words(widget: QWidget) -> bool:
    """Return whether a picture of time and pitch is large enough for its axes."""
    return widget.width() >= ROOMY_PX and widget.height() >= TALL_PX


def _hours_s(least_s: float) -> float:
    return 3600.0 * math.ceil(least_s / 3600.0)


def step_s(length_s: float, most: int) -> float:
    """Return a round step, at most `most` of which fit in a length.

    Up to 20 s it is 1, 2 or 5 times a power of ten; above, what divides minutes and hours.
    """
    least = length_s / max(1, most)
    if least > _LONGEST_DECIMAL_S:
        return next((step for step in _CLOCK_STEPS_S if step >= least * 0.999), _hours_s(least))
    power = 10.0 ** math.floor(math.log10(max(least, 1e-6)))
    return next((power * k for k in (1, 2, 5) if power * k >= least * 0.999), power * 10)


def seconds_text(second: float, step: float) -> str:
    """Return a second as text, as exact as ticks `step` apart need it: 0.25, 1:05."""
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    if abs(second) < 60 or places:
        return f"{second:.{places}f}".replace("-", "\u2212")
    minutes, rest = divmod(round(abs(second)), 60)
    hours, minutes = divmod(minutes, 60)
    sign = "\u2212" if second < 0 else ""
    return f"{sign}{hours}:{minutes:02}:{rest:02}" if hours else f"{sign}{minutes}:{rest:02}"


def draw_seconds(painter: QPainter, axis: TimeAxis, *, from_end: bool = False) -> None:
    """Draw times below a picture; counted back from the end if `from_end`."""
    length_s = axis.end_s - axis.start_s
    if length_s <= 0:
        return
    step = step_s(length_s, int(axis.rect.width() / metrics.scaled(_WORD_PX)))
    zero_s = axis.end_s if from_end else 0.0
    first = math.ceil((axis.start_s - zero_s) / step - 1e-6)
    last = math.floor((axis.end_s - zero_s) / step + 1e-6)
    width, top = metrics.scaled(_WORD_PX), axis.rect.bottom() + _TICK_PX
    for at in range(first, last + 1):
        x = axis.x_of(zero_s + at * step)
        painter.setPen(QPen(colour("faint"), 1))
        painter.drawLine(QPointF(x, axis.rect.bottom()), QPointF(x, top))
        is_last = at == last
        words = seconds_text(at * step, step) + (" s" if is_last else "")
        left = min(x - width / 2, axis.rect.right() - width + metrics.XS)
        is_cut = left < x - width / 2 - 0.5
        place = QRectF(left, top, width, metrics.scaled(14))
        side = Qt.AlignmentFlag.AlignRight if is_cut else Qt.AlignmentFlag.AlignHCenter
        draw_text(painter, place, words, font(metrics.TICK), colour("muted"), side)


def draw_pitches(painter: QPainter, rect: QRectF, rows: PitchRows) -> None:
    """Draw pitches in kHz left of a picture, as many as have room."""
    high = metrics.scaled(12)
    lowest_y = rect.bottom() + high
    for hz in _PITCHES_HZ:
        y = rect.bottom() - rows.share_of(hz) * rect.height()
        if hz > rows.top_hz or y < rect.top() or lowest_y - y < high:
            continue
        lowest_y = y
        words = f"{hz / 1000:g}"
        is_top = hz * 2 > rows.top_hz
        place = QRectF(0, max(0.0, y - high / 2), rect.left() - metrics.XS, high)
        draw_text(
            painter,
            place,
            f"{words} kHz" if is_top else words,
            font(metrics.TICK),
            colour("muted"),
            Qt.AlignmentFlag.AlignRight,
        )
