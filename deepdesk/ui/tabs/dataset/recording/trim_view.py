"""A take as its wave with two handles: what lies between them is kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPen

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.ui.jobs import Job
from deepdesk.ui.sound_output import play_work
from deepdesk.ui.sound_turn import take_turn
from deepdesk.ui.tabs.dataset.recording.listening import Take
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.time_axis import TimeAxis, draw_seconds
from deepdesk.ui.widgets.painting import draw_focus, fill_round
from deepdesk.ui.widgets.traces import MARGIN_PX, WaveView

LEAST_S = 0.05
STEP_S = 0.01
NEAR_PX = 7
_AXIS_PX = 20
_GRIP_PX = 5.0


class TrimView(WaveView):
    """Drag a handle to move an end; near the end of the sound it snaps to it.

    Double click puts both handles back. Arrows move the first handle, with Shift the second.

    Signals:
        changed: (start, end) in seconds.
        playing: Whether it is to be heard now.
        failed: `DeepDeskError` of the loudspeaker.
    """

    changed = Signal(object)
    playing = Signal(object)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__([], "What is kept of the take")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.heard_s: float | None = None
        self._job: Job | None = None
        self._held: int | None = None
        self._samples_T, self.rate_hz, self.length_s = np.zeros(0, np.float32), 1, 0.0
        self.edges_s = self.range_s = (0.0, 0.0)

    def show_take(self, take: Take, *, trims: bool) -> None:
        """Show a take; `trims`: put the handles at the ends of the sound."""
        self.stop()
        self._samples_T, self.rate_hz = take.samples_T, take.rate_hz
        self.length_s, self.peaks = take.length_s, take.peaks
        self.edges_s = take.edges_s if trims else (0.0, self.length_s)
        self.range_s = self.edges_s
        self._told()

    @property
    def kept_T(self) -> NDArray[np.float32]:
        """What lies between the handles, float32, (T,)."""
        first, last = (round(second * self.rate_hz) for second in self.range_s)
        return self._samples_T[first:last]

    def set_end(self, which: int, second: float) -> None:
        """Move the first (0) or second (1) handle, as far as the other one lets it."""
        start_s, end_s = self.range_s
        if which == 0:
            start_s = min(max(0.0, second), max(0.0, end_s - LEAST_S))
        else:
            end_s = max(min(self.length_s, second), min(self.length_s, start_s + LEAST_S))
        self.range_s = (start_s, end_s)
        self._told()

    def snap_back(self) -> None:
        """Put the handles where the sound begins and ends."""
        self.range_s = self.edges_s
        self._told()

    @property
    def is_playing(self) -> bool:
        """Whether it is to be heard now."""
        return self._job is not None

    def toggle(self) -> None:
        """Play what is kept, or fall silent."""
        if self._job is not None:
            self.stop()
        elif len(self.kept_T):
            take_turn(self)
            self.heard_s = self.range_s[0]
            job = Job(play_work(self.kept_T, self.rate_hz), "sound", parent=self)
            self._job = job
            job.batch.connect(lambda events: self._heard(job, events))
            job.start()
            self.playing.emit(True)

    def stop(self) -> None:
        """Fall silent."""
        if self._job is not None:
            self._job.stop()
            self._rest()

    def _heard(self, job: Job, events: Sequence[object]) -> None:
        if job is not self._job:
            return
        for event in events:
            if isinstance(event, Result):
                self.heard_s = self.range_s[0] + float(event.value)
            elif isinstance(event, Ended):
                self._rest()
                if isinstance(event.error, DeepDeskError):
                    self.failed.emit(event.error)
        self.update()

    def _rest(self) -> None:
        self._job = None
        self.heard_s = None
        self.playing.emit(False)
        self.update()

    def _told(self) -> None:
        start_s, end_s = self.range_s
        self.setAccessibleDescription(f"From {start_s:.2f} to {end_s:.2f} s")
        self.changed.emit(self.range_s)
        self.update()

    @property
    def axis(self) -> TimeAxis:
        """Where seconds lie, in pixels of this widget."""
        rect = QRectF(self.rect()).adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX - _AXIS_PX)
        return TimeAxis(rect, 0.0, max(LEAST_S, self.length_s))

    def sizeHint(self) -> QSize:
        return QSize(320, metrics.scaled(140))

    def draw(self, painter: QPainter, _rect: QRectF) -> None:
        """Draw the wave, what is left out in a veil, the handles and the cursor."""
        axis = self.axis
        wave = axis.rect
        super().draw(painter, wave)
        left, right = (axis.x_of(second) for second in self.range_s)
        for start, end in ((wave.left(), left), (right, wave.right())):
            veil = QRectF(start, wave.top(), max(0.0, end - start), wave.height())
            painter.fillRect(veil, colour("raised", 0.78))
        for x in (left, right):
            painter.setPen(QPen(colour("accent"), 2))
            painter.drawLine(QPointF(x, wave.top()), QPointF(x, wave.bottom()))
            grip = QRectF(x - _GRIP_PX, wave.center().y() - 12, 2 * _GRIP_PX, 24)
            fill_round(painter, grip, colour("accent"), _GRIP_PX)
        if self.heard_s is not None:
            x = axis.x_of(self.heard_s)
            painter.setPen(QPen(colour("text"), 1.5))
            painter.drawLine(QPointF(x, wave.top()), QPointF(x, wave.bottom()))
        draw_seconds(painter, axis)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = _handle_at(self, event.position().x())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._held is None:
            near = min(abs(x - self.axis.x_of(second)) for second in self.range_s)
            is_near = near <= 2 * NEAR_PX
            self.setCursor(
                Qt.CursorShape.SizeHorCursor if is_near else Qt.CursorShape.PointingHandCursor
            )
            return
        snap_s = self.edges_s[self._held]
        is_near = abs(x - self.axis.x_of(snap_s)) <= NEAR_PX
        self.set_end(self._held, snap_s if is_near else self.axis.second_at(x))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is None and self.rect().contains(event.position().toPoint()):
            self.toggle()
        self._held = None
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.stop()
        self.snap_back()
        self._held = _handle_at(self, event.position().x())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -STEP_S, Qt.Key.Key_Right: STEP_S}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        which = int(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        self.set_end(which, self.range_s[which] + step)

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
        super().hideEvent(event)


def _handle_at(view: TrimView, x: float) -> int | None:
    near = [abs(x - view.axis.x_of(second)) for second in view.range_s]
    which = near.index(min(near))
    return which if near[which] <= 2 * NEAR_PX else None
