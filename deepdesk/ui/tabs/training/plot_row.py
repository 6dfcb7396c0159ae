"""The plots in a row: the loss, the main metric, and on wide windows one more."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deepdesk.ui.metric_words import LOSS, MEMORY, RATE, SPEED, metric_words, unit_of
from deepdesk.ui.plots.curves import Curve, Role
from deepdesk.ui.plots.pyramid import CurveBuffer
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.plot_card import PlotCard
from deepdesk.ui.theme import metrics

_THIRD_FROM_PX = 1_240
MAIN = "main"  # stands for the main metric before its name is known


class PlotRow(QWidget):
    """Draws one run in front and any number of runs behind it.

    Signals:
        save_asked: A `Work` that writes values to a file.
    """

    save_asked = Signal(object)

    def __init__(self, noun: tuple[str, str]) -> None:
        super().__init__()
        self._noun = noun
        self._history = RunHistory()
        self._behind: dict[str, RunHistory] = {}
        self._offered: list[str] = []
        self.cards = [PlotCard(can_choose=place > 0) for place in range(3)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.M)
        for card in self.cards:
            row.addWidget(card, 1)
            card.chosen.connect(lambda _name, card=card: self._refill(card))
            card.plot.save_asked.connect(self.save_asked)
        self.cards[2].hide()
        self._fill()

    def show_history(self, history: RunHistory, behind: Mapping[str, RunHistory]) -> None:
        """Show a run, and others behind it by their titles."""
        self._history = history
        self._behind = dict(behind)
        self._fill()

    def refresh(self) -> None:
        """Draw what the run in front has told since."""
        if self._offered != self._names():
            self._fill()
            return
        for card in self.cards:
            self._add_curves(card)
            self._mark(card)

    def set_live(self, is_live: bool) -> None:
        """Draw cheaply while a run is under way."""
        for card in self.cards:
            card.plot.set_live(is_live)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make use of a wide window."""
        super().resizeEvent(event)
        self.cards[2].setVisible(event.size().width() >= metrics.scaled(_THIRD_FROM_PX))

    def _names(self) -> list[str]:
        return self._history.plot_names()

    def _fill(self) -> None:
        self._offered = self._names()
        names = self._offered or [MAIN]
        wanted = (LOSS, names[0], RATE if RATE in names else names[-1])
        choices = [(name, metric_words(name, self._noun).label) for name in names]
        if not self._offered:
            choices = [(MAIN, "Main metric")]
        for card, usual in zip(self.cards, wanted, strict=True):
            card.offer(choices, usual)
            self._refill(card)

    def _refill(self, card: PlotCard) -> None:
        words = metric_words(card.name, self._noun)
        card.plot.clear()
        unit = unit_of(card.name, self._history.units)
        card.plot.set_subject(words.label, unit, empty_text(words.label, card.name))
        longest = max((past.epochs for past in self._behind.values()), default=0)
        card.plot.set_span(max(self._history.epochs, longest))
        for rank, (title, past) in enumerate(self._behind.items()):
            _add(card, past, group=title, rank=rank)
        self._add_curves(card)
        self._mark(card)

    def _mark(self, card: PlotCard) -> None:
        history = self._history
        card.plot.mark_best(history.best_epoch)
        card.plot.mark_stop(history.stops_at, history.stop_words)

    def _add_curves(self, card: PlotCard) -> None:
        _add(card, self._history, group="", rank=0)


def empty_text(label: str, name: str) -> str:
    """Return what will be here, while a plot has no point."""
    if name in (RATE, SPEED, MEMORY):
        return f"{label} will be drawn here while a run goes on."
    what = "The main measure" if name == MAIN else label
    return f"{what} on train and validation will be drawn here, epoch by epoch."


def _add(card: PlotCard, history: RunHistory, *, group: str, rank: int) -> None:
    """Put what a run has told of a card's subject into its plot; points are shared, not copied."""
    has_both = card.name in history.validation
    sides: tuple[tuple[Role, dict[str, CurveBuffer]], ...] = (
        ("train" if has_both else "other", history.train),
        ("validation", history.validation),
    )
    for role, curves in sides:
        points = curves.get(card.name)
        key = f"{group}/{'validation' if role == 'validation' else 'train'}"
        if points is None:
            continue
        label = metric_words(card.name).inline if role == "other" else role
        card.plot.add_curve(
            key, Curve(label=label, role=role, group=group, rank=rank, points=points)
        )
