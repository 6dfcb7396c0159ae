"""Compare: two networks side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended
from deepdesk.nn.graph import Graph
from deepdesk.ui.run_names import spoken
from deepdesk.ui.tabs.architecture.background import Background
from deepdesk.ui.tabs.architecture.compare_rows import DifferenceRows
from deepdesk.ui.tabs.architecture.compare_totals import TotalsCard
from deepdesk.ui.tabs.architecture.compare_words import summary
from deepdesk.ui.tabs.architecture.compare_work import (
    CURRENT,
    Comparison,
    Pick,
    compare_work,
    file_pick,
    run_pick,
    run_picks_work,
)
from deepdesk.ui.tabs.architecture.drawing import same_structure
from deepdesk.ui.tabs.architecture.export_tools import reading_work
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.banner import Banner, ErrorState
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.column import scrolling
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.states import BusyState

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.drawing import Drawing
    from deepdesk.ui.tabs.architecture.tab import ArchitectureTab

WIDTH_PX, HEIGHT_PX = 1040, 720
_NOTE_PX = 380
_PAGES = ("busy", "error", "rows")
_FILE = "file"
_FILE_WORDS = "From a file\N{HORIZONTAL ELLIPSIS}"


class PickBox(QComboBox):
    """Chooses one of the networks; the last entry asks for a file.

    Signals:
        picked: `Pick` that a person chose.
        file_asked: None.
    """

    picked = Signal(object)
    file_asked = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setProperty("size", "small")
        self.setMinimumContentsLength(14)
        self._picks: dict[str, Pick] = {}
        self._key = ""
        self.activated.connect(self.choose)

    @property
    def pick(self) -> Pick | None:
        """The network that is chosen."""
        return self._picks.get(self._key)

    def offer(self, picks: tuple[Pick, ...], usual: str = "") -> None:
        """Offer networks; the chosen one stays chosen where it is there still."""
        self._picks = {pick.key: pick for pick in picks}
        self.clear()
        for pick in picks:
            self.addItem(pick.title, pick.key)
        self.insertSeparator(self.count())
        self.addItem(_FILE_WORDS, _FILE)
        wanted = self._key if self._key in self._picks else usual
        self.show_pick(wanted if wanted in self._picks else next(iter(self._picks), ""))

    def show_pick(self, key: str) -> None:
        """Choose a network without a signal."""
        self._key = key
        self.setCurrentIndex(max(0, self.findData(key)))

    def choose(self, place: int) -> None:
        """Take the entry at a place as if a person had chosen it."""
        key = self.itemData(place)
        if key == _FILE:
            self.show_pick(self._key)
            self.file_asked.emit(None)
        elif key in self._picks:
            self.show_pick(str(key))
            self.picked.emit(self._picks[key])


class CompareWindow(QDialog):
    """Two networks, block by block, and their totals.

    Args:
        tab: Its network is the one that is called current.
    """

    def __init__(self, tab: ArchitectureTab) -> None:
        super().__init__(tab)
        self.setWindowTitle("Compare networks")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(metrics.scaled(WIDTH_PX), metrics.scaled(HEIGHT_PX))
        self._tab = tab
        self._project, self._spec = tab.desk.project, tab.desk.spec
        self._jobs = Background(tab.desk, self)
        self._runs: tuple[Pick, ...] = ()
        self._files: tuple[Pick, ...] = ()
        self.comparison: Comparison | None = None
        self.sides = (PickBox("Before"), PickBox("After"))
        self.summary = Label(kind="strong")
        self.only = ChipRow(exclusive=False, name="Which blocks")
        self.only.add_chip("different", "Only what differs", tip="Leave out blocks that are kept")
        self.refusal = Banner()
        self.busy = BusyState("Comparing")
        self.busy.button.hide()
        self.error = ErrorState()
        self.rows = DifferenceRows()
        self.totals = TotalsCard()
        self.pages = QStackedWidget()
        self._arrange()
        self._connect()
        self._show_page("busy")
        self._offer()
        self._jobs.ask("runs", run_picks_work(self._project), self._take_runs, self._hear_refusal)
        self._compare()

    @property
    def page(self) -> str:
        """What is in sight: "busy", "error" or "rows"."""
        return _PAGES[self.pages.currentIndex()]

    def take_file(self, box: PickBox, path: Path) -> None:
        """Read the network of a file and choose it."""

        def take(graph: Graph) -> None:
            pick = file_pick(path, graph)
            self._files = (*(old for old in self._files if old.key != pick.key), pick)
            self._offer()
            box.show_pick(pick.key)
            self._compare()

        drawing = self._tab.network.drawing
        if drawing is None:
            return
        self.refusal.hide()
        work = reading_work(path, drawing.survey.contract)
        self._jobs.ask("file", work, take, self._hear_refusal)

    def _connect(self) -> None:
        for box in self.sides:
            box.picked.connect(lambda _pick: self._compare())
            box.file_asked.connect(lambda _none, box=box: self._ask_file(box))
        self.only.chosen.connect(lambda keys: self.rows.show_only_different("different" in keys))
        self._tab.network.drawn.connect(self._follow)
        self._tab.desk.runs_changed.connect(self._follow_runs)
        self._tab.desk.project_closed.connect(self._leave)
        self.finished.connect(self._end)

    def _offer(self) -> None:
        drawing = self._tab.network.drawing
        if drawing is None:
            return
        current = Pick(key=CURRENT, title="The network on the canvas", graph=drawing.graph)
        offered = tuple(
            Pick(key=f"offer {name}", title=name, graph=graph)
            for name, graph in drawing.survey.graphs.items()
        )
        start = self._tab.network.choice.start_from
        runs = self._runs or ((run_pick(start, spoken(start)),) if start else ())
        picks = (current, *offered, *runs, *self._files)
        self.sides[0].offer(picks, f"run {start}" if start else _usual(drawing))
        self.sides[1].offer(picks, CURRENT)

    def _compare(self) -> None:
        drawing = self._tab.network.drawing
        before, after = (box.pick for box in self.sides)
        if drawing is None or before is None or after is None:
            return
        self.summary.setText("Comparing")
        work = compare_work(self._project, self._spec, drawing.survey, (before, after))
        self._jobs.ask("compare", work, self._take_comparison, self._hear_end)

    def _take_comparison(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.summary.setText(summary(comparison.differences))
        self.rows.show_comparison(comparison)
        self.totals.show_comparison(comparison)
        self._show_page("rows")

    def _take_runs(self, runs: tuple[Pick, ...]) -> None:
        self._runs = runs
        self._offer()

    def _follow(self, _drawing: object) -> None:
        self._offer()
        if any(box.pick is not None and box.pick.key == CURRENT for box in self.sides):
            self._compare()

    def _follow_runs(self, _run: object) -> None:
        self._jobs.ask("runs", run_picks_work(self._project), self._take_runs, self._hear_refusal)

    def _ask_file(self, box: PickBox) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(
            self, "Choose a network", str(self._project.path), "Networks (*.json)"
        )
        if chosen:
            self.take_file(box, Path(chosen))

    def _hear_end(self, ended: Ended) -> None:
        if ended.error is not None:
            error = ended.error
            if ended.report:
                error = DeepDeskError("The comparison failed.", "Choose another network.")
            self.summary.setText("")
            self.error.say(error.message, error.hint, remedy="Try again", act=self._compare)
            self._show_page("error")

    def _hear_refusal(self, ended: Ended) -> None:
        if ended.error is not None and not ended.report:
            self.refusal.say(ended.error.message, ended.error.hint)

    def _leave(self, _path: object) -> None:
        self.close()

    def _end(self, _result: object) -> None:
        self._jobs.forget_all()

    def _show_page(self, name: str) -> None:
        self.pages.setCurrentIndex(_PAGES.index(name))
        self.totals.setVisible(name == "rows")

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(metrics.M)
        for box in self.sides:
            head.addWidget(box, 1)
        middle = QHBoxLayout()
        middle.addWidget(self.summary, 1)
        middle.addWidget(self.only)
        area = scrolling(self.rows)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for page in (_centred(self.busy), _centred(self.error), area):
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.L, metrics.M, metrics.L, metrics.L)
        column.setSpacing(metrics.M)
        column.addLayout(head)
        column.addLayout(middle)
        column.addWidget(self.refusal)
        column.addWidget(self.pages, 1)
        column.addWidget(self.totals)


def _usual(drawing: Drawing) -> str:
    """Return what the network on the canvas is best compared with: what it was made from."""
    base = drawing.base
    if base is not None and drawing.is_changed:
        return f"offer {base.name}"
    offered = drawing.survey.graphs.get(drawing.graph.name)
    if offered is not None and not same_structure(drawing.graph, offered):
        return f"offer {offered.name}"
    others = [name for name in drawing.survey.graphs if name != drawing.graph.name]
    return f"offer {others[0]}" if others else CURRENT


def _centred(inside: QWidget) -> QWidget:
    page = QWidget()
    inside.setFixedWidth(metrics.scaled(_NOTE_PX))
    column = QVBoxLayout(page)
    column.addWidget(inside, 0, Qt.AlignmentFlag.AlignCenter)
    return page


def open_compare(tab: ArchitectureTab) -> None:
    """Open the window that puts two networks side by side, or bring it to the front."""
    window = tab.findChild(CompareWindow) or CompareWindow(tab)
    window.show()

    window.activateWindow()
