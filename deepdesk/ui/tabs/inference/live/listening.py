"""Between the page of the microphone and the work that listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken
from deepdesk.project import habits
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.sound_input import ONLY_ZEROS, input_devices
from deepdesk.ui.tabs.inference.live.latency import Latency
from deepdesk.ui.tabs.inference.live.memory import SoundMemory
from deepdesk.ui.tabs.inference.live.microphone import MicrophoneSource
from deepdesk.ui.tabs.inference.live.page import READY, LivePage
from deepdesk.ui.tabs.inference.live.pieces import Begun, Heard, Replied, Skipped
from deepdesk.ui.tabs.inference.live.work import live_work
from deepdesk.ui.tabs.inference.models import Choice, Model
from deepdesk.ui.tabs.inference.networks import Loading, Networks

LATENCY_EVERY_MS = 500
# An answer is not left waiting for a whole frame of the usual length.
FRAME_MS = 12
# A word about sound that was left out stays for so long.
NOTE_MS = 8_000
# Microphones that are switched off give exact zeros.
ZEROS_S = 2.0
_QUIETEST_DB = -60.0


class Listening(QObject):
    """Begins and ends sittings, and brings what they tell to the page.

    Signals:
        running_changed: bool.
    """

    running_changed = Signal(object)

    def __init__(self, desk: Desk, page: LivePage, networks: Networks) -> None:
        super().__init__(page)
        self._desk = desk
        self._page = page
        self._networks = networks
        self.choice: Choice | None = None
        self.memory = SoundMemory()
        self.latency = Latency()
        self._job: Job | None = None
        self._asked: Model | None = None
        self._again = False
        self._start_s = 0.0
        self._shown_from_s = 0.0
        self._zeros_s = 0.0
        self._has_looked = False
        self._takers: Mapping[type[Any], Callable[[Any], None]] = {
            Loading: self._show_loading,
            Begun: self._begin,
            Heard: self._hear,
            Replied: self._show_reply,
            Skipped: self._show_skipped,
        }
        self._figures = _timer(self, LATENCY_EVERY_MS, self._show_latency)
        self._note_over = _timer(self, NOTE_MS, page.note.hide)
        self._note_over.setSingleShot(True)
        page.toggled.connect(lambda _none: self.toggle())
        page.device_chosen.connect(self._keep_device)
        page.board.line.painted.connect(self.latency.painted)
        page.board.marked.connect(self._mark)
        page.board.rest(READY)

    @property
    def is_running(self) -> bool:
        """Whether somebody listens, or is about to."""
        return self._job is not None

    def toggle(self) -> None:
        """Listen, or stop listening."""
        if self._job is None:
            self.start()
        else:
            self.stop()

    def start(self) -> None:
        """Begin a sitting with the network that is chosen."""
        if self._job is not None or self.choice is None:
            return
        self._page.problem.hide()
        self._page.note.hide()
        self._asked = self.choice.model
        self._zeros_s = 0.0
        self.latency.clear()
        source = MicrophoneSource(self._page.device or None)
        self._page.show_state("opening")
        self._job = self._desk.start(
            live_work(source, self._networks, self._asked),
            "inference",
            on_event=self._take,
            on_ended=self._end,
            frame_ms=FRAME_MS,
        )
        self.running_changed.emit(True)

    def stop(self) -> None:
        """Ask the sitting to end."""
        self._again = False
        if self._job is not None:
            self._job.stop()

    def use(self, choice: Choice | None) -> None:
        """Let another network answer from now on; newer weights are taken over by themselves."""
        self.choice = choice
        if self._job is None or choice is None or choice.model == self._asked:
            return
        self.stop()
        self._again = True

    def clear(self) -> None:
        """Forget what was heard; a sitting goes on."""
        self._start_s -= self.memory.end_s
        self.memory.clear()
        self._page.spectrogram.clear()
        self._shown_from_s = 0.0
        self._page.board.clear()

    def look_for_devices(self) -> None:
        """Find the microphones, which may take a second."""

        def work(emit: EventSink, stop: StopToken) -> None:
            del stop
            emit(Result(value=habits.load().microphone))
            emit(Result(value=input_devices()))

        self._desk.start(work, "inference", on_event=self._take_devices, on_ended=self._looked)

    def _take_devices(self, event: object) -> None:
        if not isinstance(event, Result):
            return
        if isinstance(event.value, str):
            # What a person chose on this page counts for more than what was kept.
            if not self._has_looked:
                self._page.want_device(event.value)
            self._has_looked = True
        else:
            self._page.show_devices(event.value)

    def _looked(self, ended: Ended) -> None:
        if ended.error is not None and not ended.report:
            self._page.show_problem(ended.error)

    def _keep_device(self, key: str) -> None:
        def work(emit: EventSink, stop: StopToken) -> None:
            del emit, stop
            habits.save(replace(habits.load(), microphone=key))

        self._desk.start(work, "inference")

    def _take(self, event: object) -> None:
        if isinstance(event, Result) and type(event.value) in self._takers:
            self._takers[type(event.value)](event.value)

    def _show_loading(self, _loading: Loading) -> None:
        if not self._figures.isActive():
            self._page.board.rest("Loading the network…")

    def _begin(self, begun: Begun) -> None:
        self._start_s = self.memory.end_s
        self._page.show_state("listening")
        self._page.board.begin(begun, self._start_s)
        self._figures.start()

    def _hear(self, heard: Heard) -> None:
        if heard.rate_hz != self._page.spectrogram.rate_hz:
            self._shown_from_s = self.memory.end_s
        self.memory.take(heard.samples_T, heard.rate_hz)
        self._page.spectrogram.append(heard.samples_T, heard.rate_hz)
        peak = float(np.abs(heard.samples_T).max(initial=0.0))
        self._page.level.set_share(_share(peak))
        self._zeros_s = 0.0 if peak else self._zeros_s + len(heard.samples_T) / heard.rate_hz
        note = self._page.note
        if self._zeros_s > ZEROS_S and note.isHidden():
            note.say(ONLY_ZEROS.message, ONLY_ZEROS.hint)
            self._note_over.start()
        elif peak and note.isVisible() and note.sentence.text() == ONLY_ZEROS.message:
            # The sound itself is the proof that this is over.
            note.hide()

    def _show_reply(self, reply: Replied) -> None:
        about_s = reply.about_s
        if about_s is not None:
            about_s = self._start_s + about_s[0], self._start_s + about_s[1]
        self._page.board.take(replace(reply, end_s=self._start_s + reply.end_s, about_s=about_s))
        self.latency.wait_for(reply.came_s)

    def _show_skipped(self, skipped: Skipped) -> None:
        hint = "Close other programs, pause the run that trains, or ask a smaller network."
        words = "Some of the sound was lost, because this computer is busy."
        if skipped.length_s:
            words = f"The answers fell behind: {skipped.length_s:.1f} s were skipped."
        self._page.note.say(words, hint)
        self._note_over.start()

    def _mark(self, start_s: float, end_s: float, label: str, position: int) -> None:
        from_s = self._shown_from_s
        if end_s > from_s:
            self._page.spectrogram.mark(start_s - from_s, end_s - from_s, label, position)

    def _show_latency(self) -> None:
        self._page.latency.setText(self.latency.words)

    def _end(self, ended: Ended) -> None:
        self._job = None
        self._figures.stop()
        self._page.show_state("idle")
        self._page.board.rest(READY)
        if ended.error is not None and not ended.report:
            self._page.show_problem(ended.error)
            self.look_for_devices()
        if self._again and ended.error is None:
            self._again = False
            self.start()
        self.running_changed.emit(self.is_running)


def _share(peak: float) -> float:
    """Return how far a level meter goes, 0 to 1, for a peak against full scale."""
    level_db = 20.0 * np.log10(max(peak, 1e-6))
    return float(min(1.0, max(0.0, 1.0 - level_db / _QUIETEST_DB)))


def _timer(parent: QObject, interval_ms: int, act: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setInterval(interval_ms)
    timer.timeout.connect(act)
    return timer
