"""A sound as its wave and its spectrogram, to be listened to: a button, and one cursor for both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)

from deepdesk.core.errors import DeepDeskError
from deepdesk.ui.sound_player import SoundPlayer
from deepdesk.ui.sound_window import SoundWindow
from deepdesk.ui.spectrogram_view import SpectrogramView
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.time_axis import TimeAxis
from deepdesk.ui.widgets.buttons import IconButton
from deepdesk.ui.widgets.painting import draw_focus
from deepdesk.ui.widgets.traces import MARGIN_PX, WaveView

# Below this width there is room for one picture alone; a click plays it all the same.
ROOMY_PX = 150
# From this height on there is room for the wave and the spectrogram.
TALL_PX = 150
LEAST_PX = 32
_WAVE_SHARE = 0.36
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TIP = "Click to listen, double-click to see it larger"


class SoundView(WaveView):
    """A sound that plays where it is clicked, one at a time in the whole program.

    Space plays, Enter and a double click open it in a window of its own.

    Args:
        samples_T: float32, (T,), -1 to 1.
        rate_hz: Samples a second.
        peaks: (lowest, highest) of each slice of time.
        name: For screen readers, and of the window.
    """

    def __init__(
        self,
        samples_T: NDArray[np.float32],
        rate_hz: int,
        peaks: Sequence[tuple[float, float]],
        name: str,
    ) -> None:
        super().__init__(peaks, name)
        self._samples_T = samples_T
        self._rate_hz = max(1, rate_hz)
        self.length_s = len(samples_T) / self._rate_hz
        self.heard_s: float | None = None
        self.problem = ""
        self._is_second_click = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(_TIP)
        self.player = SoundPlayer(samples_T, self._rate_hz, self)
        self.player.heard.connect(self._show_heard)
        self.player.failed.connect(self._say)
        self.picture = SpectrogramView(samples_T, self._rate_hz, f"Spectrogram of {name}")
        self.picture.setParent(self)
        self.picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.button = IconButton("play", "Play", self.toggle)
        self._larger: SoundWindow | None = None
        self.larger = IconButton("expand", "See it larger", self.open_larger)
        for button in (self.button, self.larger):
            button.setParent(self)
            button.setEnabled(len(samples_T) > 0)

    @property
    def is_playing(self) -> bool:
        """Whether it is to be heard now."""
        return self.player.is_playing

    def toggle(self) -> None:
        """Play from the beginning, or stop playing."""
        if self.player.is_playing:
            self.player.stop()
        else:
            self._play(0.0)

    def stop(self) -> None:
        """Fall silent."""
        self.player.stop()

    def open_larger(self) -> SoundWindow | None:
        """Show it in a window of its own, where stretches of it can be seen and heard."""
        if not len(self._samples_T):
            return None
        self.stop()
        window = SoundWindow(self.window(), self._samples_T, self._rate_hz, self.accessibleName())
        window.show()
        window.activateWindow()
        self._larger = window
        return window

    def _play(self, start_s: float) -> None:
        if len(self._samples_T):
            self._say(None)
            self.player.play(start_s)

    def _show_heard(self, second: float | None) -> None:
        if (second is None) != (self.heard_s is None):
            icon, word = ("play", "Play") if second is None else ("stop", "Stop")
            self.button.set_icon(icon, "muted")
            self.button.setToolTip(word)
            self.button.setAccessibleName(word)
        self.heard_s = second
        self.picture.set_cursor(second)
        self.update()

    def _say(self, error: DeepDeskError | None) -> None:
        self.problem = "" if error is None else error.message
        self.setAccessibleDescription(self.problem)
        self.setToolTip(_TIP if error is None else str(error))
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_PX, LEAST_PX)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the wave, the cursor, and below them the length or what went wrong."""
        if self.width() >= ROOMY_PX:
            self._draw_wave(painter, rect)
            self._draw_words(painter, rect)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()))

    @property
    def _is_tall(self) -> bool:
        return self.width() >= ROOMY_PX and self.height() >= TALL_PX

    def _axis(self, rect: QRectF) -> TimeAxis:
        """Return where the wave lies: above the picture, over the same seconds."""
        below = self.button.height()
        wave = rect.adjusted(0, 0, 0, -below)
        if self._is_tall:
            beside = self.picture.axis.rect
            left = self.picture.x() + beside.left()
            wave = QRectF(left, rect.top(), beside.width(), self.picture.y() - rect.top())
        return TimeAxis(wave, 0.0, max(1e-9, self.length_s))

    def _draw_wave(self, painter: QPainter, rect: QRectF) -> None:
        axis = self._axis(rect)
        super().draw(painter, axis.rect)
        if self.heard_s is not None and self.length_s > 0:
            x = axis.x_of(min(self.heard_s, self.length_s))
            painter.setPen(QPen(colour("validation"), 1.5))
            painter.drawLine(QPointF(x, axis.rect.top()), QPointF(x, axis.rect.bottom()))

    def _draw_words(self, painter: QPainter, rect: QRectF) -> None:
        below = self.button.height()
        right = self.larger.x() - metrics.XS
        row = QRectF(rect.left() + below, rect.bottom() - below, right - rect.left() - below, below)
        at = "" if self.heard_s is None else f"{self.heard_s:.1f} of "
        words = self.problem or f"{at}{self.length_s:.2f} s"
        painter.setPen(colour("warn_text" if self.problem else "muted"))
        fitted = QFontMetricsF(painter.font()).elidedText(
            words, Qt.TextElideMode.ElideRight, row.width()
        )
        side = Qt.AlignmentFlag.AlignLeft if self.problem else Qt.AlignmentFlag.AlignRight
        painter.drawText(row, side | Qt.AlignmentFlag.AlignVCenter, fitted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        is_roomy = self.width() >= ROOMY_PX
        top = self.height() - self.button.height() - metrics.XS
        for button, left in (
            (self.button, metrics.XS),
            (self.larger, self.width() - self.larger.width() - metrics.XS),
        ):
            button.setVisible(is_roomy)
            button.move(left, top)
        self.picture.setVisible(self._is_tall or not is_roomy)
        wave_px = round(_WAVE_SHARE * top) if self._is_tall else 0
        side = MARGIN_PX if self._is_tall else 0
        bottom = top if self._is_tall else self.height()
        self.picture.setGeometry(side, wave_px, self.width() - 2 * side, bottom - wave_px)
        super().resizeEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        is_here = self.rect().contains(place.toPoint())
        if event.button() is not Qt.MouseButton.LeftButton or not is_here:
            super().mouseReleaseEvent(event)
            return
        event.accept()
        if self._is_second_click:
            self._is_second_click = False
        elif self._is_tall:
            margin = MARGIN_PX
            inner = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
            self._play(self._axis(inner).second_at(place.x()))
        else:
            self.toggle()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._is_second_click = True
        event.accept()
        self.open_larger()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggle()
        elif event.key() in _ENTER:
            self.open_larger()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
        # It stays over this window: another tab, which hides what this lies in, takes it along.
        is_tab_left = not (self.isHidden() or event.spontaneous())
        larger, self._larger = self._larger, None
        if is_tab_left and larger is not None and shiboken6.isValid(larger):
            larger.close()
        super().hideEvent(event)
