"""Reads the worst answers of the run in front whenever there may be others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from deepdesk.core.drawn_cases import NOTHING
from deepdesk.core.events import Result
from deepdesk.ui.tabs.training.cell_dialog import CellDialog
from deepdesk.ui.tabs.training.mistakes import Mistakes, mistakes_work
from deepdesk.ui.tabs.training.mistakes_card import MistakesCard
from deepdesk.ui.tabs.training.sample_dialog import SampleDialog
from deepdesk.ui.tabs.training.works import Answered, drawn_cell_work

if TYPE_CHECKING:
    from deepdesk.ui.tabs.training.tab import TrainingTab

_PICTURE_PX = 160


class MistakesReading(QObject):
    """Does nothing where the tab has a matrix instead of a list."""

    def __init__(self, tab: TrainingTab) -> None:
        super().__init__(tab)
        self._tab = tab
        self._wanted = ""
        tab.middle.learning.picked.connect(self._open)
        if isinstance(tab.middle.errs, MistakesCard):
            tab.middle.errs.picked.connect(self._open)
            for page in tab.middle.errs.pages.values():
                page.picked.connect(self._open)
                page.case_picked.connect(self._open_case)
            tab.viewer.shown.connect(lambda _none: self._read())
            # While a run goes on its epochs tell the worst; in the end the best one is looked at.
            tab.desk.runs_changed.connect(lambda _run: self._read())
            tab.shown.connect(lambda _none: self._read())

    def _read(self) -> None:
        run = self._wanted = self._tab.viewer.run
        self._tab.viewer.start(
            mistakes_work(self._tab.desk.project, run), lambda event: self._take(run, event)
        )

    def _take(self, run: str, event: Any) -> None:
        card = self._tab.middle.errs
        if isinstance(event, Result) and run == self._wanted and isinstance(card, MistakesCard):
            found: Mistakes | None = event.value
            if found is not None:
                card.show_mistakes(found)

    def _open(self, row: Answered) -> None:
        SampleDialog(self._tab.window(), row, self._tab.desk).open()

    def _open_case(self, pair: tuple[str, str]) -> None:
        tab = self._tab
        work = drawn_cell_work(
            tab.desk.project, tab.desk.spec, tab.viewer.run, pair, side_px=_PICTURE_PX
        )
        CellDialog(tab.window(), case_words(*pair), tab.desk, work, first="most").open()


def case_words(truth: str, answer: str) -> str:
    """Return what a case is called: "cat called dog", "cat missed"."""
    if NOTHING in (truth, answer):
        return f"{truth} missed" if answer == NOTHING else f"{answer} where nothing is"
    return f"{truth} called {answer}" if truth != answer else f"{truth}, found"
