"""Which class was taken for which, as one of the pages of where it errs."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.ui.plots.confusion import Confusion
from deepdesk.ui.plots.confusion_matrix import ConfusionMatrix, Pair
from deepdesk.ui.tabs.training.errs_pages import ErrsPage
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label

_WORST = 3


class ConfusionPage(ErrsPage):
    """The matrix, and the most frequent mistakes or the cell under the mouse in words."""

    def __init__(self) -> None:
        super().__init__("Which class was taken for which, after the first epoch.")
        self.matrix = ConfusionMatrix()
        self.words = Label("", kind="hint", wraps=True)
        self._area = QWidget()
        column = QVBoxLayout(self._area)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.XS)
        column.addWidget(self.matrix, 1)
        column.addWidget(self.words)
        self.matrix.hovered.connect(self._tell)
        self.matrix.picked.connect(self._pick)

    def show_epoch(self, history: RunHistory) -> None:
        """Show the matrix of the last epoch."""
        self.matrix.show_confusion(history.confusion)
        self.show_inside(None if history.confusion is None else self._area)
        self._tell(None)

    def _pick(self, pair: Pair) -> None:
        confusion = self.matrix.confusion
        if confusion is not None:
            names = confusion.classes
            self.case_picked.emit((names[pair.truth], names[pair.answer]))

    def _tell(self, pair: Pair | None) -> None:
        confusion = self.matrix.confusion
        if confusion is None:
            return
        if pair is not None:
            self.words.setText(confusion.sentence(pair.truth, pair.answer))
            return
        worst = "; ".join(_worst(confusion)) or "Nothing is taken for anything else"
        self.words.setText(f"{worst}. Click a cell for its pictures.")


def _worst(confusion: Confusion) -> list[str]:
    return [confusion.sentence(row, column) for row, column, _count in confusion.worst(_WORST)]
