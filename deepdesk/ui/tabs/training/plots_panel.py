"""Where the plots will be: pyqtgraph is loaded in the background, then they appear."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deepdesk.core.events import Ended
from deepdesk.core.work import EventSink, StopToken
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.card import Card

if TYPE_CHECKING:
    from deepdesk.ui.tabs.training.plot_row import PlotRow


def load_plots(_emit: EventSink, _stop: StopToken) -> None:
    """Import what takes longer than a frame."""
    importlib.import_module("pyqtgraph")


class PlotsPanel(QWidget):
    """Shows the curves of a run as soon as they can be drawn.

    Signals:
        save_asked: A `Work` that writes values to a file.
        loaded: None, when the plots are there.
    """

    save_asked = Signal(object)
    loaded = Signal(object)

    def __init__(self, desk: Desk, noun: tuple[str, str]) -> None:
        super().__init__()
        self.row: PlotRow | None = None
        self._noun = noun
        self._shown: tuple[RunHistory, Mapping[str, RunHistory]] = (RunHistory(), {})
        self._is_live = False
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(metrics.M)
        self._cards = [Card("Loss"), Card()]
        for card in self._cards:
            self._layout.addWidget(card, 1)
        desk.start(load_plots, "training", on_ended=self._put)

    def show_history(self, history: RunHistory, behind: Mapping[str, RunHistory]) -> None:
        """Show a run, and others behind it."""
        self._shown = (history, behind)
        if self.row is not None:
            self.row.show_history(history, behind)

    def refresh(self) -> None:
        """Draw what the run in front has told since."""
        if self.row is not None:
            self.row.refresh()

    def set_live(self, is_live: bool) -> None:
        """Draw cheaply while a run is under way."""
        self._is_live = is_live
        if self.row is not None:
            self.row.set_live(is_live)

    def _put(self, ended: Ended) -> None:
        if ended.error is not None or not shiboken6.isValid(self):
            return
        from deepdesk.ui.tabs.training.plot_row import PlotRow

        for card in self._cards:
            card.hide()
            card.deleteLater()
        self.row = PlotRow(self._noun)
        self.row.save_asked.connect(self.save_asked)
        self._layout.addWidget(self.row)
        self.row.set_live(self._is_live)
        self.row.show_history(*self._shown)
        self.loaded.emit(None)
