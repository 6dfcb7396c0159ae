"""The picture that goes on, with its answer over it; it says how long painting took."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent

from deepdesk.core.payloads import Payload
from deepdesk.ui.overlay import OverlayView
from deepdesk.ui.payload_views import image_of
from deepdesk.ui.tabs.inference.moving.frames import Seen
from deepdesk.ui.tabs.inference.moving.words_over import (
    drawn_of,
    paint_words,
    shown_words,
    words_of,
)
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import antialiased, draw_text, fill_round

# Also where the window is smaller.
LEAST_PX = 640


class MovingView(OverlayView):
    """Shows one picture after the other.

    Signals:
        painted: (the moment, on the clock of `time.perf_counter`, milliseconds it took).
    """

    painted = Signal(object, object)

    def __init__(self) -> None:
        super().__init__(name="Picture")
        self.words = ""
        self.answer: Payload | None = None
        self.rest_words = ""
        # Painted over the picture in place of words.
        self.over: Callable[[QPainter, QRectF], None] | None = None
        self._made_ms = 0.0
        self._is_new = False

    def clear(self, words: str) -> None:
        """Show no picture, and words in its place."""
        self.rest_words = words
        self.words, self.answer = "", None
        self.show_picture(QImage(), name=words or "Picture")

    def show_seen(self, seen: Seen) -> None:
        """Show a picture with its answer."""
        start_s = time.perf_counter()
        self.answer = seen.answer
        self.words = shown_words(seen.answer)
        self.show_frame(image_of(seen.pixels_HWC), drawn_of(seen.answer))
        self._made_ms = 1000.0 * (time.perf_counter() - start_s)
        self._is_new = True

    def seen_px(self) -> int:
        """Return how many pixels the longer side may take on screen; 0 for all that there are."""
        if not self.zoom.is_whole:
            return 0
        return max(LEAST_PX, round(max(self.width(), self.height()) * self.devicePixelRatioF()))

    def tell_reader(self) -> None:
        """Say what is seen to a screen reader; not for each picture, which would never end."""
        words = words_of(self.answer) or self.layers.words()
        self.setAccessibleName(f"Picture: {words}" if words else "Picture")

    def paintEvent(self, event: QPaintEvent) -> None:
        start_s = time.perf_counter()
        super().paintEvent(event)
        if self.layers.picture.isNull():
            self._paint_rest()
        if self.words and not self.layers.picture.isNull():
            painter = QPainter(self)
            if self.over is None:
                paint_words(painter, self.picture_rect(), self.words)
            else:
                self.over(painter, self.picture_rect())
            painter.end()
        if self._is_new:
            self._is_new = False
            now_s = time.perf_counter()
            self.painted.emit(now_s, self._made_ms + 1000.0 * (now_s - start_s))

    def _paint_rest(self) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        fill_round(painter, rect, colour("raised"), metrics.RADIUS_CARD)
        middle = Qt.AlignmentFlag.AlignCenter
        draw_text(painter, rect, self.rest_words, font(metrics.BODY), colour("muted"), middle)
        painter.end()
