"""Asks which run's network to open, and opens it so that training goes on from its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunInfo
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.metric_words import metric_text
from deepdesk.ui.run_names import title_of
from deepdesk.ui.tabs.architecture.background import WHERE, while_alive
from deepdesk.ui.tabs.architecture.surgery_strip import graph_of_run, run_graph_work
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.tab import ArchitectureTab

ROW_PX, MOST_ROWS = 32, 8
_WHY = (
    "Its blocks can then be changed. What still fits keeps what it has learned, and the next "
    "training goes on from there."
)


def runs_work(project: Project) -> Work:
    """Return work whose result is a tuple of (`RunInfo`, name of its network), newest first.

    Runs without a checkpoint have no weights to go on from and are left out.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        found = []
        for info in project.runs.list():
            stop.check()
            try:
                has_weights = project.runs.get(info.name).checkpoints.latest_valid() is not None
                name = graph_of_run(project, info.name).name if has_weights else ""
            except DeepDeskError:
                continue
            if has_weights:
                found.append((info, name))
        emit(Result(value=tuple(found)))

    return work


class RunDialog(AskDialog):
    """A list of runs, newest first; double click opens one.

    Args:
        runs: (run, name of its network) each.
    """

    def __init__(self, window: QWidget | None, runs: tuple[tuple[RunInfo, str], ...]) -> None:
        super().__init__(window, "Open the network of a run", verb="Open", done=self._choose)
        self.chosen = ""
        self.runs = QListWidget()
        self.runs.setAccessibleName("Runs")
        self.runs.setFixedHeight(metrics.scaled(ROW_PX) * min(max(len(runs), 3), MOST_ROWS))
        for info, name in runs:
            item = QListWidgetItem(line_of(info, name))
            item.setData(Qt.ItemDataRole.UserRole, info.name)
            item.setSizeHint(QSize(0, metrics.scaled(ROW_PX)))
            self.runs.addItem(item)
        self.runs.setCurrentRow(0)
        self.runs.itemDoubleClicked.connect(lambda _item: self.accept())
        self.body.addWidget(Label(_WHY, kind="hint", wraps=True))
        self.body.addWidget(self.runs)
        self.runs.setFocus()

    def _choose(self) -> None:
        item = self.runs.currentItem()
        self.chosen = "" if item is None else str(item.data(Qt.ItemDataRole.UserRole))


def line_of(info: RunInfo, name: str) -> str:
    """Return a run in one line: its name, its network, how good it is."""
    title = title_of(info)
    value = info.metrics.get(info.main_metric)
    figure = "" if value is None else metric_text(info.main_metric, value, info.units)
    return " · ".join(part for part in (title, name, figure) if part)


def open_run(tab: ArchitectureTab) -> None:
    """Ask which run's network to open, and open it."""
    desk = tab.desk

    def hear(event: object) -> None:
        if isinstance(event, Result):
            show(event.value)

    def show(runs: tuple[tuple[RunInfo, str], ...]) -> None:
        if not runs:
            desk.say("There is no trained run yet; train one first.", level="warning")
            return
        dialog = RunDialog(tab.window(), runs)
        dialog.accepted.connect(lambda: take(tab, dialog.chosen))
        dialog.open()

    def ended(end: Ended) -> None:
        if end.error is not None and not end.report:
            desk.banner(end.error, WHERE)

    desk.start(
        runs_work(desk.project),
        WHERE,
        on_event=while_alive(tab, hear),
        on_ended=while_alive(tab, ended),
    )


def take(tab: ArchitectureTab, run: str) -> None:
    """Open the network of a run in the tab."""
    if not run:
        return

    def hear(event: object) -> None:
        if isinstance(event, Result):
            tab.network.open_run(run, event.value)

    def ended(end: Ended) -> None:
        if end.error is not None and not end.report:
            tab.desk.banner(end.error, WHERE)

    work = run_graph_work(tab.desk.project, run)
    tab.desk.start(work, WHERE, on_event=while_alive(tab, hear), on_ended=while_alive(tab, ended))
