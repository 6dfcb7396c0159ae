"""While it is set up: a bar by bytes, speed and time left once measured, and a way to cancel."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.events import Progress, Said
from deepdesk.ui.set_up import words
from deepdesk.ui.set_up.pace import Pace
from deepdesk.ui.set_up.page import Page
from deepdesk.ui.theme import metrics
from deepdesk.ui.time_words import left_text, length_text
from deepdesk.ui.widgets.banner import Banner
from deepdesk.ui.widgets.bar import Bar
from deepdesk.ui.widgets.buttons import PlainButton
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.status_dot import StatusDot

STAYS = "What was fetched stays: cancel or close this window, and go on later."
FETCH, INSTALL, TEST, START = "Fetch", "Install", "Test", "Start"
STEPS = (FETCH, INSTALL, TEST, START)
# How the work says what it does, by the first word of it.
STEP_OF_WORD = {
    "fetching": FETCH,
    "downloading": FETCH,
    "reading": FETCH,
    "installing": INSTALL,
    "unpacking": INSTALL,
    "making": INSTALL,
    "testing": TEST,
    "checking": TEST,
    "starting": START,
}
STEP_WORDS = {
    FETCH: "Fetch the packages",
    INSTALL: "Install them",
    TEST: "Test them on this computer",
    START: "Start DeepDesk",
}
SECOND_MS = 1000
LEAST_S = 2.0
FIRST_LOAD = "Everything is loaded for the first time; on a slow disk that takes a minute or two."


class WorkPage(Page):
    """Follows the events of setting up.

    Args:
        clock_s: A clock that never goes back.

    Signals:
        cancelled: None, when a person asked to stop.
        moved: The share done, 0 to 1, or None while it is not known.
    """

    cancelled = Signal(object)
    moved = Signal(object)

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__("Setting up DeepDesk")
        self._clock_s = clock_s
        self._pace = Pace()
        self._last = Progress(what="")
        self._since_s = 0.0
        self.banner = Banner(tone="warn", can_close=False)
        self.sentence = Label(kind="strong")
        self.percent = Label(kind="figure")
        self.bar = Bar(name="Set up")
        self.count = Label(kind="hint")
        self.left = Label(kind="hint")
        self.patience = Label(FIRST_LOAD, kind="hint", wraps=True)
        self.steps = StepList()
        self.said = Label(kind="hint", wraps=True)
        self.cancel = PlainButton("Cancel", self._cancel)
        self._timer = QTimer(self)
        self._timer.setInterval(SECOND_MS)
        self._timer.timeout.connect(self._show_pace)
        self._fill()

    def begin(self, title: str, hint: str, *, is_fetched: bool) -> None:
        """Start again from nothing.

        Args:
            is_fetched: False where everything comes from a folder.
        """
        self.say(title, hint)
        self.banner.hide()
        self.said.setText("")
        self.said.hide()
        self._last = Progress(what="")
        self.cancel.setText("Cancel")
        self.cancel.setEnabled(True)
        self.note.setText(STAYS if is_fetched else "")
        self.steps.begin(is_fetched=is_fetched)
        self.show_progress(Progress(what="Making ready"))
        self._timer.start()

    def show_progress(self, told: Progress) -> None:
        """Show how far it is."""
        now_s = self._clock_s()
        if told.what != self._last.what or told.total != self._last.total:
            self._pace = Pace()
        if told.what != self._last.what:
            self._since_s = now_s
            step = STEP_OF_WORD.get(told.what.partition(" ")[0].lower())
            if step is not None:
                self.steps.enter(step)
            self.patience.setVisible(step == TEST)
        self._last = told
        if told.total:
            self._pace.tell(told.done, now_s)
        self.sentence.setText(told.what)
        share = told.done / told.total if told.total else 0.0
        self.bar.set_share(share)
        # An empty bar would look as if nothing went on.
        self.bar.setVisible(bool(told.total))
        self.percent.setText(f"{math.floor(share * 100)}\N{THIN SPACE}%" if told.total else "")
        self._show_pace()
        self.moved.emit(share if told.total else None)

    def show_said(self, told: Said) -> None:
        """Show a sentence of the work; a warning stays in sight."""
        if told.level != "info":
            self.banner.say(told.text)
            return
        self.said.setText(told.text)
        self.said.show()

    def show_stopping(self) -> None:
        """Say that the end was asked for."""
        self.cancel.setEnabled(False)
        self.cancel.setText("Stopping")
        self.left.setText("")

    def rest(self) -> None:
        """Count no more seconds: the work has ended."""
        self._timer.stop()

    def _show_pace(self) -> None:
        now_s, told = self._clock_s(), self._last
        if not told.total:
            passed_s = now_s - self._since_s
            passed = f"{length_text(passed_s)} so far" if passed_s >= LEAST_S else ""
            untold = (words.done_text(told.done, 0), passed)
            self.count.setText("  ·  ".join(part for part in untold if part))
            self.left.setText("")
            return
        speed = self._pace.bytes_per_s()
        parts = [words.done_text(told.done, told.total)]
        if told.done >= told.total:
            parts.append("putting everything in its place")
        elif self._pace.is_stalled(now_s):
            parts.append("nothing comes just now")
        elif speed is not None:
            parts.append(words.speed_text(speed))
        self.count.setText("  ·  ".join(parts))
        left_s = None if self._pace.is_stalled(now_s) else self._pace.left_s(told.total)
        now = datetime.now(UTC).astimezone()
        self.left.setText(left_text(left_s, now) if left_s is not None else "")

    def _fill(self) -> None:
        card = Card()
        head = QHBoxLayout()
        head.addWidget(self.sentence, 1)
        head.addWidget(self.percent)
        foot = QHBoxLayout()
        foot.addWidget(self.count, 1)
        foot.addWidget(self.left)
        card.body.addLayout(head)
        card.add(self.bar)
        card.body.addLayout(foot)
        card.add(self.patience)
        self.column.addWidget(self.banner)
        self.column.addWidget(card)
        self.column.addWidget(self.steps)
        self.column.addWidget(self.said)
        self.finish()
        self.offer(self.cancel)

    def _cancel(self) -> None:
        self.show_stopping()
        self.cancelled.emit(None)


class StepList(QWidget):
    """What is to be done, in order, with a dot that says how far each is."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.M, 0, metrics.M, 0)
        column.setSpacing(metrics.XS)
        self.dots: dict[str, StatusDot] = {}
        self.labels: dict[str, Label] = {}
        self.states: dict[str, Label] = {}
        for step in STEPS:
            row = QHBoxLayout()
            row.setSpacing(metrics.S)
            self.dots[step], self.labels[step] = StatusDot(), Label(STEP_WORDS[step], kind="small")
            self.states[step] = Label(kind="hint")
            row.addWidget(self.dots[step])
            row.addWidget(self.labels[step])
            row.addWidget(self.states[step])
            row.addStretch(1)
            column.addLayout(row)

    def begin(self, *, is_fetched: bool) -> None:
        """Put every step before itself again."""
        for step in STEPS:
            self._show(step, "empty", "")
        for widget in (self.dots[FETCH], self.labels[FETCH], self.states[FETCH]):
            widget.setVisible(is_fetched)

    def enter(self, step: str) -> None:
        """Go on, or after a failed test back, to a step."""
        at = STEPS.index(step)
        for before in STEPS[:at]:
            self._show(before, "ready", "done")
        self._show(step, "working", "now")
        for after in STEPS[at + 1 :]:
            self._show(after, "empty", "")

    def _show(self, step: str, state: str, said: str) -> None:
        self.dots[step].set_state(state, said or "to come")
        self.states[step].setText(said)
        label = self.labels[step]
        label.set_tone("" if state == "working" else "muted")
        label.setAccessibleName(f"{STEP_WORDS[step]}: {said or 'to come'}")
