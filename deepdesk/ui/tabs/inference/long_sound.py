"""A long recording on the stage: its outline, what happens when, and a list of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.core.payloads import Payload, Recording, Span, Timeline
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.span_files import FORMATS, write_spans
from deepdesk.data.spans import spans_of
from deepdesk.ui.event_table import EventTable
from deepdesk.ui.jobs import Job
from deepdesk.ui.places import free_path
from deepdesk.ui.recording_view import RecordingView
from deepdesk.ui.span_tuning import SpanTuning
from deepdesk.ui.theme import metrics
from deepdesk.ui.timeline_view import TimelineView, clock_words
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.score_bars import percent

WAVE_PX, LIST_PX = 110, 260
# In a low window the outline gives its room to the lanes.
LOW_PX, LOW_WAVE_PX = 400, 52
TEXT_LANE_PX = 84
_EVENTS, _SENTENCES = ("event", "events"), ("sentence", "sentences")
LEAD_S = 0.2  # an event is listened to from a little before it


class LongSound(QWidget):
    """Shows one recording and the timeline that grows of it.

    Signals:
        stop_asked: None, when a person has seen enough.
        tuned: `Timeline` with the events that a person's own thresholds leave.
        saved: Words about the file that was written.
        failed: `DeepDeskError` why it was not.
    """

    stop_asked = Signal(object)
    tuned = Signal(object)
    saved = Signal(object)
    failed = Signal(object)

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self.recording = recording
        self.answer: Timeline | None = None
        self._job: Job | None = None
        self._is_due = False
        self.wave = RecordingView(recording)
        self.wave.setFixedHeight(metrics.scaled(WAVE_PX))
        empty = Timeline(spans=(), length_s=0.0, is_final=False)
        self.lanes = TimelineView(empty, recording.length_s)
        self.events = EventTable()
        self.beside = QSplitter(Qt.Orientation.Horizontal)
        self.tuning = SpanTuning()
        self.tuning.hide()
        self.count = ElidedLabel("Listening…", kind="hint")
        self.stop = SmallButton("Stop", lambda: self.stop_asked.emit(None), tip="Stop listening")
        self.stop.set_icon("stop")
        self.export = SmallButton(
            "Save as…", self._ask_path, tip="Save it as CSV, Audacity labels or SRT subtitles"
        )
        self._arrange()
        self._connect()
        self._show_state()

    def show_answer(self, answer: Payload | None) -> None:
        """Show what was heard so far; zoom, choice and what a person set stay."""
        if not isinstance(answer, Timeline) or answer is self.answer:
            return
        self.answer = answer
        self._give_room()
        self.tuning.show_timeline(answer)
        if self.tuning.is_tuned:
            self._recount()
        else:
            self._show_spans(answer.spans)
        self._show_state()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_low = self.height() < metrics.scaled(LOW_PX)
        self.wave.setFixedHeight(metrics.scaled(LOW_WAVE_PX if is_low else WAVE_PX))

    def show_stopped(self) -> None:
        """Say that nothing more comes."""
        self._show_state(is_stopped=True)

    def save(self, path: Path) -> None:
        """Write the events on screen to a file, without holding up the window."""
        job = Job(saving_spans(self.lanes.timeline.spans, path), "saving events", parent=self)
        job.ended.connect(lambda ended: self._told(ended, path))
        job.start()

    def _told(self, ended: Ended, path: Path) -> None:
        if ended.error is not None:
            self.failed.emit(ended.error)
        else:
            several = (_SENTENCES if self._is_text else _EVENTS)[1]
            self.saved.emit(f"Saved {len(self.lanes.timeline.spans):,} {several} to {path.name}")

    @property
    def _is_text(self) -> bool:
        """Whether it is answered with what is said, instead of with classes."""
        return self.answer is not None and not self.answer.classes

    def _give_room(self) -> None:
        """Put sentences below their one lane, as wide as there is room; events stand beside."""
        turned = Qt.Orientation.Vertical if self._is_text else Qt.Orientation.Horizontal
        if self.beside.orientation() is turned:
            return
        lane = metrics.scaled(TEXT_LANE_PX)
        self.beside.setOrientation(turned)
        self.beside.setStretchFactor(0, 0 if self._is_text else 1)
        self.beside.setStretchFactor(1, 1 if self._is_text else 0)
        self.beside.setSizes([lane, 4 * lane] if self._is_text else [3 * LIST_PX, LIST_PX])
        self.events.show_texts(is_text=self._is_text)

    def _recount(self) -> None:
        """Find the events anew in the scores that are there; the newest wish counts."""
        if self._job is not None:
            self._is_due = True
            return
        answer = self.answer
        if answer is None:
            return
        self._is_due = False
        thresholds, smoothing_s = dict(self.tuning.thresholds), self.tuning.smoothing_s
        job = Job(counting(answer, thresholds, smoothing_s), "events", parent=self)
        self._job = job
        job.batch.connect(self._take)
        job.ended.connect(lambda _ended: self._recounted())
        job.start()

    def _take(self, events: list[object]) -> None:
        for event in events:
            if isinstance(event, Result):
                self._show_spans(event.value)
                if not self.isHidden():
                    self.tuned.emit(self.lanes.timeline)

    def _recounted(self) -> None:
        self._job = None
        if self._is_due:
            self._recount()

    def _show_spans(self, spans: tuple[Span, ...]) -> None:
        assert self.answer is not None, "spans come of an answer"
        self.lanes.show_timeline(replace(self.answer, spans=spans))
        self.events.events.show(spans)
        self.export.setEnabled(bool(spans))
        self._show_state()

    def _show_state(self, *, is_stopped: bool = False) -> None:
        answer = self.answer
        is_final = answer is not None and answer.is_final
        self.stop.setVisible(not is_final and not is_stopped)
        spans = len(self.lanes.timeline.spans)
        self.export.setEnabled(bool(spans))
        if answer is None:
            self.count.setText("Nothing was listened to." if is_stopped else "Listening…")
            return
        one, several = _SENTENCES if self._is_text else _EVENTS
        words = f"{spans:,} {one if spans == 1 else several}"
        if not is_final:
            share = percent(answer.length_s / max(1e-9, self.recording.length_s), 0)
            words += f" · {'stopped at' if is_stopped else 'listened to'} {share}"
        self.count.setText(words)

    def _play(self, span: Span) -> None:
        self.events.choose_quietly(span)
        self.lanes.choose(span)
        self._say(span)
        self.wave.play(span.start_s - LEAD_S, span.end_s + LEAD_S)

    def _jump(self, span: Span) -> None:
        self.lanes.choose(span)
        self.lanes.set_heard(span.start_s)
        self._say(span)

    def _say(self, span: Span) -> None:
        self.count.setText(f"{span.label} · {clock_words(span.start_s)} · {percent(span.score)}")

    def _connect(self) -> None:
        self.wave.heard.connect(self.lanes.set_heard)
        self.lanes.range_changed.connect(lambda shown: self.wave.set_range(*shown))
        self.lanes.span_chosen.connect(self._play)
        self.lanes.second_chosen.connect(self.wave.play)
        self.events.chosen.connect(self._jump)
        self.events.opened.connect(self._play)
        self.tuning.changed.connect(lambda _none: self._recount())

    def _arrange(self) -> None:
        beside = self.beside
        beside.addWidget(self.lanes)
        beside.addWidget(self.events)
        beside.setStretchFactor(0, 1)
        beside.setSizes([3 * LIST_PX, LIST_PX])
        beside.setChildrenCollapsible(False)
        foot = QHBoxLayout()
        foot.setSpacing(metrics.S)
        foot.addWidget(self.count, 1)
        foot.addWidget(self.stop)
        foot.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(self.wave)
        column.addWidget(beside, 1)
        column.addWidget(self.tuning)
        column.addLayout(foot)

    def _ask_path(self) -> None:
        dialog = QFileDialog(self, "Save what was heard")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {f"{name} (*{suffix})": suffix for suffix, (name, _text) in FORMATS.items()}
        dialog.setNameFilters(list(filters))
        dialog.setDefaultSuffix("csv")
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix(filters[chosen].lstrip("."))
        )
        # With its ending, because a dot in the name would be taken for one.
        dialog.selectFile(f"{Path(self.recording.path).stem}.csv")
        dialog.fileSelected.connect(
            lambda chosen: self.save(_with_ending(chosen, f".{dialog.defaultSuffix()}"))
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _with_ending(chosen: str, suffix: str) -> Path:
    """Return a path that says its format; nobody was asked whether one made here may go."""
    path = Path(chosen)
    if path.suffix.lower() in FORMATS:
        return path
    return free_path(path.parent, path.name, suffix)


def counting(timeline: Timeline, thresholds: dict[str, float], smoothing_s: float) -> Work:
    """Return work whose `Result` are the events with other thresholds; no network is asked."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        spans = spans_of(
            timeline.scores_TC,
            timeline.classes,
            timeline.step_s,
            timeline.window_s,
            thresholds,
            smoothing_s,
        )
        emit(Result(value=spans))

    return work


def saving_spans(spans: tuple[Span, ...], path: Path) -> Work:
    """Return work that writes events to a file."""

    def work(_emit: EventSink, _stop: StopToken) -> None:
        try:
            write_spans(spans, path)
        except OSError as error:
            raise DeepDeskError("The file cannot be written.", str(error)) from error

    return work
