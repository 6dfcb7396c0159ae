"""One sample with what is right and what the network said of it."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.core.events import Ended, Result
from deepdesk.core.payloads import Image, Payload
from deepdesk.ui.desk import Desk
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.payload_views import widget_for
from deepdesk.ui.tabs.training.answer_row import error_words
from deepdesk.ui.tabs.training.drawn_answer import DrawnAnswer
from deepdesk.ui.tabs.training.mistakes import Opened, opening_work
from deepdesk.ui.tabs.training.works import Answered
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.differences import Differences
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label

_WIDE_PX = 560
_VIEW_PX, _DRAWN_PX = 190, 380


class SampleDialog(AskDialog):
    """Shows a sample as soon as it is read; its texts can be selected and copied."""

    def __init__(self, window: QWidget | None, row: Answered, desk: Desk) -> None:
        super().__init__(window, "Truth and answer", verb="Close", other="")
        self.setMinimumWidth(metrics.scaled(_WIDE_PX))
        self.view: QWidget | None = None
        self._row = row
        self._is_closed = False
        self._slot = QWidget()
        is_drawn = row.drawn is not None or row.drawn_truth is not None
        self._slot.setMinimumHeight(metrics.scaled(_DRAWN_PX if is_drawn else _VIEW_PX))
        column = QVBoxLayout(self._slot)
        column.setContentsMargins(0, 0, 0, 0)
        self.name = ElidedLabel("", kind="hint")
        self.words = Label("", kind="hint", wraps=True)
        self.texts = _truth_and_answer(row)
        self.body.addWidget(self._slot, 1)
        for part in (self.name, self.texts, self.words):
            self.add(part)
        self.words.setText(_said(row))
        work = opening_work(desk.project, desk.spec, row.id)
        job = desk.start(work, "training", on_event=self._take, on_ended=self._end)
        self._stop = job.stop
        self.finished.connect(self._let_go)

    def _let_go(self, _code: int) -> None:
        self._is_closed = True
        self._stop()

    def _take(self, event: object) -> None:
        if self._is_closed or not isinstance(event, Result):
            return
        opened: Opened = event.value
        self.name.setText(opened.path.name)
        self.name.set_tooltip(str(opened.path))
        self.view = _view_of(opened.payload, self._row)
        layout = self._slot.layout()
        assert layout is not None, "the slot was made with a layout"
        layout.addWidget(self.view)

    def _end(self, ended: Ended) -> None:
        if not self._is_closed and ended.error is not None:
            self._slot.hide()
            self.words.setText(str(ended.error))


def _view_of(payload: Payload, row: Answered) -> QWidget:
    """Return the sample, with truth and answer drawn over it where they are places in it."""
    if isinstance(payload, Image) and (row.drawn is not None or row.drawn_truth is not None):
        return DrawnAnswer(payload, row)
    return widget_for(payload)


def _truth_and_answer(row: Answered) -> QWidget:
    """Return the two beside each other, letter by letter where an answer can be nearly right."""
    if row.drawn is not None or row.drawn_truth is not None:
        said, truth = row.answer or "nothing", row.truth or "nothing"
        return Label(f"Answer: {said}\nTruth: {truth}", wraps=True)
    if math.isnan(row.error):
        right = "" if row.is_right else f"; it is {row.truth}"
        return Label(f"Answer: {row.answer}, {row.score:.0%} sure{right}", kind="strong")
    return Differences(row.truth, row.answer)


def _said(row: Answered) -> str:
    if math.isnan(row.error):
        return "From the best epoch."
    return f"From the best epoch, {error_words(row.error)} away from right."
