"""The one thing that is done in the background, and what it told last."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from deepdesk.core.events import Ended, Progress, Result, Said
from deepdesk.core.work import Work
from deepdesk.ui.jobs import Job


class OneJob(QObject):
    """At most one job at a time.

    Signals:
        progressed: `Progress`.
        said: `Said`.
        ended: (`Ended`, the value of the last `Result` or None).
    """

    progressed = Signal(object)
    said = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.job: Job | None = None
        self._value: Any = None
        self._signals = {Progress: self.progressed, Said: self.said}

    def begin(self, work: Work, what: str) -> None:
        """Start work; whatever is under way is asked to stop and no longer listened to."""
        self.drop()
        self._value = None
        self.job = Job(work, f"set-up-{what}", parent=self)
        self.job.batch.connect(self._take)
        self.job.ended.connect(self._end)
        self.job.start()

    def stop(self) -> None:
        """Ask the work to end; `ended` follows."""
        if self.job is not None:
            self.job.stop()

    def drop(self) -> None:
        """Ask the work to end and hear no more of it."""
        job, self.job = self.job, None
        if job is not None:
            job.batch.disconnect(self._take)
            job.ended.disconnect(self._end)
            job.stop()

    def _take(self, events: list[Any]) -> None:
        for event in events:
            signal = self._signals.get(type(event))
            if signal is not None:
                signal.emit(event)
            elif isinstance(event, Result):
                self._value = event.value

    def _end(self, end: Ended) -> None:
        job, self.job = self.job, None
        if job is not None:
            job.deleteLater()
        self.ended.emit((end, self._value))
