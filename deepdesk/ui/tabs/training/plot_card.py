"""A card with one plot; where there is a choice, its title is the way to it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton

from deepdesk.ui.plots.curve_plot import CurvePlot
from deepdesk.ui.theme import metrics
from deepdesk.ui.theme.fonts import points
from deepdesk.ui.widgets.card import Card

_DOWN = "\N{BLACK DOWN-POINTING SMALL TRIANGLE}"


class TitleButton(QPushButton):
    """A heading that opens a menu of other things to plot.

    Signals:
        chosen: Name of what was picked.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setStyleSheet(
            "QPushButton { text-align: left; padding: 0; margin: 0; border: none;"
            f" min-height: 0; font-size: {points(metrics.HEADING)}pt; font-weight: 600;"
            " color: palette(text); background: transparent; }"
            "QPushButton::menu-indicator { image: none; width: 0; }"
            "QPushButton:focus { text-decoration: underline; }"
            "QPushButton:disabled { color: palette(text); }"
        )
        self.setToolTip("Plot something else here")
        self.setMenu(QMenu(self))

    def offer(self, choices: Sequence[tuple[str, str]], chosen: str) -> None:
        """Offer (name, words) pairs, one of them on."""
        menu = self.menu()
        menu.clear()
        for name, words in choices:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _on=False, name=name: self.chosen.emit(name))

    def set_words(self, words: str) -> None:
        """Show the title."""
        self.setEnabled(len(self.menu().actions()) > 1)
        self.setText(f"{words} {_DOWN}" if self.isEnabled() else words)
        self.setAccessibleName(f"{words}, plot something else here")


class PlotCard(Card):
    """One plot in a card.

    Attributes:
        name: What is plotted.

    Signals:
        chosen: Name of what the person wants plotted.
    """

    chosen = Signal(object)

    def __init__(self, *, can_choose: bool) -> None:
        super().__init__()
        self.name = ""
        self._own_choice = ""
        self._button = TitleButton() if can_choose else None
        self.plot = CurvePlot(heading=self._button)
        self.add(self.plot, 1)
        if self._button is not None:
            self._button.chosen.connect(self._choose)

    def offer(self, choices: Sequence[tuple[str, str]], usual: str) -> None:
        """Offer things to plot; the person's own earlier choice wins over the usual one."""
        names = [name for name, _words in choices]
        self.name = self._own_choice if self._own_choice in names else usual
        if self._button is not None:
            self._button.offer(choices, self.name)
            self._button.set_words(dict(choices).get(self.name, self.name))

    def _choose(self, name: str) -> None:
        self.name = self._own_choice = name
        self.chosen.emit(name)
