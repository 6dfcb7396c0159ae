"""The right column: what the network says, what it really is, and which network it was."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from deepdesk.core.answer_filter import drawn_words
from deepdesk.core.payload_json import payload_text
from deepdesk.core.payloads import Boxes, Image, LabelScores, Mask, Payload, Text, Timeline
from deepdesk.ui.payload_views import image_of, summary_for, widget_for
from deepdesk.ui.tabs.inference.drawn.panel import DrawnPanel
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.model_facts import ModelFacts
from deepdesk.ui.tabs.inference.sizes import SMALL_PX, fitted
from deepdesk.ui.tabs.inference.words import SURE_FROM, in_words, sure_words, title_of
from deepdesk.ui.theme import metrics
from deepdesk.ui.truth_words import WrittenTruth
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.card import Divider
from deepdesk.ui.widgets.column import Column
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label, SectionLabel
from deepdesk.ui.widgets.text_view import TextView

NOTHING_YET = "The answer shows here: the likeliest classes, how sure the network is, and its time."
NOTHING_DRAWN_YET = "The answer shows here and over the picture: what was found, and its time."
PREVIEW_HEIGHT_PX = 160
LONGEST_JOINED = 60


class AnswerPanel(Column):
    """Shows one entry.

    Args:
        can_join: Whether answers can be confirmed and corrected.
        text: How the answers are called, None where they are no texts.
        drawn: What is said of answers that are drawn over their picture, None for others.

    Signals:
        confirmed: `Entry` whose answer is right.
        correction_asked: The button under which a menu of classes belongs.
        copied: The text that was put on the clipboard.
    """

    confirmed = Signal(object)
    correction_asked = Signal(object)
    copied = Signal(object)

    def __init__(
        self,
        *,
        can_join: bool,
        text: WrittenTruth | None = None,
        drawn: DrawnPanel | None = None,
    ) -> None:
        super().__init__(edge="left", width_px=metrics.COLUMN_RIGHT + 44)
        self.setAccessibleName("Answer")
        self._can_join = can_join
        self._nothing_yet = NOTHING_YET if text is None else text.nothing_yet
        self.drawn = drawn
        if drawn is not None:
            self._nothing_yet = NOTHING_DRAWN_YET
        self.text = TextView()
        self.text.hide()
        self.copy = SmallButton("Copy", self._copy, tip="Copy the text.")
        self.copy.hide()
        self._entry: Entry | None = None
        self._is_answered = False
        self._views: list[QWidget] = []
        self.name = ElidedLabel(kind="hint", where=Qt.TextElideMode.ElideMiddle)
        # What is drawn is told class by class: that is read, and goes on in the next line.
        self.answer: QLabel = (
            ElidedLabel(kind="answer") if drawn is None else Label(kind="answer", wraps=True)
        )
        self.sure = Label(kind="muted")
        self.right = SmallButton("Right", self._confirm, tip="Add it to the data as answered")
        self.right.set_icon("check")
        words = "It is a…" if text is None and drawn is None else "Correct…"
        self.wrong = SmallButton(words, self._correct, tip="Add it to the data as another")
        self.wrong.set_icon("cross")
        self.joined = Label(kind="hint", wraps=True)
        self.model = ModelFacts()
        self._preview = _slot()
        self._bars = _slot()
        self._judging = QWidget()
        self._arrange()
        self.show_entry(None, is_waiting=False)

    @property
    def entry(self) -> Entry | None:
        """What is shown."""
        return self._entry

    def show_entry(
        self, entry: Entry | None, *, is_waiting: bool, with_preview: bool = False
    ) -> None:
        """Show what was said of `entry`, with a small view of it where no stage shows it."""
        self._entry = entry
        self._clear()
        answered = entry.answered if entry is not None else None
        self.name.setText(entry.given.name if entry is not None else "")
        self.name.setVisible(entry is not None and with_preview)
        answer = answered.answer if answered is not None else None
        if answered is not None and answered.given is not None and with_preview:
            self._show_preview(answered.given, answer)
        if answered is not None and answer is not None:
            self._show_answer(answer, answered.milliseconds)
        elif answered is not None and answered.problem is not None:
            self._say("No answer", str(answered.problem) if with_preview else "")
        else:
            self._say("", "Asking…" if is_waiting else self._nothing_yet)
        is_whole = answered is not None and answered.is_final
        # Of a timeline there is no one class to confirm.
        self._show_judging(is_whole and answer is not None and not isinstance(answer, Timeline))

    def show_tuned(self, timeline: Timeline) -> None:
        """Count what a person's own thresholds leave of the answer that is shown."""
        answered = self._entry.answered if self._entry is not None else None
        if answered is not None and isinstance(answered.answer, Timeline):
            self._clear()
            self._show_answer(timeline, answered.milliseconds)

    def show_kept(self) -> None:
        """Tell what counts of a drawn answer after a person chose something else."""
        answered = self._entry.answered if self._entry is not None else None
        answer = answered.answer if answered is not None else None
        if self.drawn is not None and isinstance(answer, Boxes | Mask):
            self.answer.setText(drawn_words(answer, self.drawn.kept))

    def show_joining(self, *, can_write: bool, is_under_way: bool) -> None:
        """Show whether the entry joined the data, or can."""
        joined = self._entry.joined if self._entry is not None else ""
        for button in (self.right, self.wrong):
            button.setEnabled(can_write and not is_under_way)
        self._judging.setVisible(self._is_answered and not joined)
        short = joined if len(joined) <= LONGEST_JOINED else f"{joined[: LONGEST_JOINED - 1]}…"
        self.joined.setText(f"In the data as “{short}”. The next training learns from it.")
        self.joined.setVisible(bool(joined) and self._can_join)

    def _show_answer(self, answer: Payload, milliseconds: float) -> None:
        _text, score = in_words(answer)
        text = title_of(answer)
        is_unlike = isinstance(answer, LabelScores) and answer.is_unlike
        # A guess is not to be confirmed by one careless click.
        self.right.setVisible(not is_unlike)
        sure = sure_words(answer, milliseconds)
        answer = _as_text(answer)
        is_text = isinstance(answer, Text)
        self.answer.setText(text)
        self.answer.setVisible(not is_text)
        self.sure.setWordWrap(is_unlike)
        self.sure.setText(sure)
        self.sure.show()
        is_weak = is_unlike or (score is not None and score < SURE_FROM)
        self.sure.set_tone("warn" if is_weak else "")
        if self.drawn is not None and isinstance(answer, Boxes | Mask):
            self.drawn.show_answer(answer)
            self.show_kept()
        elif isinstance(answer, Text):
            self.text.show_text(answer.text, is_final=answer.is_final)
            self.text.show()
            self.copy.setVisible(bool(answer.text))
        else:
            self._put(self._bars, answer, 0)

    def _show_preview(self, given: Payload, answer: Payload | None) -> None:
        if self.drawn is not None and isinstance(given, Image):
            self.drawn.show_preview(image_of(given.pixels_HWC), answer)
        else:
            self._put(self._preview, fitted(given, SMALL_PX), PREVIEW_HEIGHT_PX)

    def _say(self, title: str, words: str) -> None:
        self.answer.setText(title)
        self.answer.setVisible(bool(title))
        self.sure.setWordWrap(True)
        self.sure.setText(words)
        self.sure.setVisible(bool(words))
        self.sure.set_tone("")

    def _show_judging(self, is_answered: bool) -> None:
        self._is_answered = is_answered and self._can_join
        self._judging.setVisible(self._is_answered)
        self.joined.hide()

    def _put(self, slot: QWidget, payload: Payload, height_px: int) -> None:
        view = widget_for(payload) if height_px else summary_for(payload)
        if height_px:
            view.setFixedHeight(metrics.scaled(height_px))
        layout = slot.layout()
        assert layout is not None, "slots are made with a layout"
        layout.addWidget(view)
        slot.show()
        self._views.append(view)

    def _clear(self) -> None:
        for view in self._views:
            view.hide()
            view.deleteLater()
        self._views.clear()
        for part in (self._preview, self._bars, self.text, self.copy):
            part.hide()
        if self.drawn is not None:
            self.drawn.show_answer(None)

    def _copy(self) -> None:
        text = self.text.toPlainText()
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(text)

    def _confirm(self) -> None:
        if self._entry is not None:
            self.confirmed.emit(self._entry)

    def _correct(self) -> None:
        self.correction_asked.emit(self.wrong)

    def _arrange(self) -> None:
        row = QHBoxLayout(self._judging)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.S)
        row.addWidget(self.right, 1)
        row.addWidget(self.wrong, 1)
        self.body.setSpacing(metrics.XS)
        for widget in (self._preview, self.name, self.answer, self.text, self.sure):
            self.add(widget)
        self.body.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addSpacing(metrics.S)
        self.add(self._bars)
        if self.drawn is not None:
            self.add(self.drawn)
            self.body.addSpacing(metrics.S)
        self.add(self._judging)
        self.add(self.joined)
        self.body.addSpacing(metrics.M)
        self.add(Divider())
        self.body.addSpacing(metrics.S)
        self.add(SectionLabel("Model"))
        self.add(self.model)
        self.body.addStretch(1)


def _as_text(answer: Payload) -> Payload:
    """Return what was said in a long sound as one text; other answers as they are."""
    if isinstance(answer, Timeline) and not answer.classes:
        return Text(text=payload_text(answer), is_final=answer.is_final)
    return answer


def _slot() -> QWidget:
    slot = QWidget()
    column = QVBoxLayout(slot)
    column.setContentsMargins(0, 0, 0, 0)
    return slot
