"""Listening to a file of any length from anywhere in it, read while it plays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui import sound_output
from deepdesk.ui.jobs import Job
from deepdesk.ui.sound_turn import take_turn


def play_file_work(path: Path, rate_hz: int, start_s: float, end_s: float = math.inf) -> Work:
    """Return work that plays a stretch of a file and emits the second that is heard.

    Args:
        path: Of a sound.
        rate_hz: Samples a second in the file.
        start_s: Where to begin.
        end_s: Where to end; the end of the file if that comes first.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.data.sound_files import pieces

        output = sound_output.opened_output(rate_hz)
        is_whole, at_s = False, start_s
        try:
            blocks = pieces(
                path, rate_hz=output.rate_hz, piece_s=sound_output.BLOCK_S, start_s=start_s
            )
            for block_T in blocks:
                stop.check()
                wanted = math.inf if end_s == math.inf else (end_s - at_s) * output.rate_hz
                if wanted < 1:
                    break
                output.write(block_T[: min(len(block_T), math.floor(min(wanted, 1e9)))])
                emit(Result(value=max(start_s, at_s - output.latency_s)))
                at_s += len(block_T) / output.rate_hz
            is_whole = True
        finally:
            output.close(at_once=not is_whole)

    return work


class FilePlayer(QObject):
    """Plays stretches of one file, one at a time.

    Signals:
        heard: The second that is heard now, None when it is silent again.
        failed: `DeepDeskError` why nothing is to be heard.
    """

    heard = Signal(object)
    failed = Signal(object)

    def __init__(self, path: Path, rate_hz: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._rate_hz = rate_hz
        self._job: Job | None = None

    @property
    def is_playing(self) -> bool:
        """Whether something is to be heard."""
        return self._job is not None

    def play(self, start_s: float, end_s: float = math.inf) -> None:
        """Play from one second to another, or to the end of the file."""
        self.stop()
        take_turn(self)
        work = play_file_work(self._path, self._rate_hz, start_s, end_s)
        job = Job(work, "sound", parent=self)
        self._job = job
        job.batch.connect(lambda events: self._take(job, events))
        job.start()
        self.heard.emit(start_s)

    def stop(self) -> None:
        """Fall silent."""
        if self._job is not None:
            self._job.stop()
            self._job = None
            self.heard.emit(None)

    def _take(self, job: Job, events: Sequence[object]) -> None:
        if job is not self._job:
            return
        seconds = [event.value for event in events if isinstance(event, Result)]
        if seconds:
            self.heard.emit(float(seconds[-1]))
        if isinstance(events[-1], Ended):
            self._job = None
            self.heard.emit(None)
            error: DeepDeskError | None = events[-1].error
            if error is not None:
                self.failed.emit(error)
