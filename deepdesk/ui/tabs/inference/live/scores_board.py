"""Classes while they are heard: the word, the events, and from where on a class counts."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.payloads import LabelScores, Span, Timeline
from deepdesk.ui.tabs.inference.live.answer_line import AnswerLine
from deepdesk.ui.tabs.inference.live.board import Board
from deepdesk.ui.tabs.inference.live.class_rows import ClassRows
from deepdesk.ui.tabs.inference.live.event_list import EventList
from deepdesk.ui.tabs.inference.live.keeping import MOST_SMOOTHING_S
from deepdesk.ui.tabs.inference.live.pieces import Begun, Replied
from deepdesk.ui.tabs.inference.live.recogniser import Recogniser, Tuning
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton, SmallButton
from deepdesk.ui.widgets.labels import Label, SectionLabel
from deepdesk.ui.widgets.quiet_slider import QuietSlider
from deepdesk.ui.widgets.score_bars import percent

NOTHING, UNSURE = "Nothing to be heard", "Nothing recognised"
_STEPS_PER_S = 20
THIN = "\u202f"


class ScoresBoard(Board):
    """For `LabelScores`.

    Signals:
        tuned: `Tuning`, when a person changed it.
        play_asked: `Span`.
        join_asked: `Span` that is what it was heard as.
        correction_asked: `Span`, and the button under which a menu of classes belongs.
        export_asked: None.
        clear_asked: None.
    """

    tuned = Signal(object)
    play_asked = Signal(object)
    join_asked = Signal(object)
    correction_asked = Signal(object, object)
    export_asked = Signal(object)
    clear_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.line = AnswerLine()
        self.events = EventList()
        self.play = _button(self, "Play", "play", self.play_asked)
        self.right = _button(self, "Add", "add", self.join_asked)
        self.right.setToolTip("Add it to the data as what it was heard as")
        self.wrong = SmallButton("It is a…", self._correct, tip="Add it to the data as another")
        self.wrong.set_icon("cross", "muted")
        self.export = SmallButton("Export…", lambda: self.export_asked.emit(None))
        self.export.setToolTip("Save the events as a table, labels for Audacity, or subtitles")
        self.empty = SmallButton("Clear", lambda: self.clear_asked.emit(None))
        self.empty.setToolTip("Forget the events and the sound")
        self.rows = ClassRows()
        self.smoothing = QuietSlider()
        self.smoothing.setRange(0, round(MOST_SMOOTHING_S * _STEPS_PER_S))
        self.smoothing.setAccessibleName("Smoothing in twentieths of a second")
        self.smoothed = Label(kind="hint")
        self.usual = LinkButton("Back to what was fitted", self._reset)
        self.side = self._side()
        self._fitted = self._tuning = Tuning(thresholds={})
        self._follows: Recogniser | None = None
        self._begun = Begun(name="")
        self._end_s = 0.0
        self._can_write = True
        self._arrange()
        self._connect()
        self._show_selected(None)
        self.show_tuning(self._tuning)

    @property
    def tuning(self) -> Tuning:
        """From where on classes count now."""
        return self._tuning

    def show_tuning(self, tuning: Tuning) -> None:
        """Use thresholds and smoothing, without telling."""
        self._tuning = tuning
        self.rows.show_classes(self._begun.classes, tuning.thresholds)
        self.smoothing.blockSignals(True)
        self.smoothing.setValue(round(tuning.smoothing_s * _STEPS_PER_S))
        self.smoothing.blockSignals(False)
        self.smoothed.setText(f"{tuning.smoothing_s:.2f}{THIN}s" if tuning.smoothing_s else "off")
        self.usual.setVisible(tuning != self._fitted)
        if self._follows is not None:
            self._restart(self._end_s)

    def show_kept(self, tuning: Tuning | None) -> None:
        """Use what was kept with the run, or what was fitted with it."""
        self.show_tuning(tuning or self._fitted)

    def set_writable(self, can_write: bool) -> None:
        """Say whether events can join the data."""
        self._can_write = can_write
        self._show_selected(self.events.selected)

    def begin(self, begun: Begun, start_s: float) -> None:
        self._begun = begun
        self._end_s = start_s
        self._follows = None
        self._fitted = Tuning(thresholds=begun.thresholds)
        self.show_tuning(self._tuning if self._tuning.thresholds else self._fitted)
        self._restart(start_s)
        self.line.say(NOTHING, role="muted")

    def take(self, reply: Replied) -> None:
        follows = self._follows
        if follows is None or not isinstance(reply.answer, LabelScores):
            return
        self._end_s = reply.end_s
        self._add(follows.take(reply.answer, reply.end_s, reply.about_s))
        for span in follows.under_way:
            self._mark(span)
        best = follows.best
        if best is not None and not reply.answer.is_unlike:
            self.line.say(best[0], percent(best[1], 0))
        else:
            self.line.say(NOTHING if follows.is_silent else UNSURE, role="muted")
        self.rows.show_scores(follows.scores, best[0] if best is not None else "")

    def rest(self, words: str) -> None:
        if self._follows is not None:
            self._add(self._follows.finish())
            self._follows = None
        self.rows.rest()
        super().rest(words)

    def clear(self) -> None:
        self.events.events.clear()
        self._show_selected(None)
        if self._follows is not None:
            self._follows = None
            self._restart(0.0)

    @property
    def timeline(self) -> Timeline:
        """The events as they are exported."""
        return Timeline(
            spans=tuple(reversed(self.events.events.events)),
            length_s=self._end_s,
            classes=self._begun.classes,
            thresholds=dict(self._tuning.thresholds),
        )

    def _restart(self, start_s: float) -> None:
        if self._follows is not None:
            self._add(self._follows.finish())
        self._follows = Recogniser(
            self._begun.classes, self._tuning, window_s=self._begun.window_s, start_s=start_s
        )

    def _add(self, spans: tuple[Span, ...]) -> None:
        for span in spans:
            self._mark(span)
        had_none = not self.events.events.events
        self.events.events.add(spans)
        if had_none and spans:
            self._show_selected(self.events.selected)

    def _mark(self, span: Span) -> None:
        place = self._begun.classes.index(span.label)
        self.marked.emit(span.start_s, span.end_s, span.label, place)

    def _retune(self, _moved: object) -> None:
        thresholds = {name: row.value() / 100 for name, row in self.rows.rows.items()}
        smoothing_s = self.smoothing.value() / _STEPS_PER_S
        self.show_tuning(replace(self._tuning, thresholds=thresholds, smoothing_s=smoothing_s))
        self.tuned.emit(self._tuning)

    def _reset(self) -> None:
        self.show_tuning(self._fitted)
        self.tuned.emit(self._tuning)

    def _correct(self) -> None:
        if self.events.selected is not None:
            self.correction_asked.emit(self.events.selected, self.wrong)

    def _show_selected(self, span: Span | None) -> None:
        has_events = bool(self.events.events.events)
        self.play.setEnabled(span is not None)
        for button in (self.right, self.wrong):
            can_join = span is not None and not self.events.events.joined(span)
            button.setEnabled(can_join and self._can_write)
        self.right.setText(f"Add as “{span.label}”" if span is not None else "Add")
        self.export.setEnabled(has_events)
        self.empty.setEnabled(has_events)

    def _connect(self) -> None:
        self.events.chosen.connect(self._show_selected)
        self.events.opened.connect(self.play_asked.emit)
        self.events.events.dataChanged.connect(
            lambda _first, _last: self._show_selected(self.events.selected)
        )
        self.rows.moved.connect(self._retune)
        self.smoothing.valueChanged.connect(self._retune)

    def _side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(SectionLabel("What counts as heard"))
        column.addWidget(Label("A class counts from its mark on.", kind="hint", wraps=True))
        column.addWidget(self.rows)
        line = QHBoxLayout()
        line.addWidget(Label("Smoothing", kind=""))
        line.addStretch(1)
        line.addWidget(self.smoothed)
        column.addLayout(line)
        column.addWidget(self.smoothing)
        hint = "Longer smoothing drops what flashes up, and answers later."
        column.addWidget(Label(hint, kind="hint", wraps=True))
        column.addWidget(self.usual)
        return side

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(metrics.S)
        for button in (self.play, self.right, self.wrong):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.export)
        row.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(self.events, 1)
        column.addLayout(row)


def _button(board: ScoresBoard, text: str, icon: str, asked: SignalInstance) -> SmallButton:
    def ask() -> None:
        if board.events.selected is not None:
            asked.emit(board.events.selected)

    button = SmallButton(text, ask)
    button.set_icon(icon, "muted")
    return button
