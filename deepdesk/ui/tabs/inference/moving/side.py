"""The right column beside pictures that go on: their figures, and what of answers counts."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.ui.tabs.inference.drawn.panel import DrawnPanel
from deepdesk.ui.tabs.inference.moving.figures_panel import FiguresPanel
from deepdesk.ui.tabs.inference.moving.view import MovingView
from deepdesk.ui.tabs.inference.moving.words_over import drawn_of
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.card import Divider

# Lists that change with every picture can be read by nobody.
LISTED_EVERY_MS = 400


class MovingSide(QWidget):
    """Figures, and below them classes and thresholds where answers are drawn."""

    def __init__(self, view: MovingView, drawn: DrawnPanel | None) -> None:
        super().__init__()
        self._view = view
        self._shown: object = None
        self.figures = FiguresPanel()
        self.drawn = drawn
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(self.figures)
        self._timer = QTimer(self)
        self._timer.setInterval(LISTED_EVERY_MS)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._list)
        if drawn is not None:
            column.addSpacing(metrics.S)
            column.addWidget(Divider())
            column.addWidget(drawn)
            drawn.show_answer(None)
            drawn.kept_changed.connect(view.set_filter)
            drawn.near_name_changed.connect(lambda name: view.show_near(-1, name))
            view.painted.connect(lambda _now, _took: self._look())

    def _look(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _list(self) -> None:
        answer = drawn_of(self._view.answer)
        if self.drawn is not None and answer is not self._shown:
            self._shown = answer
            self.drawn.show_answer(answer)
