"""A sound as its wave, to be listened to: a button, a cursor that runs along, the length."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import numpy as np
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
from deepdesk.core.events import Ended, Result
from deepdesk.ui.jobs import Job
from deepdesk.ui.sound_output import play_work
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.buttons import IconButton
from deepdesk.ui.widgets.traces import WaveView

# Below this width there is room for the wave alone; a click plays it all the same.
ROOMY_PX = 150
LEAST_PX = 32
_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SoundView(WaveView):
    """A wave that plays when it is clicked, one at a time in the whole program.

    Args:
        samples_T: float32, (T,), -1 to 1.
        rate_hz: Samples a second.
        peaks: (lowest, highest) of each slice of time.
        name: For screen readers.
    """

    _playing: weakref.ref[SoundView] | None = None

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
        self._job: Job | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("Click to listen")
        self.button = IconButton("play", "Play", self.toggle)
        self.button.setParent(self)
        self.button.setEnabled(len(samples_T) > 0)

    @property
    def is_playing(self) -> bool:
        """Whether it is to be heard now."""
        return self._job is not None

    def toggle(self) -> None:
        """Play, or stop playing."""
        if self._job is not None:
            self.stop()
        elif len(self._samples_T):
            self._play()

    def stop(self) -> None:
        """Fall silent."""
        if self._job is not None:
            self._job.stop()
            self._job = None
            self._rest()

    def _play(self) -> None:
        other = SoundView._playing() if SoundView._playing is not None else None
        if other is not None:
            other.stop()
        SoundView._playing = weakref.ref(self)
        self._say(None)
        self.heard_s = 0.0
        job = Job(play_work(self._samples_T, self._rate_hz), "sound", parent=self)
        self._job = job
        job.batch.connect(lambda events: self._heard(job, events))
        job.start()
        self.button.set_icon("stop", "muted")
        self.button.setToolTip("Stop")
        self.button.setAccessibleName("Stop")
        self.update()

    def _heard(self, job: Job, events: Sequence[object]) -> None:
        if job is not self._job:
            return
        for event in events:
            if isinstance(event, Result):
                self.heard_s = float(event.value)
            elif isinstance(event, Ended):
                self._job = None
                self._rest()
                self._say(event.error)
        self.update()

    def _rest(self) -> None:
        self.heard_s = None
        self.button.set_icon("play", "muted")
        self.button.setToolTip("Play")
        self.button.setAccessibleName("Play")
        self.update()

    def _say(self, error: DeepDeskError | None) -> None:
        self.problem = "" if error is None else error.message
        self.setAccessibleDescription(self.problem)
        self.setToolTip("Click to listen" if error is None else str(error))

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_PX, LEAST_PX)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the wave, the cursor, and below them the length or what went wrong."""
        words = self._words() if self.width() >= ROOMY_PX else ""
        below = self.button.height() if words else 0
        wave = rect.adjusted(0, 0, 0, -below)
        super().draw(painter, wave)
        if self.heard_s is not None and self.length_s > 0:
            x = wave.left() + min(1.0, self.heard_s / self.length_s) * wave.width()
            painter.setPen(QPen(colour("text"), 1.5))
            painter.drawLine(QPointF(x, wave.top()), QPointF(x, wave.bottom()))
        if words:
            row = QRectF(rect.left() + below, wave.bottom(), rect.width() - below, below)
            painter.setPen(colour("warn_text" if self.problem else "muted"))
            fitted = QFontMetricsF(painter.font()).elidedText(
                words, Qt.TextElideMode.ElideRight, row.width()
            )
            side = Qt.AlignmentFlag.AlignLeft if self.problem else Qt.AlignmentFlag.AlignRight
            painter.drawText(row, side | Qt.AlignmentFlag.AlignVCenter, fitted)

    def _words(self) -> str:
        if self.problem:
            return self.problem
        at = "" if self.heard_s is None else f"{self.heard_s:.1f} of "
        return f"{at}{self.length_s:.2f} s"

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.button.setVisible(self.width() >= ROOMY_PX)
        self.button.move(metrics.XS, self.height() - self.button.height() - metrics.XS)
        super().resizeEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.toggle()
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _KEYS:
            self.toggle()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
        super().hideEvent(event)
