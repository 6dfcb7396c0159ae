"""What happens while recording: looking for microphones, listening, counting down, takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken
from deepdesk.project.recordings import About
from deepdesk.ui.jobs import Job
from deepdesk.ui.sound_input import InputDevice, input_devices
from deepdesk.ui.tabs.dataset.recording.listening import (
    MOST_S,
    Heard,
    Listening,
    Take,
    Wishes,
    listening_work,
)

COUNT_FROM = 3
SECOND_MS = 1000


class Recorder(QObject):
    """The microphone of the page.

    Signals:
        devices_found: list of `InputDevice`.
        listening: Whether the microphone is open now.
        heard: `Heard`, many times a second.
        counted: 3, 2, 1 before a take, 0 when it begins or was called off.
        took: `Take` that is over.
        failed: `DeepDeskError` of the microphone.
    """

    devices_found = Signal(object)
    listening = Signal(object)
    heard = Signal(object)
    counted = Signal(object)
    took = Signal(object)
    failed = Signal(object)

    def __init__(self, project: Path, rate_hz: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._rate_hz = rate_hz
        self._key = ""
        self._is_wanted = False
        self._looks_first = False
        self._job: Job | None = None
        self._wishes = Wishes()
        self._next: tuple[About, float] | None = None
        self.left = 0
        self.is_open = False
        self.is_recording = False
        self.second = QTimer(self)
        self.second.setInterval(SECOND_MS)
        self.second.timeout.connect(self._count)

    @property
    def is_counting(self) -> bool:
        """Whether 3, 2, 1 is under way."""
        return self._next is not None

    def open(self, key: str, *, looks_first: bool = False) -> None:
        """Listen to a microphone, "" for the system's.

        Args:
            key: Of the device.
            looks_first: Look for microphones before, also for those plugged in since.
        """
        self._key, self._is_wanted = key, True
        self._looks_first = self._looks_first or looks_first
        if self._job is not None:
            self._job.stop()
        else:
            self._go_on()

    def close(self) -> None:
        """Listen no more; a take under way ends and is told of."""
        self._is_wanted = False
        self.call_off()
        if self._job is not None:
            self._job.stop()

    def begin(self, about: About, *, length_s: float = 0.0, counts_down: bool = False) -> None:
        """Begin a take, after 3, 2, 1 if wanted; one of `length_s` ends by itself."""
        if not self.is_open or self.is_counting or self.is_recording:
            return
        self._next = (about, length_s or MOST_S)
        self.left = COUNT_FROM if counts_down else 0
        if counts_down:
            self.second.start()
            self.counted.emit(self.left)
        else:
            self._start()

    def end(self) -> None:
        """End the take, or call the countdown off."""
        self.call_off()
        if self.is_recording:
            self._wishes.end()

    def call_off(self) -> None:
        """Stop counting down."""
        self.second.stop()
        if self._next is not None:
            self._next = None
            self.counted.emit(0)

    def _count(self) -> None:
        self.left -= 1
        if self.left > 0:
            self.counted.emit(self.left)
        else:
            self._start()

    def _start(self) -> None:
        self.second.stop()
        if self._next is None:
            return
        (about, length_s), self._next = self._next, None
        self.is_recording = True
        self._wishes.begin(about, length_s)
        self.counted.emit(0)

    def _go_on(self) -> None:
        """Begin what is wanted now that nothing is under way."""
        if not self._is_wanted:
            return
        if self._looks_first:
            self._looks_first = False
            self._run(_look_work, "microphones", self._looked)
            return
        self._wishes = Wishes()
        work = listening_work(self._project, self._key, self._rate_hz, self._wishes)
        self._run(work, "microphone", self._came)

    def _run(
        self,
        work: Callable[[EventSink, StopToken], None],
        what: str,
        on_event: Callable[[object], None],
    ) -> None:
        job = Job(work, what, parent=self)
        self._job = job
        job.batch.connect(lambda events: self._deliver(events, on_event))
        job.ended.connect(lambda ended: self._ended(job, ended))
        job.start()

    def _deliver(self, events: Sequence[object], on_event: Callable[[object], None]) -> None:
        for event in events:
            on_event(event)

    def _looked(self, event: object) -> None:
        if isinstance(event, Result):
            self.devices_found.emit(event.value)

    def _came(self, event: object) -> None:
        if isinstance(event, Heard):
            self.heard.emit(event)
        elif isinstance(event, Listening):
            self.is_open = True
            self.listening.emit(True)
        elif isinstance(event, Take):
            self.is_recording = False
            self.took.emit(event)

    def _ended(self, job: Job, ended: Ended) -> None:
        job.deleteLater()
        self._job = None
        self.call_off()
        self.is_recording = False
        if self.is_open:
            self.is_open = False
            self.listening.emit(False)
        if ended.error is not None:
            self._is_wanted = False
            self.failed.emit(_plain(ended))
            return
        self._go_on()


def _look_work(emit: EventSink, _stop: StopToken) -> None:
    devices: list[InputDevice] = input_devices()
    emit(Result(value=devices))


def _plain(ended: Ended) -> DeepDeskError:
    if ended.error is not None and not ended.report:
        return ended.error
    return DeepDeskError("Recording stopped because of an error in DeepDesk.", str(ended.error))
