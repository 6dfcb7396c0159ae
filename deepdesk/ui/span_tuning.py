"""When a class counts as an event: sliders over answers that are there already."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QWidget

from deepdesk.core.payloads import Timeline
from deepdesk.data.spans import USUAL_THRESHOLD, usual_smoothing_s
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.score_bars import percent

ALL = "All classes"
SMOOTHEST_S = 2.0
_STEPS = 100
_FIGURE_PX = 48


class SpanTuning(QWidget):
    """Threshold of one class or of all, and smoothing.

    Signals:
        changed: None, when other events may count now.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.thresholds: dict[str, float] = {}
        self.smoothing_s = 0.0
        self._classes: tuple[str, ...] = ()
        self._fitted: Mapping[str, float] = {}
        self._usual_s = 0.0
        self.is_tuned = False
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Class whose threshold is set")
        self.threshold = _slider("Threshold", "From which probability on a class is an event.")
        self.smoothing = _slider(
            "Smoothing", "Over how much time scores are averaged: less flicker, later edges."
        )
        self.threshold_figure, self.smoothing_figure = Label(kind="small"), Label(kind="small")
        self.reset = LinkButton(
            "As fitted", self._reset, tip="Back to the thresholds that were fitted on validation"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.S)
        row.addWidget(Label("Threshold", kind="small", tone="muted"))
        row.addWidget(self.chooser)
        for slider, figure in (
            (self.threshold, self.threshold_figure),
            (self.smoothing, self.smoothing_figure),
        ):
            figure.setFixedWidth(metrics.scaled(_FIGURE_PX))
            if slider is self.smoothing:
                row.addWidget(Label("Smoothing", kind="small", tone="muted"))
            row.addWidget(slider, 1)
            row.addWidget(figure)
        row.addWidget(self.reset)
        self.chooser.currentIndexChanged.connect(lambda _at: self._show())
        self.threshold.valueChanged.connect(self._take_threshold)
        self.smoothing.valueChanged.connect(self._take_smoothing)

    def show_timeline(self, timeline: Timeline) -> None:
        """Offer the classes of a timeline; what a person set for the same classes stays."""
        self.setVisible(bool(timeline.classes))
        if timeline.classes == self._classes:
            return
        self._classes = timeline.classes
        self._fitted = timeline.thresholds
        self._usual_s = usual_smoothing_s(timeline.step_s or 1.0, timeline.window_s)
        self.chooser.blockSignals(True)
        self.chooser.clear()
        self.chooser.addItems([ALL, *timeline.classes])
        self.chooser.blockSignals(False)
        self._set_back()

    def _set_back(self) -> None:
        self.thresholds = dict(self._fitted)
        self.smoothing_s = self._usual_s
        self.is_tuned = False
        self._show()

    def _reset(self) -> None:
        self._set_back()
        self.changed.emit(None)

    def _chosen(self) -> tuple[str, ...]:
        at = self.chooser.currentIndex()
        return self._classes if at <= 0 else (self._classes[at - 1],)

    def _show(self) -> None:
        shown = [self.thresholds.get(name, USUAL_THRESHOLD) for name in self._chosen()]
        middle = sum(shown) / len(shown) if shown else USUAL_THRESHOLD
        for slider, value in (
            (self.threshold, middle),
            (self.smoothing, self.smoothing_s / SMOOTHEST_S),
        ):
            slider.blockSignals(True)
            slider.setValue(round(value * _STEPS))
            slider.blockSignals(False)
        is_even = not shown or max(shown) - min(shown) < 0.005
        self.threshold_figure.setText(percent(middle, 0) if is_even else "fitted")
        self.smoothing_figure.setText(f"{self.smoothing_s:.2f} s" if self.smoothing_s else "off")
        self.reset.setEnabled(self.is_tuned)

    def _take_threshold(self, value: int) -> None:
        for name in self._chosen():
            self.thresholds[name] = max(1, value) / _STEPS
        self._tuned()

    def _take_smoothing(self, value: int) -> None:
        self.smoothing_s = value / _STEPS * SMOOTHEST_S
        self._tuned()

    def _tuned(self) -> None:
        self.is_tuned = True
        self._show()
        self.changed.emit(None)


def _slider(name: str, tip: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, _STEPS)
    slider.setAccessibleName(name)
    slider.setToolTip(tip)
    slider.setMinimumWidth(60)
    return slider
