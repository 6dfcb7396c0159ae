"""How loud it is: a bar in decibels with a mark for what is cut off, and a sentence."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.painting import antialiased, draw_bar, fill_round

BOTTOM_DB = -60.0
CLIPPED = 0.99
REMEMBERED_S = 2.0
NOTHING_S = 1.5
NOTHING = "Nothing at all comes from the microphone: is it switched off or not allowed?"
FALL_DB_PER_S = 30.0
_VERY_QUIET, _QUIET = 0.01, 0.05


class Loudness:
    """How loud it was in the last seconds, by the clock of the samples themselves."""

    def __init__(self) -> None:
        self.shown_db = BOTTOM_DB
        self.clipped_s = math.inf  # since the last sample at full scale
        self.nothing_s = 0.0  # of exact zeros
        self._now_s = 0.0
        self._peaks: deque[tuple[float, float]] = deque()

    def hear(self, samples_T: NDArray[np.float32], rate_hz: int) -> None:
        """Take samples in, float32, (T,)."""
        if not len(samples_T):
            return
        length_s = len(samples_T) / rate_hz
        peak = float(np.abs(samples_T).max())
        self._now_s += length_s
        self._peaks.append((self._now_s, peak))
        while self._peaks[0][0] < self._now_s - REMEMBERED_S:
            self._peaks.popleft()
        self.clipped_s = 0.0 if peak >= CLIPPED else self.clipped_s + length_s
        self.nothing_s = 0.0 if peak else self.nothing_s + length_s
        decibels = 20.0 * math.log10(max(peak, 1e-6))
        self.shown_db = max(BOTTOM_DB, decibels, self.shown_db - FALL_DB_PER_S * length_s)

    @property
    def loudest(self) -> float:
        """The largest amplitude of the last seconds, 0 to 1."""
        return max((peak for _at, peak in self._peaks), default=0.0)

    @property
    def is_clipped(self) -> bool:
        """Whether samples were at full scale in the last seconds."""
        return self.clipped_s < REMEMBERED_S

    @property
    def is_nothing(self) -> bool:
        """Whether only exact zeros come, which no microphone in use gives."""
        return self.nothing_s >= NOTHING_S


def loudness_words(loudness: Loudness) -> tuple[str, str]:
    """Return how loud it is in words, and their tone."""
    if loudness.is_nothing:
        return NOTHING, "warn"
    return peak_words(1.0 if loudness.is_clipped else loudness.loudest)


def peak_words(peak: float) -> tuple[str, str]:
    """Return how loud a sound of this largest amplitude is in words, and their tone."""
    if peak >= CLIPPED:
        return "Too loud: go further away, or turn the microphone down", "bad"
    if peak < _VERY_QUIET:
        return "Very quiet", "muted"
    if peak < _QUIET:
        return "Quiet: go nearer, or turn the microphone up", "warn"
    return "Good", "good"


class LevelMeter(QWidget):
    """The bar; full at the right, where a mark lights up when a sound is cut off."""

    def __init__(self) -> None:
        super().__init__()
        self.loudness = Loudness()
        self.setAccessibleName("Level")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def hear(self, samples_T: NDArray[np.float32], rate_hz: int) -> None:
        """Show samples, float32, (T,), -1 to 1."""
        self.loudness.hear(samples_T, rate_hz)
        self.update()

    def rest(self) -> None:
        """Show that nothing is listened to."""
        self.loudness = Loudness()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, metrics.scaled(12))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        mark = float(self.height())
        rect = QRectF(0, 2, self.width() - mark - metrics.XS, self.height() - 4.0)
        loud = self.loudness
        share = 1.0 - loud.shown_db / BOTTOM_DB
        draw_bar(painter, rect, share, colour("bad" if loud.is_clipped else "good"))
        if loud.loudest > 0.0:
            held = 1.0 - max(BOTTOM_DB, 20.0 * math.log10(loud.loudest)) / BOTTOM_DB
            x = rect.left() + held * rect.width()
            painter.setPen(QPen(colour("text"), 1.5))
            painter.drawLine(QPointF(x, rect.top() - 1), QPointF(x, rect.bottom() + 1))
        place = QRectF(self.width() - mark, 0, mark, mark)
        fill_round(painter, place, colour("bad" if loud.is_clipped else "line"), mark / 2)
        if loud.is_clipped:
            # A shape as well as a colour: a bar with a dot below, as in a warning.
            painter.setPen(QPen(colour("surface"), 2))
            x = place.center().x()
            painter.drawLine(QPointF(x, 3), QPointF(x, mark - 5))
            painter.drawPoint(QPointF(x, mark - 2.5))
