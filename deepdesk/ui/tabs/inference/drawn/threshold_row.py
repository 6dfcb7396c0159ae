"""From which probability on a box counts: one slider, for all classes or one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.answer_filter import USUAL_THRESHOLD
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.quiet_slider import QuietSlider
from deepdesk.ui.widgets.score_bars import percent

ALL = "All classes"
LOWEST, HIGHEST = 1, 99
_FIGURE_PX = 44


class ThresholdRow(QWidget):
    """The thresholds that a person set, over those that come with an answer.

    Signals:
        changed: {class name: threshold, 0 to 1} of those that a person set.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._classes: tuple[str, ...] = ()
        self._fitted: Mapping[str, float] = {}
        self._own: dict[str, float] = {}
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Class whose threshold is set")
        self.slider = QuietSlider()
        self.slider.setRange(LOWEST, HIGHEST)
        self.slider.setPageStep(5)
        self.slider.setAccessibleName("Threshold, in per cent")
        self.slider.setToolTip("From which probability on a box counts.")
        self.figure = Label(kind="small")
        self.figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.figure.setFixedWidth(metrics.scaled(_FIGURE_PX))
        self.reset = LinkButton(
            "As found", self._reset, tip="Back to the thresholds that come with the answer"
        )
        self._arrange()
        self.chooser.currentIndexChanged.connect(lambda _at: self._show())
        self.slider.valueChanged.connect(self._take)

    def show_classes(
        self, classes: Sequence[str], fitted: Mapping[str, float], own: Mapping[str, float]
    ) -> None:
        """Offer classes with the thresholds of an answer, and those that a person set."""
        self._fitted, self._own = fitted, dict(own)
        if tuple(classes) != self._classes:
            self._classes = tuple(classes)
            self.chooser.blockSignals(True)
            self.chooser.clear()
            self.chooser.addItems([ALL, *self._classes])
            self.chooser.blockSignals(False)
        self._show()

    def _chosen(self) -> tuple[str, ...]:
        at = self.chooser.currentIndex()
        return self._classes if at <= 0 else (self._classes[at - 1],)

    def _show(self) -> None:
        shown = [
            self._own.get(name, self._fitted.get(name, USUAL_THRESHOLD)) for name in self._chosen()
        ]
        middle = sum(shown) / len(shown) if shown else USUAL_THRESHOLD
        self.slider.blockSignals(True)
        self.slider.setValue(round(100 * middle))
        self.slider.blockSignals(False)
        is_even = not shown or max(shown) - min(shown) < 0.005
        self.figure.setText(percent(middle, 0) if is_even else "varies")
        self.reset.setEnabled(bool(self._own))

    def _take(self, value: int) -> None:
        self._own.update(dict.fromkeys(self._chosen(), value / 100))
        self._show()
        self.changed.emit(dict(self._own))

    def _reset(self) -> None:
        self._own = {}
        self._show()
        self.changed.emit({})

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(metrics.S)
        top.addWidget(Label("Threshold", kind="small", tone="muted"))
        top.addWidget(self.chooser, 1)
        top.addWidget(self.reset)
        below = QHBoxLayout()
        below.setSpacing(metrics.S)
        below.addWidget(self.slider, 1)
        below.addWidget(self.figure)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.XS)
        column.addLayout(top)
        column.addLayout(below)
