"""The middle column: banner, progress, filters, and the grid or what stands in its place."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from deepdesk.core.events import Progress
from deepdesk.ui.tabs.dataset.filter_bar import FilterBar
from deepdesk.ui.tabs.dataset.geometry import MARGIN_PX
from deepdesk.ui.tabs.dataset.grid import SampleGrid
from deepdesk.ui.theme.metrics import L, M
from deepdesk.ui.truth_words import WrittenTruth
from deepdesk.ui.widgets.banner import Banner
from deepdesk.ui.widgets.states import BusyState, EmptyState

EMPTY_WIDTH_PX = 280
CLASSES_HINT = (
    "One folder for each class inside. A zip, a table of paths and classes, or single files do as"
    " well."
)
DRAWN_HINT = (
    "With or without labels: COCO, Pascal VOC, YOLO, LabelMe, Label Studio, masks or a table of"
    " boxes. A zip or single files do as well."
)


class Middle(QWidget):
    """What one works on.

    Args:
        noun: One sample and several, in words.
        truth: How a truth that is a text is called, None where truths are classes.
        hint: What can be dropped, where there is no such truth.

    Signals:
        choose_asked: The widget that asks for a folder to be chosen.
        all_asked: The column itself, when the filters are to be taken away.
        cancelled: The column itself, when the import is to stop.
    """

    choose_asked = Signal(object)
    all_asked = Signal(object)
    cancelled = Signal(object)

    def __init__(
        self,
        grid: SampleGrid,
        noun: tuple[str, str],
        *,
        read_only: bool,
        truth: WrittenTruth | None = None,
        hint: str = CLASSES_HINT,
    ) -> None:
        super().__init__()
        self.bar = FilterBar(truth="" if truth is None else truth.one)
        self.banner = Banner(tone="warn")
        self.busy = BusyState()
        self.busy.hide()
        self._grid = grid
        self._started = 0.0
        self.empty = EmptyState(
            f"Drop a folder of {noun[1]} here",
            "Choose a folder…",
            icon="folder",
            hint=hint if truth is None else truth.source,
        )
        self.empty.button.setEnabled(not read_only)
        self.bar.add.setEnabled(not read_only)
        self.nothing = EmptyState(
            f"No {noun[0]} is like that", "Show all", icon="search", is_primary=False
        )
        for state in (self.empty, self.nothing):
            # What is hidden in the stack must not keep the window wide.
            state.setMinimumWidth(EMPTY_WIDTH_PX)
        self.looking = QWidget()
        self._arrange()
        self.empty.acted.connect(lambda _none: self.choose_asked.emit(self))
        self.nothing.acted.connect(lambda _none: self.all_asked.emit(self))
        self.busy.cancelled.connect(lambda _none: self.cancelled.emit(self))
        self.bar.down_pressed.connect(lambda _bar: grid.setFocus())

    def _arrange(self) -> None:
        self._stack = QStackedLayout()
        # The grid keeps room around its tiles for their rings, and its scroll bar lies outside.
        grid = _inset(self._grid, (L - MARGIN_PX, 0, 2, 0))
        around = (L, 0, L, L)
        self._pages = {
            "looking": self.looking,
            "empty": _inset(self.empty, around),
            "nothing": _inset(self.nothing, around),
            "grid": grid,
        }
        for page in self._pages.values():
            self._stack.addWidget(page)
        upper = QVBoxLayout()
        upper.setContentsMargins(L, L, L, 0)
        upper.setSpacing(M)
        upper.addWidget(self.banner)
        upper.addWidget(self.busy)
        upper.addWidget(self.bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(M - MARGIN_PX)
        column.addLayout(upper)
        column.addLayout(self._stack, 1)

    def show_count(self, count: int, total: int) -> None:
        """Show the grid, or why there is nothing in it."""
        stand_in = "nothing" if total else "empty"
        self._stack.setCurrentWidget(self._pages["grid" if count else stand_in])
        self.bar.setVisible(total > 0)

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far the import is; None when it is over."""
        if progress is None:
            self._started = 0.0
            self.busy.hide()
            return
        now = time.monotonic()
        if not self._started:
            self._started = now
            self.busy.begin(progress.what)
            self.busy.button.show()
            self.banner.hide()
        self.busy.sentence.setText(progress.what)
        left = time_left(progress, now - self._started)
        self.busy.show_progress(progress.done, progress.total, left)
        self.busy.show()

    def show_delay(self, is_delayed: bool, noun: tuple[str, str]) -> None:
        """Show that a change of very many samples is under way."""
        if self._started:
            return
        if is_delayed:
            self.busy.begin(f"Changing many {noun[1]} at once")
        self.busy.button.setVisible(not is_delayed)
        self.busy.setVisible(is_delayed)

    def show_refused(self, refused: list[tuple[object, str]], noun: tuple[str, str]) -> None:
        """Say which files an import passed over, folded."""
        if not refused:
            return
        count = len(refused)
        files = f"{count:,} {'file was' if count == 1 else 'files were'} passed over"
        details = "\n".join(f"{file}: {reason}" for file, reason in refused[:1000])
        self.banner.say(
            files, f"No {noun[1]} could be taken from there; all the rest is here.", details=details
        )

    def show_remarks(self, remarks: list[tuple[object, str]]) -> None:
        """Say what became of labels that could not be taken as they are, folded."""
        details = "\n".join(f"{file}: {sentence}" for file, sentence in remarks[:1000])
        said = "Some labels were left out or changed"
        self.banner.say(said, "All other labels came as they are.", details=details)


def _inset(widget: QWidget, margins: tuple[int, int, int, int]) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(*margins)
    column.addWidget(widget)
    return holder


def time_left(progress: Progress, seconds: float) -> str:
    """Return how long it still takes in words, "" while that is not known."""
    share = progress.done / progress.total if progress.total else 0.0
    if share <= 0.02 or seconds < 1.0:
        return ""
    left_s = seconds * (1 - share) / share
    return f"{left_s / 60:.0f} min left" if left_s >= 90 else f"{max(1, round(left_s))} s left"
