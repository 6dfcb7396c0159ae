"""The loss at every learning rate, and the line at the one to use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deepdesk.core.events import Ended, Progress, Result
from deepdesk.core.work import Work
from deepdesk.ui.desk import Desk
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.plots.rate_plot import RatePlot
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.bar import Bar
from deepdesk.ui.widgets.editors import number_text
from deepdesk.ui.widgets.labels import Label

if TYPE_CHECKING:
    from deepdesk.engine.rate_finder import RateCurve

_WHAT = (
    "A copy of the network trains on real batches while the learning rate grows. Where the loss"
    " is lowest, steps are as large as they can be; the suggestion keeps a distance from there."
)


class RateDialog(AskDialog):
    """Draws the curve as it grows; closing it stops the work, and nothing was changed.

    Signals:
        chosen: The learning rate to use.
    """

    chosen = Signal(object)

    def __init__(self, window: QWidget | None, desk: Desk, work: Work) -> None:
        super().__init__(window, "Find the learning rate", verb="Use it", done=self._use)
        self.plot = RatePlot()
        self.bar = Bar(name="Tried")
        self.words = Label("Preparing", kind="hint", wraps=True)
        self.rate = Label(kind="heading")
        self.add_text(_WHAT)
        self.add(Label("Loss, over learning rates", kind="small"))
        self.body.addWidget(self.plot, 1)
        below = QHBoxLayout()
        below.setSpacing(metrics.M)
        below.addWidget(self.rate)
        below.addWidget(self.words, 1)
        self.body.addWidget(self.bar)
        self.body.addLayout(below)
        self.rate.hide()
        self.primary.setEnabled(False)
        self.plot.moved.connect(self._say_rate)
        job = desk.start(work, "training", on_event=self._take, on_ended=self._end, lowered=True)
        self._stop = job.stop
        self.finished.connect(lambda _code: self._stop())

    def _use(self) -> None:
        self.chosen.emit(self.plot.rate)

    def _take(self, event: Any) -> None:
        if not shiboken6.isValid(self):
            return
        if isinstance(event, Progress):
            self.bar.set_share(event.done / event.total if event.total else 0.0)
            if not self.plot.has_line:
                self.words.setText(event.what)
        elif isinstance(event, Result):
            self._show(event.value)

    def _show(self, curve: RateCurve) -> None:
        self.plot.show_curve(curve.rates, curve.losses, curve.whole)
        if not curve.is_done:
            return
        self.plot.set_rate(curve.suggestion)
        self.bar.hide()
        self.words.setText(curve.note or "Drag the line, or move it with the arrow keys.")
        self.words.set_tone("warn" if curve.note else "")
        self.primary.setEnabled(True)
        self._say_rate(curve.suggestion)
        self.plot.setFocus()

    def _say_rate(self, rate: float) -> None:
        self.rate.setText(f"Learning rate {number_text(rate)}")
        self.rate.show()

    def _end(self, ended: Ended) -> None:
        if shiboken6.isValid(self) and ended.error is not None:
            self.bar.hide()
            self.words.setText(str(ended.error))
            self.words.set_tone("bad")
