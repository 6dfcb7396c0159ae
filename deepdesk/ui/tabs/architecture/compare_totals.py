"""The totals of two networks below each other, with their ratio."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from deepdesk.ui.tabs.architecture.compare_words import totals
from deepdesk.ui.tabs.architecture.compare_work import Comparison
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.labels import Label

_MOST_COLUMNS = 5


class TotalsCard(Card):
    """One column per figure: its name, both values, and how they compare."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[tuple[str, str, str, str]] = []
        self._names = (Label(kind="hint"), Label(kind="hint"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(metrics.XL)
        self._grid.setVerticalSpacing(metrics.XS)
        for row, label in enumerate(self._names, start=1):
            self._grid.addWidget(label, row, 0)
        self._cells = [
            [Label(kind=kind) for kind in ("hint", "", "strong", "hint")]
            for _column in range(_MOST_COLUMNS)
        ]
        right = Qt.AlignmentFlag.AlignRight
        for column, cells in enumerate(self._cells, start=1):
            for row, label in enumerate(cells):
                self._grid.addWidget(label, row, column, right)
        self._grid.setColumnStretch(0, 1)
        self.body.addLayout(self._grid)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the totals of two networks."""
        sides = (comparison.before, comparison.after)
        for label, side in zip(self._names, sides, strict=True):
            label.setText(side.pick.title)
        self.texts = totals(comparison)
        for place, cells in enumerate(self._cells):
            is_there = place < len(self.texts)
            for row, label in enumerate(cells):
                label.setText(self.texts[place][row] if is_there else "")
                label.setVisible(is_there)
