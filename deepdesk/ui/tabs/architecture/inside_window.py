"""See inside: weights, activations and gradients of a run's network, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.insight.report import Inside, SampleInside
from deepdesk.project.runs import RunInfo
from deepdesk.ui.metric_words import metric_text
from deepdesk.ui.run_names import title_of
from deepdesk.ui.tabs.architecture.inside_block import BlockInsidePanel
from deepdesk.ui.tabs.architecture.inside_looker import Looker
from deepdesk.ui.tabs.architecture.inside_rows import BlockRows
from deepdesk.ui.tabs.architecture.inside_words import look_line
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.banner import ErrorState
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.states import BusyState, EmptyState

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.tab import ArchitectureTab

WIDTH_PX, HEIGHT_PX = 1120, 720
LEFT_PX = 372
_NOTE_PX = 380
_PAGES = ("busy", "empty", "error", "inside")


class InsideWindow(QDialog):
    """A look into the network of a run.

    Args:
        tab: Its canvas follows the chosen block, and is followed.
    """

    def __init__(self, tab: ArchitectureTab) -> None:
        super().__init__(tab)
        self.setWindowTitle("See inside")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(metrics.scaled(WIDTH_PX), metrics.scaled(HEIGHT_PX))
        self._tab = tab
        self.looker = Looker(tab.desk, self)
        self.runs = QComboBox()
        self.runs.setAccessibleName("Run")
        self.which = ChipRow(name="Weights")
        self.which.add_chip("best", "Best", tip="The weights that did best on validation")
        self.which.add_chip("latest", "Latest", tip="The weights of the newest checkpoint")
        self.again = SmallButton("Look again", self.looker.look, tip="Read the run's files anew")
        self.note = Label(kind="hint")
        self.rows = BlockRows()
        self.panel = BlockInsidePanel()
        self.busy = BusyState("Looking inside")
        self.busy.button.hide()
        self.empty = EmptyState(
            "No run has weights to look at yet.",
            "Go to Training",
            hint="Train this network first, or wait for the first checkpoint.",
            icon="eye",
        )
        self.error = ErrorState()
        self.pages = QStackedWidget()
        self._sample: SampleInside | None = None
        self._arrange()
        self._connect()
        self._show_page("busy")
        self.looker.list_runs()

    @property
    def page(self) -> str:
        """What is in sight: "busy", "empty", "error" or "inside"."""
        return _PAGES[self.pages.currentIndex()]

    def select(self, node_id: str) -> None:
        """Show a block; one that this network does not have changes nothing."""
        if node_id in self.rows.rows:
            self.rows.select(node_id)
            self._show_block(node_id)

    def _connect(self) -> None:
        looker, desk = self.looker, self._tab.desk
        looker.runs_came.connect(self._take_runs)
        looker.began.connect(self._begin)
        looker.looked.connect(self._take_inside)
        looker.sample_came.connect(self._take_sample)
        looker.failed.connect(self._fail)
        self.runs.activated.connect(lambda _at: looker.look(self.runs.currentData()))
        self.which.chosen.connect(lambda which: looker.look(which=which))
        self.rows.chosen.connect(self._choose_block)
        self.panel.sample_asked.connect(looker.look_at)
        self.empty.acted.connect(self._go_training)
        self._tab.middle.canvas.chosen.connect(self.select)
        desk.runs_changed.connect(self._follow_runs)
        desk.project_closed.connect(self._leave)
        self.finished.connect(self._end)

    def _take_runs(self, runs: tuple[RunInfo, ...]) -> None:
        self.runs.clear()
        for info in runs:
            self.runs.addItem(run_line(info), info.name)
        is_any = bool(runs)
        for widget in (self.runs, self.which, self.again):
            widget.setVisible(is_any)
        if not is_any:
            self._show_page("empty")
            return
        at = max(0, self.runs.findData(self.looker.run or self._tab.desk.store.session.run))
        self.runs.setCurrentIndex(at)
        if self.looker.inside is None or self.looker.run != self.runs.currentData():
            self.looker.look(self.runs.currentData())

    def _begin(self, _none: object) -> None:
        self.note.setText("Looking inside")
        if self.looker.inside is None or self.looker.inside.run != self.looker.run:
            self._show_page("busy")

    def _take_inside(self, inside: Inside) -> None:
        self._sample = inside.chosen
        self.note.setText(look_line(inside))
        behind = self._tab.middle.canvas.selected
        is_first = not self.rows.rows
        self.rows.show_inside(inside)
        if is_first and behind in self.rows.rows and not _has_findings(inside):
            self.rows.select(behind)
        if is_first and self.rows.selected:
            self.rows.rows[self.rows.selected].setFocus()
        self.panel.show_samples(inside, inside.chosen.sample.sample)
        self._show_block(self.rows.selected)
        self._show_page("inside")

    def _take_sample(self, sample: SampleInside) -> None:
        self._sample = sample
        self._show_block(self.rows.selected)

    def _show_block(self, node_id: str) -> None:
        if self.looker.inside is not None and self._sample is not None:
            self.panel.show_block(self.looker.inside, node_id, self._sample)

    def _choose_block(self, node_id: str) -> None:
        self._show_block(node_id)
        drawing = self._tab.network.drawing
        if drawing is not None and node_id in drawing.graph.by_id:
            self._tab.middle.canvas.select(node_id)

    def _fail(self, error: DeepDeskError) -> None:
        again = self.looker.look if self.looker.run else self.looker.list_runs
        self.error.say(error.message, error.hint, remedy="Try again", act=again)
        self._show_page("error")

    def _follow_runs(self, _run: object) -> None:
        self.looker.list_runs()

    def _go_training(self, _none: object) -> None:
        self._tab.desk.store.update(tab="training")
        self.close()

    def _leave(self, _path: object) -> None:
        self.close()

    def _end(self, _result: object) -> None:
        self.looker.stop()

    def _show_page(self, name: str) -> None:
        self.pages.setCurrentIndex(_PAGES.index(name))

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(metrics.S)
        self.runs.setMinimumWidth(metrics.scaled(230))
        self.runs.setProperty("size", "small")
        head.addWidget(self.runs)
        chips = QVBoxLayout()
        chips.addStretch(1)
        chips.addWidget(self.which)
        chips.addStretch(1)
        head.addLayout(chips)
        head.addStretch(1)
        head.addWidget(self.note)
        head.addWidget(self.again)
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.L)
        self.rows.setFixedWidth(metrics.scaled(LEFT_PX))
        row.addWidget(self.rows)
        row.addWidget(self.panel, 1)
        for page in (_centred(self.busy), self.empty, _centred(self.error), inside):
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.L, metrics.M, metrics.L, metrics.L)
        column.setSpacing(metrics.M)
        column.addLayout(head)
        column.addWidget(self.pages, 1)


def _centred(inside: QWidget) -> QWidget:
    page = QWidget()
    inside.setFixedWidth(metrics.scaled(_NOTE_PX))
    column = QVBoxLayout(page)
    column.addWidget(inside, 0, Qt.AlignmentFlag.AlignCenter)
    return page


def _has_findings(inside: Inside) -> bool:
    return any(block.finding for block in inside.blocks)


def run_line(info: RunInfo) -> str:
    """Return a run as a line of the chooser: its name, and how good it was."""
    name = title_of(info)
    value = info.metrics.get(info.main_metric)
    figure = "" if value is None else metric_text(info.main_metric, value, info.units)
    return " · ".join(part for part in (name, figure, _under_way(info)) if part)


def _under_way(info: RunInfo) -> str:
    return info.status if info.status in ("running", "paused") else ""


def open_inside(tab: ArchitectureTab) -> None:
    """Open the window that looks into a run's network, or bring it to the front."""
    window = tab.findChild(InsideWindow) or InsideWindow(tab)
    window.show()

    window.activateWindow()
