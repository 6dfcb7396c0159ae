"""Listening to a piece of what was heard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from deepdesk.core.events import Ended
from deepdesk.ui.jobs import Job
from deepdesk.ui.sound_output import play_work
from deepdesk.ui.sound_turn import take_turn


class PiecePlayer(QObject):
    """Plays one piece at a time.

    Signals:
        playing_changed: bool.
        failed: `DeepDeskError` why nothing is to be heard.
    """

    playing_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None

    @property
    def is_playing(self) -> bool:
        """Whether something is to be heard."""
        return self._job is not None

    def play(self, samples_T: NDArray[np.float32], rate_hz: int) -> None:
        """Play float32, (T,), -1 to 1, from its beginning."""
        self.stop()
        take_turn(self)
        job = Job(play_work(samples_T, rate_hz), "sound", parent=self)
        self._job = job
        job.batch.connect(lambda events: self._take(job, events))
        job.start()
        self.playing_changed.emit(True)

    def stop(self) -> None:
        """Fall silent."""
        if self._job is not None:
            self._job.stop()
            self._job = None
            self.playing_changed.emit(False)

    def _take(self, job: Job, events: Sequence[object]) -> None:
        last = events[-1]
        if job is not self._job or not isinstance(last, Ended):
            return
        self._job = None
        self.playing_changed.emit(False)
        if last.error is not None:
            self.failed.emit(last.error)
