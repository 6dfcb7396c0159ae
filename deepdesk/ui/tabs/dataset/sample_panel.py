"""The right column: the selected sample, large, with what is known of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.events import Ended, Result
from deepdesk.core.learnt import ONE_CLASS_EACH, learnt_from
from deepdesk.project.index import Sample
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.dataset.seen_work import look_work
from deepdesk.ui.tabs.dataset.square import Square
from deepdesk.ui.theme.metrics import XS, S
from deepdesk.ui.widgets.chip import Chip
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label

PAUSE_MS = 60
PREVIEW_SHARE = 0.8
LONGEST_NAME = 20


class SamplePanel(QWidget):
    """Shows one sample, or how many are selected.

    Signals:
        class_asked: The chip under which a menu of classes belongs.
        split_asked: The chip under which a menu of splits belongs.
    """

    class_asked = Signal(object)
    split_asked = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._reader = desk.spec.reader()
        self._has_classes = learnt_from(desk.spec.gives) in ONE_CLASS_EACH
        self._sample: Sample | None = None
        self._job: Job | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._start)
        self.preview = Square(10, PREVIEW_SHARE, is_whole=True)
        self.name = ElidedLabel("", kind="strong", where=Qt.TextElideMode.ElideMiddle)
        self.detail = Label("", kind="hint")
        self.label = Chip("", tip="Its class. Click to choose another one, or press 1 to 9.")
        self.split = Chip("", checkable=False, tip="Its split. Click, or press T, V or E.")
        self.keys = ElidedLabel("1\u20139 to relabel", kind="hint")
        self.keys.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.drawn = Label("", wraps=True)
        self.drawn.hide()
        self.reason = Label("", wraps=True, tone="warn")
        self.remedy = Label("", kind="hint", wraps=True)
        self._arrange()
        self.label.clicked.connect(lambda _checked=False: self._ask_class())
        self.split.clicked.connect(lambda _checked=False: self.split_asked.emit(self.split))

    def show_sample(self, sample: Sample | None, count: int, thumbnail: QPixmap | None) -> None:
        """Show a sample and how many are selected with it.

        Args:
            sample: The current one, None for none.
            count: Samples that are selected.
            thumbnail: Shown until the sample itself is read.
        """
        before, self._sample = self._sample, sample
        self._say(sample, count)
        is_same = before is not None and sample is not None and before.path == sample.path
        if is_same:
            return
        self.stop()
        self.preview.show_busy(sample is not None)
        if thumbnail is not None:
            self.preview.show_pixmap(thumbnail)
        if sample is not None and sample.state != "bad":
            self._pause.start()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S)
        head.addWidget(self.name, 1)
        head.addWidget(self.detail)
        chips = QHBoxLayout()
        chips.setSpacing(S)
        chips.addWidget(self.label)
        chips.addWidget(self.split)
        chips.addWidget(self.keys, 1)
        if not self._has_classes:
            chips.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        column.addWidget(self.preview)
        column.addSpacing(S)
        column.addLayout(head)
        column.addLayout(chips)
        column.addWidget(self.drawn)
        column.addWidget(self.reason)
        column.addWidget(self.remedy)

    def _say(self, sample: Sample | None, count: int) -> None:
        one, several = self._reader.noun
        is_bad = sample is not None and sample.state == "bad"
        if sample is None:
            self.name.setText(f"Select a {one} to see it here")
        else:
            self.name.setText(sample.path.name if count < 2 else f"{count:,} {several} selected")
        known = sample is not None and count < 2
        self.detail.setText(sample.detail if sample is not None and known and not is_bad else "")
        self.split.setVisible(sample is not None)
        for part in (self.label, self.keys):
            part.setVisible(sample is not None and self._has_classes)
        self.name.set_tooltip("" if sample is None else str(sample.path))
        if sample is not None:
            self.label.set_text(_short(sample.label or "no class"))
            self.label.setChecked(sample.label is not None)
            self.split.set_text(sample.split)
        self._explain(sample if known else None)

    def _explain(self, sample: Sample | None) -> None:
        reason = remedy = ""
        if sample is not None and sample.state == "bad":
            reason, remedy = sample.reason, sample.detail
        elif sample is not None:
            note = f"Read with a remark: {sample.note}." if sample.note else ""
            notes = (note, _twin_sentence(sample.twin, self._reader.noun[0]))
            reason = " ".join(note for note in notes if note)
        is_warning = sample is not None and (sample.state == "bad" or " in " in sample.twin)
        self.reason.set_tone("warn" if is_warning else "muted")
        self.reason.setText(reason)
        self.remedy.setText(remedy)
        self.reason.setVisible(bool(reason))
        self.remedy.setVisible(bool(remedy))

    def _ask_class(self) -> None:
        if self._sample is not None:
            # Clicking asks for a menu; the chip stays lit for what the class is now.
            self.label.setChecked(self._sample.label is not None)
            self.class_asked.emit(self.label)

    def _start(self) -> None:
        if self._sample is None:
            return
        mine: list[Job] = []
        started = self._desk.start(
            look_work(self._reader, self._sample.path),
            "dataset",
            on_event=lambda event: self._seen(mine, event),
            on_ended=lambda ended: self._ended(mine, ended),
        )
        mine.append(started)
        self._job = started

    def _seen(self, mine: Sequence[Job], event: object) -> None:
        if self._job in mine and isinstance(event, Result):
            self.preview.show_payload(event.value)

    def _ended(self, mine: Sequence[Job], ended: Ended) -> None:
        if self._job not in mine:
            return
        self._job = None
        if ended.error is not None:
            self.reason.setText(ended.error.message)
            self.reason.show()

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._pause.stop()
        if self._job is not None:
            self._job.stop()
            self._job = None


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _twin_sentence(twin: str, one: str) -> str:
    where = twin.removeprefix("twin in ")
    sentences = {"": "", "twin": f"It has a twin: another {one} that is all but the same."}
    return sentences.get(twin, f"Its twin lies in {where}, which flatters the figures.")
