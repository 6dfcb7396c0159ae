"""The welcome page: what a network should learn, the projects used last, a run cut off."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken
from deepdesk.ui.theme import metrics
from deepdesk.ui.welcome_first import FirstStart
from deepdesk.ui.widgets.banner import Banner
from deepdesk.ui.widgets.buttons import PlainButton, PrimaryButton, SmallButton, SmallPrimaryButton
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.chip import Badge, Chip
from deepdesk.ui.widgets.drop_area import DropArea
from deepdesk.ui.widgets.emptying import empty
from deepdesk.ui.widgets.flow_row import FlowRow
from deepdesk.ui.widgets.labels import Label, SectionLabel

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.recent_list import RecentButton
    from deepdesk.ui.task_card import TaskCard
    from deepdesk.ui.welcome_facts import InterruptedRun, RecentRow, WelcomeFacts

TITLE = "What should your network learn?"
HINT = "Drop a folder anywhere in this window, or choose. Everything stays on this computer."
COLUMNS, CARDS, SHOWN_RECENT, FEW = 3, 9, 5, 3
CARDS_PX, SIDE_PX, GAP_PX, TOP_PX, START_PX = 752, 360, 40, 56, 260
USUAL_HEIGHT_PX = 560


class WelcomePage(QScrollArea):
    """Fills itself from a job, so that the window is painted before anything is read.

    Signals:
        data_asked: The `TaskSpec` whose data is to be chosen.
        sample_asked: The `TaskSpec` whose sample is to be opened.
        empty_asked: The `TaskSpec` of a project whose data comes later.
        project_chosen: Path of a project.
        open_asked: None.
        resume_asked: The `InterruptedRun` to go on with.
        keep_asked: The `InterruptedRun` to leave as it is.
        filled: `WelcomeFacts`, after they are shown.
    """

    data_asked = Signal(object)
    sample_asked = Signal(object)
    empty_asked = Signal(object)
    project_chosen = Signal(object)
    open_asked = Signal(object)
    resume_asked = Signal(object)
    keep_asked = Signal(object)
    filled = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.cards: list[TaskCard] = []
        self.chips: list[Chip] = []
        self.recent: list[RecentButton] = []
        self.banner = Banner()
        self._grid = QGridLayout()
        self._grid.setSpacing(metrics.M - 2)
        self._more = FlowRow()
        self._more_hint = Label("each with a sample that needs no download", kind="hint")
        self._recent_card = Card()
        self._recent_rows = QVBoxLayout()
        self._columns = 0
        self.interrupted = Card("Interrupted run")
        self.first_start = FirstStart(desk)
        self._told: InterruptedRun | None = None
        self._interrupted_run: InterruptedRun | None = None
        self._arrange()

    def fill(self) -> None:
        """Gather what to show, in a job."""
        self._desk.start(_gather, "welcome", on_event=self._take)

    def show_facts(self, facts: WelcomeFacts) -> None:
        """Show tasks, projects and the run that was cut off."""
        if tuple(card.spec for card in self.cards) != facts.tasks[:CARDS]:
            self._show_tasks(facts.tasks)
        if facts.is_whole:
            self._show_recent(facts.recent)
            self._show_interrupted(facts.interrupted)
        self.filled.emit(facts)

    def leave_to_notice(self, run: InterruptedRun | None) -> None:
        """Do not show a run as interrupted while a notice of the window offers it; None: do."""
        self._told = run
        self._show_interrupted(self._interrupted_run)

    def choose(self, spec: TaskSpec) -> None:
        """Offer the ways to start with a task; without a sample there is only one."""
        if spec.sample is None:
            self.data_asked.emit(spec)
            return
        menu = self.menu_for(spec)
        button = next((c for c in (*self.cards, *self.chips) if c.text() == spec.card), self)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def menu_for(self, spec: TaskSpec) -> QMenu:
        """Return the ways to start with a task."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Choose a data folder...", lambda: self.data_asked.emit(spec))
        if spec.sample is not None:
            words = f"Start with the sample: {spec.sample_name}"
            menu.addAction(words, lambda: self.sample_asked.emit(spec))
        # Who wants to record has no folder yet.
        menu.addAction("Start empty, data comes later...", lambda: self.empty_asked.emit(spec))
        return menu

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # On a tall screen the page sits a little above the middle.
        top = max(TOP_PX, (self.viewport().height() - metrics.scaled(USUAL_HEIGHT_PX)) // 3)
        self._row.setContentsMargins(metrics.XL, top, metrics.XL, metrics.XL)
        both_px = metrics.scaled(CARDS_PX) + metrics.scaled(SIDE_PX) + GAP_PX + 2 * metrics.XL
        self._set_columns(COLUMNS if self.viewport().width() >= both_px else COLUMNS - 1)

    def _set_columns(self, columns: int) -> None:
        """Lay the cards out so that what is beside them is in the window too."""
        if columns == self._columns:
            return
        self._columns = columns
        self._tasks.setFixedWidth(metrics.scaled(CARDS_PX) * columns // COLUMNS)
        self._row.setSpacing(GAP_PX if columns == COLUMNS else metrics.XL)
        for at in range(COLUMNS):
            self._grid.setColumnStretch(at, int(at < columns))
            card_px = metrics.scaled(CARDS_PX // COLUMNS - metrics.M)
            self._grid.setColumnMinimumWidth(at, card_px if at < columns else 0)
        self._place_cards()

    def _place_cards(self) -> None:
        for at, card in enumerate(self.cards):
            self._grid.addWidget(card, at // self._columns, at % self._columns)

    def _take(self, event: object) -> None:
        if isinstance(event, Result):
            self.show_facts(event.value)

    def _show_tasks(self, tasks: tuple[TaskSpec, ...]) -> None:
        from deepdesk.ui.task_card import TaskCard

        for widget in (*self.cards, *self.chips):
            widget.deleteLater()
        self.cards = [TaskCard(spec) for spec in tasks[:CARDS]]
        self.chips = [Chip(spec.card, checkable=False) for spec in tasks[CARDS:]]
        self._place_cards()
        for card in self.cards:
            card.clicked.connect(lambda _on=False, spec=card.spec: self.choose(spec))
        self._more.clear()
        for chip, spec in zip(self.chips, tasks[CARDS:], strict=True):
            self._more.add(chip)
            chip.clicked.connect(lambda _on=False, spec=spec: self.choose(spec))
        self._more.setVisible(bool(self.chips))
        self._more_hint.setVisible(any(spec.sample for spec in tasks[FEW:]))
        self._show_start(tasks)

    def _show_start(self, tasks: tuple[TaskSpec, ...]) -> None:
        """Offer the ways to begin in full, for as long as there are few tasks to choose from."""
        empty(self._start_row)
        self._start.setVisible(0 < len(tasks) <= FEW)
        if not 0 < len(tasks) <= FEW:
            return
        first = tasks[0]
        row = self._start_row
        row.addStretch(1)
        row.addWidget(PlainButton("Choose a folder...", lambda: self.data_asked.emit(first)))
        if first.sample is not None:
            words = f"Start with {first.sample_name.lower()}"
            row.addWidget(PrimaryButton(words, lambda: self.sample_asked.emit(first)))
        row.addStretch(1)

    def _show_recent(self, rows: tuple[RecentRow, ...]) -> None:
        from deepdesk.ui.recent_list import RecentButton

        empty(self._recent_rows)
        self.recent = [RecentButton(row) for row in rows[:SHOWN_RECENT]]
        for button in self.recent:
            self._recent_rows.addWidget(button)
            path = button.row.path
            button.clicked.connect(lambda _on=False, path=path: self.project_chosen.emit(path))
        self._nothing.setVisible(not rows)

    def _show_interrupted(self, run: InterruptedRun | None) -> None:
        empty(self.interrupted.body)
        self._interrupted_run = run
        is_told = self._told is not None and _place_of(self._told) == _place_of(run)
        self.interrupted.setVisible(run is not None and not is_told)
        if run is None:
            return
        words = f'"{run.title}" in {run.project_name} stopped at step {run.step:,}.'
        self._step.set_text(f"step {run.step:,}")
        self.interrupted.add(Label(f"{words} It can go on from there.", kind="hint", wraps=True))
        row = QHBoxLayout()
        row.setSpacing(metrics.S)
        row.addWidget(SmallPrimaryButton("Resume", lambda: self.resume_asked.emit(run)))
        row.addWidget(SmallButton("Keep as it is", lambda: self._keep(run)))
        row.addStretch(1)
        self.interrupted.body.addLayout(row)

    def _keep(self, run: InterruptedRun) -> None:
        self._show_interrupted(None)
        self.keep_asked.emit(run)

    def _arrange(self) -> None:
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        page = QWidget()
        page.setProperty("kind", "page")
        row = self._row = QHBoxLayout(page)
        row.setContentsMargins(metrics.XL, TOP_PX, metrics.XL, metrics.XL)
        row.setSpacing(GAP_PX)
        row.addStretch(1)
        self._tasks = self._tasks_side()
        row.addWidget(self._tasks, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._recent_side(), 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        self.setWidget(page)
        self._set_columns(COLUMNS)

    def _tasks_side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(self.banner)
        column.addWidget(Label(TITLE, kind="title"))
        column.addWidget(Label(HINT, kind="muted", wraps=True))
        column.addSpacing(metrics.S)
        column.addLayout(self._grid)
        column.addSpacing(metrics.XS)
        column.addWidget(self._more)
        column.addWidget(self._more_hint)
        column.addWidget(self._start_area())
        self._more.hide()
        self._more_hint.hide()
        return side

    def _start_area(self) -> QWidget:
        self._start = DropArea(takes_drops=False)
        self._start.setMinimumHeight(metrics.scaled(START_PX))
        sentence = Label("Drop a folder, a zip or a table of your files here", kind="strong")
        hint = Label("One folder per class is understood at once.", kind="hint")
        self._start_row = QHBoxLayout()
        self._start_row.setSpacing(metrics.S)
        self._start.body.addStretch(1)
        for label in (sentence, hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self._start.body.addWidget(label)
        self._start.body.addSpacing(metrics.S)
        self._start.body.addLayout(self._start_row)
        self._start.body.addStretch(1)
        self._start.hide()
        return self._start

    def _recent_side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(metrics.scaled(SIDE_PX))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, metrics.S, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(self.first_start)
        column.addSpacing(metrics.S)
        column.addWidget(SectionLabel("Recent"))
        self._recent_card.set_margins(0, 0)
        self._recent_rows.setSpacing(0)
        self._nothing = Label("Projects you opened will be here.", kind="hint")
        self._nothing.setContentsMargins(metrics.M, metrics.M, metrics.M, 0)
        self._recent_card.body.addLayout(self._recent_rows)
        self._recent_card.add(self._nothing)
        open_row = QHBoxLayout()
        open_row.setContentsMargins(metrics.M, metrics.XS, metrics.M, metrics.M)
        open_row.addWidget(SmallButton("Open...", lambda: self.open_asked.emit(None)))
        open_row.addStretch(1)
        self._recent_card.body.addLayout(open_row)
        column.addWidget(self._recent_card)
        column.addSpacing(metrics.S)
        self._step = Badge("", tone="warn")
        self.interrupted.head.addWidget(self._step)
        self.interrupted.hide()
        column.addWidget(self.interrupted)
        return side


def _gather(emit: EventSink, stop: StopToken) -> None:
    from deepdesk.ui.welcome_facts import gathering

    gathering()(emit, stop)


def _place_of(run: InterruptedRun | None) -> tuple[Path, str] | None:
    return None if run is None else (run.project, run.run)
