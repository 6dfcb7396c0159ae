"""The outline of a long recording: a click listens from there."""

from __future__ import annotations

import math
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import Recording
from deepdesk.ui.file_player import FilePlayer
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.time_axis import TimeAxis, draw_seconds
from deepdesk.ui.time_words import length_text
from deepdesk.ui.widgets.buttons import IconButton
from deepdesk.ui.widgets.painting import draw_focus, draw_text
from deepdesk.ui.widgets.traces import WaveView

AXIS_PX = 20
ROOMY_PX = 90
LISTEN_TIP = "Click to listen from there"
_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class RecordingView(WaveView):
    """The whole of a recording, with a cursor where it is listened to.

    Args:
        recording: Read from its file while it plays.

    Signals:
        heard: The second that is heard, None when it is silent again.
        second_chosen: The second that a person clicked.
    """

    heard = Signal(object)
    second_chosen = Signal(float)

    def __init__(self, recording: Recording) -> None:
        words = f"{recording.name or 'Recording'}, {length_text(recording.length_s)} long"
        super().__init__([(float(low), float(high)) for low, high in recording.peaks_K2], words)
        self.recording = recording
        self.heard_s: float | None = None
        self.range_s = (0.0, recording.length_s)
        self.problem = ""
        self.player = FilePlayer(Path(recording.path), recording.sample_rate_hz, self)
        self.player.heard.connect(self._show_heard)
        self.player.failed.connect(self._say)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(LISTEN_TIP)
        self.button = IconButton("play", "Play", self.toggle)
        self.button.setParent(self)
        self._button_role = "play"

    def play(self, start_s: float, end_s: float = math.inf) -> None:
        """Listen from one second to another, or to the end."""
        self._say(None)
        self.player.play(min(max(0.0, start_s), self.recording.length_s), end_s)

    def toggle(self) -> None:
        """Play what is shown from its beginning, or stop."""
        if self.player.is_playing:
            self.player.stop()
        else:
            self.play(self.range_s[0])

    def set_range(self, start_s: float, end_s: float) -> None:
        """Mark the stretch that is shown elsewhere in more detail."""
        self.range_s = (start_s, end_s)
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the outline, what is marked of it, the cursor, and times below."""
        axis = self._axis(rect)
        super().draw(painter, axis.rect)
        self._draw_range(painter, axis)
        if self.heard_s is not None:
            x = axis.x_of(self.heard_s)
            painter.setPen(QPen(colour("text"), 1.5))
            painter.drawLine(QPointF(x, axis.rect.top()), QPointF(x, axis.rect.bottom()))
        if axis.rect.bottom() < rect.bottom():
            below = QRectF(rect.left(), axis.rect.bottom(), rect.width(), AXIS_PX)
            if self.problem:
                painter.setFont(self.font())
                draw_text(painter, below, self.problem, self.font(), colour("warn_text"))
            else:
                draw_seconds(painter, axis)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()))

    def _draw_range(self, painter: QPainter, axis: TimeAxis) -> None:
        left, right = (axis.x_of(second) for second in self.range_s)
        if right - left >= axis.rect.width() - 1:
            return
        shown = QRectF(left, axis.rect.top(), max(2.0, right - left), axis.rect.height())
        for outside in (
            QRectF(axis.rect.left(), shown.top(), left - axis.rect.left(), shown.height()),
            QRectF(shown.right(), shown.top(), axis.rect.right() - shown.right(), shown.height()),
        ):
            painter.fillRect(outside, colour("raised", 0.65))
        painter.setPen(QPen(colour("accent"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(shown)

    def _axis(self, rect: QRectF) -> TimeAxis:
        is_roomy = self.height() >= ROOMY_PX
        below = metrics.scaled(AXIS_PX) if is_roomy or self.problem else 0
        beside = self.button.width() + metrics.S if is_roomy else 0
        wave = rect.adjusted(beside, 0, 0, -below)
        return TimeAxis(wave, 0.0, max(1e-6, self.recording.length_s))

    def _inner(self) -> QRectF:
        margin = metrics.S
        return QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)

    def _show_heard(self, second: float | None) -> None:
        self.heard_s = second
        role, words = ("stop", "Stop") if second is not None else ("play", "Play")
        if role != self._button_role:
            self._button_role = role
            self.button.set_icon(role, "muted")
            self.button.setToolTip(words)
            self.button.setAccessibleName(words)
        self.heard.emit(second)
        self.update()

    def _say(self, error: DeepDeskError | None) -> None:
        self.problem = "" if error is None else error.message
        self.setAccessibleDescription(self.problem)
        self.setToolTip(LISTEN_TIP if error is None else str(error))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.button.setVisible(self.height() >= ROOMY_PX)
        self.button.move(metrics.S, metrics.S)
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            second = self._axis(self._inner()).second_at(event.position().x())
            self.second_chosen.emit(second)
            self.play(second)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _KEYS:
            self.toggle()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.player.stop()
        super().hideEvent(event)
