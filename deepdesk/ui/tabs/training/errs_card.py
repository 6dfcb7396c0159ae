"""Where it errs: the matrix, what the cell under the mouse says, and the worst mistakes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from deepdesk.ui.plots.confusion import Confusion
from deepdesk.ui.plots.confusion_matrix import ConfusionMatrix, Pair
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.note_page import NotePage
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.card import Card

_HINT = "click a cell"
_WORST = 3
_WORST_FROM_PX = 300  # lower cards have room for the matrix alone


class ErrsCard(Card):
    """Shows a `Confusion`.

    Signals:
        picked: (truth, answer) whose samples are wanted, as class names.
    """

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__("Where it errs")
        self.matrix = ConfusionMatrix()
        self.worst = [LinkButton("") for _ in range(_WORST)]
        self._pairs: list[Pair] = []
        self._empty = NotePage("Which class is taken for which, after the first epoch.")
        self._area = QWidget()
        column = QVBoxLayout(self._area)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.XS)
        column.addWidget(self.matrix, 1)
        self._list = QWidget()
        links = QVBoxLayout(self._list)
        links.setContentsMargins(0, metrics.XS, 0, 0)
        links.setSpacing(2)
        for place, link in enumerate(self.worst):
            links.addWidget(link)
            link.clicked.connect(lambda _on=False, place=place: self._pick(self._pairs[place]))
        column.addWidget(self._list)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._area)
        self.body.addLayout(self._stack, 1)
        self.matrix.hovered.connect(self._tell)
        self.matrix.picked.connect(self._pick)

    def show_epoch(self, history: RunHistory) -> None:
        """Show what the last epoch of a run told."""
        self.show_confusion(history.confusion)

    def show_confusion(self, confusion: Confusion | None) -> None:
        """Show these counts, or say what will be here."""
        if confusion is self.matrix.confusion and confusion is not None:
            return
        self.matrix.show_confusion(confusion)
        self._stack.setCurrentWidget(self._empty if confusion is None else self._area)
        self._tell(None)
        worst = confusion.worst(_WORST) if confusion else []
        self._pairs = [Pair(row, column) for row, column, _count in worst]
        for place, link in enumerate(self.worst):
            link.setVisible(place < len(worst))
            if confusion is not None and place < len(worst):
                row, column, _count = worst[place]
                link.setText(confusion.sentence(row, column))
                link.setAccessibleName(link.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._list.setVisible(event.size().height() >= metrics.scaled(_WORST_FROM_PX))

    def _tell(self, pair: Pair | None) -> None:
        confusion = self.matrix.confusion
        if confusion is None or pair is None:
            self.set_note(_HINT if confusion is not None else "")
            return
        self.set_note(confusion.sentence(pair.truth, pair.answer))

    def _pick(self, pair: Pair) -> None:
        confusion = self.matrix.confusion
        if confusion is not None:
            self.picked.emit((confusion.classes[pair.truth], confusion.classes[pair.answer]))
