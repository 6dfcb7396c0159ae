"""Listening to a sound in memory, from anywhere in it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.ui.jobs import Job
from deepdesk.ui.sound_output import play_work
from deepdesk.ui.sound_turn import take_turn


class SoundPlayer(QObject):
    """Plays stretches of one sound, and no two sounds at once in the whole program.

    Args:
        samples_T: float32, (T,), -1 to 1.
        rate_hz: Samples a second.

    Signals:
        heard: The second that is heard now, None when it is silent again.
        failed: `DeepDeskError` why nothing is to be heard.
    """

    heard = Signal(object)
    failed = Signal(object)

    def __init__(
        self, samples_T: NDArray[np.float32], rate_hz: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._samples_T = samples_T
        self._rate_hz = max(1, rate_hz)
        self._job: Job | None = None

    @property
    def is_playing(self) -> bool:
        """Whether something is to be heard."""
        return self._job is not None

    def play(self, start_s: float = 0.0, end_s: float = math.inf) -> None:
        """Play from one second to another, or to the end."""
        self.stop()
        first = max(0, round(start_s * self._rate_hz))
        last = len(self._samples_T)
        if end_s < last / self._rate_hz:
            last = round(end_s * self._rate_hz)
        if last <= first:
            return
        take_turn(self)
        job = Job(play_work(self._samples_T[first:last], self._rate_hz), "sound", parent=self)
        self._job = job
        from_s = first / self._rate_hz
        job.batch.connect(lambda events: self._take(job, from_s, events))
        job.start()
        self.heard.emit(from_s)

    def stop(self) -> None:
        """Fall silent."""
        if self._job is not None:
            self._job.stop()
            self._job = None
            self.heard.emit(None)

    def _take(self, job: Job, from_s: float, events: Sequence[object]) -> None:
        if job is not self._job:
            return
        seconds = [event.value for event in events if isinstance(event, Result)]
        if seconds:
            self.heard.emit(from_s + float(seconds[-1]))
        last = events[-1]
        if isinstance(last, Ended):
            self._job = None
            self.heard.emit(None)
            error: DeepDeskError | None = last.error
            if error is not None:
                self.failed.emit(error)
