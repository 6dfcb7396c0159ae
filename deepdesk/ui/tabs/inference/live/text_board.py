"""Words while they are spoken: the sentence that grows, and those that ended, with their times."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout

from deepdesk.core.payloads import Span, Text, Timeline
from deepdesk.ui.tabs.inference.live.answer_line import AnswerLine
from deepdesk.ui.tabs.inference.live.board import Board
from deepdesk.ui.tabs.inference.live.event_list import moment
from deepdesk.ui.tabs.inference.live.pieces import Begun, Replied
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.labels import Label

NOTHING = "Nothing said yet"
# Some hours of talk; the oldest sentences leave.
MOST_SENTENCES = 20_000
USUALLY_AFTER_S = 0.8


class TextBoard(Board):
    """For `Text`.

    Signals:
        export_asked: None.
        clear_asked: None.
    """

    export_asked = Signal(object)
    clear_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.line = AnswerLine(keeps_end=True)
        self.sentences: list[Span] = []
        self.growing = ""
        self._since_s: float | None = None
        self._start_s = self._end_s = 0.0
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(MOST_SENTENCES)
        self.log.setAccessibleName("What was said")
        self.log.setPlaceholderText("What is said stands here, a line for each sentence.")
        self.grows = Label(kind="muted", wraps=True)
        self.copy = SmallButton("Copy", self._copy, tip="Copy everything that was said")
        self.copy.set_icon("copy", "muted")
        self.export = SmallButton("Save…", lambda: self.export_asked.emit(None))
        self.export.setToolTip("Save what was said as text or as subtitles")
        self.empty = SmallButton("Clear", lambda: self.clear_asked.emit(None))
        self.empty.setToolTip("Forget the words and the sound")
        self._arrange()
        self._show_growing()

    def begin(self, begun: Begun, start_s: float) -> None:
        del begun
        self._start_s = self._end_s = start_s
        self.line.say(NOTHING, role="muted")

    def take(self, reply: Replied) -> None:
        answer, end_s = reply.answer, reply.end_s
        if not isinstance(answer, Text):
            return
        words = " ".join(answer.text.split())
        if words and self._since_s is None:
            # The first words come some moments after they began to be said.
            began_s = reply.about_s[0] if reply.about_s else end_s - USUALLY_AFTER_S
            self._since_s = max(self._start_s, began_s)
        self._end_s = reply.about_s[1] if reply.about_s and answer.is_final else end_s
        if answer.is_final:
            self._end_sentence(words)
        else:
            self.growing = words
        self._show_growing()
        last = self.sentences[-1].label if self.sentences else NOTHING
        self.line.say(self.growing or last, role="text" if self.growing else "muted")

    def rest(self, words: str) -> None:
        self._end_sentence(self.growing)
        self._show_growing()
        super().rest(words)

    def clear(self) -> None:
        self.sentences.clear()
        self.growing, self._since_s = "", None
        self._start_s = self._end_s = 0.0
        self.log.clear()
        self._show_growing()
        self.line.say(NOTHING, role="muted")

    @property
    def timeline(self) -> Timeline:
        """The sentences as they are exported."""
        return Timeline(spans=tuple(self.sentences), length_s=self._end_s)

    @property
    def text(self) -> str:
        """Everything that was said, a line for each sentence."""
        lines = [span.label for span in self.sentences]
        return "\n".join([*lines, self.growing] if self.growing else lines)

    def _end_sentence(self, words: str) -> None:
        since_s = self._since_s if self._since_s is not None else self._end_s
        self.growing, self._since_s = "", None
        if words:
            end_s = max(since_s, self._end_s)
            span = Span(start_s=since_s, end_s=end_s, label=words, score=1.0)
            self.sentences.append(span)
            del self.sentences[:-MOST_SENTENCES]
            self.log.appendPlainText(f"{moment(span.start_s)}   {words}")
            # A sentence is too long for the lane; its place is enough.
            self.marked.emit(span.start_s, span.end_s, "", 0)

    def _show_growing(self) -> None:
        if self.grows.text() != self.growing:
            self.grows.setText(self.growing)
        self.grows.setVisible(bool(self.growing))
        for button in (self.copy, self.export, self.empty):
            button.setEnabled(bool(self.sentences or self.growing))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(metrics.S)
        row.addWidget(self.copy)
        row.addStretch(1)
        row.addWidget(self.export)
        row.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(self.log, 1)
        column.addWidget(self.grows)
        column.addLayout(row)
