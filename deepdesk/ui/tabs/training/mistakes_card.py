"""Where it errs, for answers that are no choice between classes: the samples, worst first."""

from __future__ import annotations

from PySide6.QtCore import Signal

from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.mistakes import Mistakes
from deepdesk.ui.tabs.training.row_list import RowList
from deepdesk.ui.tabs.training.works import answered_of
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.labels import Label

_WAITS = "The worst mistakes, after the first epoch."


class MistakesCard(Card):
    """Shows `Mistakes`.

    Signals:
        picked: The `Answered` that is to be opened.
    """

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__("Where it errs")
        self.list = RowList(_WAITS, with_pictures=False)
        self.list.picked.connect(self.picked)
        self.warning = Label(kind="hint", tone="warn", wraps=True)
        self.warning.hide()
        self.add(self.warning)
        self.add(self.list, 1)

    def show_epoch(self, history: RunHistory) -> None:
        """Show the worst of the last epoch; those of the best one come from the run's folder."""
        if history.worst:
            self.set_note("worst of the last epoch")
            self.warning.hide()
            self.list.show_rows([answered_of(row) for row in history.worst])
        else:
            self.show_mistakes(None)

    def show_mistakes(self, found: Mistakes | None) -> None:
        """Show these, or say what will be here."""
        self.set_note("" if found is None else found.words)
        self.list.page.set_words(_WAITS if found is None else found.words)
        self.list.show_rows(() if found is None else found.rows)
        self.warning.setText("" if found is None else found.warning)
        self.warning.setVisible(bool(self.warning.text()))
