"""The dialog in which long recordings are cut: the wave, where it is cut, and the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QComboBox, QWidget

from deepdesk.core.errors import BadSampleError, ConfigError, DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.payloads import Recording
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.cutting import Cutting, Spans, cut, loudness_of
from deepdesk.data.sound_files import recording_facts
from deepdesk.project.index import Sample
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.dataset.apart_dialog import ApartDialog
from deepdesk.ui.theme import colour
from deepdesk.ui.time_words import length_text
from deepdesk.ui.widgets.traces import WaveView

MOST_LISTED = 500
Outline = tuple[Recording, NDArray[np.float32]]


def outline_work(sample: Sample) -> Work:
    """Return work whose `Result` is the outline of a recording and how loud each moment is."""

    def work(emit: EventSink, stop: StopToken) -> None:
        recording = recording_facts(sample.path)
        emit(Result(value=(recording, loudness_of(sample.path, stop))))

    return work


def spans_work(outline: Outline, settings: Cutting) -> Work:
    """Return work whose `Result` is where a recording would be cut."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        recording, loudness_T = outline
        emit(Result(value=cut(loudness_T, recording.length_s, settings)))

    return work


class CutView(WaveView):
    """The wave of a recording with a line where each piece ends."""

    def __init__(self) -> None:
        super().__init__([], "Recording with its cuts")
        self._length_s = 1.0
        self.spans: Spans = ()

    def show_recording(self, recording: Recording | None) -> None:
        """Show another recording, None while it is being read."""
        self.peaks = () if recording is None else tuple(map(tuple, recording.peaks_K2.tolist()))
        self._length_s = 1.0 if recording is None else max(1e-9, recording.length_s)
        self.show_spans(())

    def show_spans(self, spans: Spans) -> None:
        """Show where it is cut."""
        self.spans = spans
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        super().draw(painter, rect)
        painter.setPen(QPen(colour("text"), 1))
        # At most one line a pixel: a day in short pieces has a hundred thousand of them.
        for x in {round(rect.left() + rect.width() * at / self._length_s) for at in self._edges()}:
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))

    def _edges(self) -> set[float]:
        return {at for span in self.spans for at in span if 0 < at < self._length_s}


class CutDialog(ApartDialog):
    """Shows where recordings would be cut while settings change, and how far the cutting is.

    Args:
        window: Its parent.
        samples: The recordings.
        start: Starts work that reads for the dialog.

    Signals:
        cut_asked: The `Cutting` to cut all of them with.
    """

    cut_asked = Signal(object)

    def __init__(
        self,
        window: QWidget | None,
        samples: Sequence[Sample],
        start: Callable[[Work], Job] | None = None,
    ) -> None:
        count = "1 long recording" if len(samples) == 1 else f"{len(samples):,} long recordings"
        super().__init__(window, f"Cut {count}", verb="Cut", settings=Cutting, start=start)
        self._samples = samples
        self._outline: Outline | None = None
        self.choice = QComboBox()
        self.choice.setAccessibleName("Recording")
        self.choice.addItems([sample.path.name for sample in samples[:MOST_LISTED]])
        self.choice.setVisible(len(samples) > 1)
        self.view = CutView()
        self.bar.hide()
        for widget in (self.choice, self.view, self.words, self.form, self.bar):
            self.add(widget)
        self.add_text("The pieces are written into the project. Your files stay as they are.")
        self.choice.currentIndexChanged.connect(self._read)
        self.form.changed.connect(lambda _settings: self._show_cuts())
        self._read(0)

    def accept(self) -> None:
        settings = None if self.is_under_way else self._settings()
        if settings is None:
            return
        self.begin()
        self.cut_asked.emit(settings)

    def _read(self, at: int) -> None:
        self.close_work()
        self._outline = None
        self.view.show_recording(None)
        self.words.setText("Reading …")
        self._run(outline_work(self._samples[at]), self._show_outline)

    def _refuse(self, error: DeepDeskError) -> None:
        # Of a recording it is said what is wrong with it; the rest is for where samples are listed.
        self.words.setText(error.message if isinstance(error, BadSampleError) else str(error))

    def _show_outline(self, outline: Outline) -> None:
        self._outline = outline
        self.view.show_recording(outline[0])
        self._show_cuts()

    def _show_cuts(self) -> None:
        settings = self._settings()
        if self._outline is None or settings is None:
            return
        self.close_work()
        self._run(spans_work(self._outline, settings), self._show_spans)

    def _show_spans(self, spans: Spans) -> None:
        self.view.show_spans(spans)
        self.words.setText(spans_text(spans))

    def _settings(self) -> Cutting | None:
        from deepdesk.data.cutting import checked

        self.form.clear_errors()
        try:
            settings = self.form.value()
            assert isinstance(settings, Cutting)
            return checked(settings)
        except ConfigError as error:
            self.form.show_error(error)
            return None


def spans_text(spans: Spans) -> str:
    """Return how many pieces there would be, and how long they are."""
    if not spans:
        return "No piece of it would be long enough."
    lengths = [end_s - start_s for start_s, end_s in spans]
    if len(spans) == 1:
        return f"1 piece of {length_text(lengths[0])}"
    low, high = length_text(min(lengths)), length_text(max(lengths))
    return f"{len(spans):,} pieces" + (f" of {low}" if low == high else f" of {low} to {high}")
