"""Fit to my machine: what makes a training fit its memory, and what each step costs in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QUndoCommand
from PySide6.QtWidgets import QGridLayout

from deepdesk.core.events import Ended, Progress, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.tabs.architecture.background import WHERE
from deepdesk.ui.tabs.architecture.words import epoch_text, memory_of_text, memory_text
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.bar import Bar
from deepdesk.ui.widgets.labels import Label

if TYPE_CHECKING:
    from deepdesk.engine.forecast.fit import Fit
    from deepdesk.project.folder import Project
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.tabs.architecture.drawing import Drawing
    from deepdesk.ui.tabs.architecture.tab import ArchitectureTab

WIDE_PX = 600
TITLE = "Fit to my machine"
_FACTOR = "\N{MULTIPLICATION SIGN}"
_ARROW = "\N{RIGHTWARDS ARROW}"


def open_fit(tab: ArchitectureTab) -> FitDialog | None:
    """Open the window that makes the run fit this machine; None while there is no network."""
    drawing = tab.network.drawing
    if drawing is None or drawing.problems:
        text = "Repair the network first." if drawing else "The network is still being loaded."
        tab.desk.say(text, level="warning")
        return None
    dialog = FitDialog(tab, drawing)
    dialog.open()
    return dialog


class FitDialog(AskDialog):
    """Lists the steps, and the memory they leave, of what the machine has.

    Attributes:
        found: What was found, None while it is searched for.
    """

    def __init__(self, tab: ArchitectureTab, drawing: Drawing) -> None:
        super().__init__(tab, TITLE, verb="Apply")
        self._tab = tab
        self._drawing = drawing
        self.found: Fit | None = None
        self.verdict = Label("Measuring this machine", kind="muted", wraps=True)
        self.bar = Bar(role="good", name="Memory of this machine")
        self.memory = Label(kind="small")
        self.rows = QGridLayout()
        self.rows.setHorizontalSpacing(metrics.L)
        self.rows.setVerticalSpacing(metrics.S)
        self.rows.setColumnStretch(0, 1)
        for widget in (self.verdict, self.memory, self.bar):
            self.add(widget)
        self.body.addSpacing(metrics.S)
        self.body.addLayout(self.rows)
        self.memory.hide()
        self.bar.hide()
        self.setMinimumWidth(metrics.scaled(WIDE_PX))
        self.primary.setEnabled(False)
        self.accepted.connect(self._apply)
        survey = drawing.survey
        work = _searching_work(drawing, tab.desk, survey.machine_bytes)
        self._job = tab.desk.start(
            work, WHERE, on_event=self._hear, on_ended=self._hear_end, lowered=True
        )
        self.finished.connect(lambda _how: self._job.stop())

    def show_fit(self, found: Fit) -> None:
        """Show what was found."""
        self.found = found
        self.verdict.setText(_verdict(found))
        self.memory.setText(_memory_words(found))
        self.bar.set_share(found.then.peak_bytes / max(found.machine_bytes, 1))
        self.bar.set_role("good" if found.is_enough else "bad")
        self.memory.show()
        self.bar.show()
        for number, step in enumerate(found.steps):
            self._add_row(
                2 * number,
                step.title,
                f"{memory_text(step.before_bytes)} {_ARROW} {memory_text(step.after_bytes)}",
                f"time {_FACTOR}{step.time_factor:.2f}",
            )
            self.rows.addWidget(Label(step.why, kind="hint"), 2 * number + 1, 0, 1, 3)
        self.primary.setVisible(bool(found.steps))
        self.primary.setEnabled(bool(found.steps))
        self.other.setText("Cancel" if found.steps else "Close")
        # A wrapped line needs its height before the window can take its own.
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(
                self.width(), max(self.minimumHeight(), layout.totalHeightForWidth(self.width()))
            )

    def _add_row(self, row: int, what: str, memory: str, time: str) -> None:
        right = Qt.AlignmentFlag.AlignRight
        self.rows.addWidget(Label(what), row, 0)
        self.rows.addWidget(Label(memory, kind="small"), row, 1, right)
        self.rows.addWidget(Label(time, kind="small", tone="muted"), row, 2, right)

    def _hear(self, event: Any) -> None:
        if not shiboken6.isValid(self):
            return
        if isinstance(event, Result):
            self.show_fit(event.value)
        elif isinstance(event, Progress):
            self.verdict.setText(event.what)

    def _hear_end(self, ended: Ended) -> None:
        if ended.error is not None and not ended.report and shiboken6.isValid(self):
            self.verdict.setText(f"{ended.error.message} {ended.error.hint}".strip())
            self.other.setText("Close")

    def _apply(self) -> None:
        if self.found is not None and self.found.steps:
            apply_fit(self._tab, self.found)


def _searching_work(drawing: Drawing, desk: Desk, machine_bytes: int) -> Work:
    spec = desk.spec

    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.ui.tabs.architecture.fitting import fitting_work

        fitting_work(drawing, spec, machine_bytes)(emit, stop)

    return work


def _verdict(found: Fit) -> str:
    epoch = epoch_text(found.then.seconds_per_epoch, is_rough=True)
    if found.is_within and not found.steps:
        return f"It fits as it is, and a larger batch would not be faster. An epoch takes {epoch}."
    if found.is_within:
        return f"It fits as it is. A larger batch would use the machine better: {epoch} an epoch."
    if not found.steps:
        return "It does not fit, and nothing here makes it smaller. Take a smaller network."
    if not found.is_enough:
        return (
            "These steps make it smaller, but not small enough. Take a smaller network, or fewer"
            " channels in the blocks with the most memory."
        )
    return f"It needs more memory than there is. With these steps it fits: {epoch} an epoch."


def _memory_words(found: Fit) -> str:
    peak = memory_of_text(found.then.peak_bytes, found.machine_bytes)
    usable = memory_text(found.usable_bytes)
    return f"Peak memory {peak}; up to {usable} leaves room for other programs"


def apply_fit(tab: ArchitectureTab, found: Fit) -> None:
    """Keep the changed settings in the project; Undo takes them back."""
    file = tab.desk.project.file
    before = (dict(file.training_settings), dict(file.task_settings))
    after = ({**before[0], **found.training}, {**before[1], **found.task})
    # Said together with the drawing that follows, which would write over it.
    tab.network.choices.edited.emit("Fitted the run to this machine")
    tab.desk.undo.push(_FitCommand(tab, before, after))


_Settings = tuple[Mapping[str, Any], Mapping[str, Any]]


class _FitCommand(QUndoCommand):
    """Settings from before to those that fit, and back."""

    def __init__(self, tab: ArchitectureTab, before: _Settings, after: _Settings) -> None:
        super().__init__(TITLE)
        self._tab = tab
        self._before, self._after = before, after

    def undo(self) -> None:
        """Take the settings from before."""
        _keep(self._tab, self._before)

    def redo(self) -> None:
        """Take the settings that fit."""
        _keep(self._tab, self._after)


def _keep(tab: ArchitectureTab, settings: _Settings) -> None:
    project = tab.desk.project

    def done(ended: Ended) -> None:
        if ended.error is not None and not ended.report:
            tab.desk.banner(ended.error, WHERE)
        elif shiboken6.isValid(tab):
            tab.network.refresh()

    tab.desk.start(_saving_work(project, settings), WHERE, on_ended=done)


def _saving_work(project: Project, settings: _Settings) -> Work:
    training, task = (dict(part) for part in settings)

    def work(_emit: EventSink, _stop: StopToken) -> None:
        project.save(training_settings=training, task_settings=task)

    return work
