"""The middle: toolbar, canvas and totals; or what is in the way of showing them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.architecture.canvas import Canvas
from deepdesk.ui.tabs.architecture.drawing import Drawing
from deepdesk.ui.tabs.architecture.surgery_strip import SurgeryStrip
from deepdesk.ui.tabs.architecture.toolbar import Toolbar
from deepdesk.ui.tabs.architecture.totals import Totals
from deepdesk.ui.tabs.architecture.weights_strip import WeightsStrip
from deepdesk.ui.tabs.architecture.words import count_text, flop_text
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.banner import ErrorState
from deepdesk.ui.widgets.states import BusyState

NOTE_PX = 380


class Middle(QWidget):
    """Shows a drawing, that one is coming, or why there is none.

    Signals:
        retried: None, when a person wants it tried again.
    """

    retried = Signal(object)

    def __init__(self, desk: Desk, noun: str) -> None:
        super().__init__()
        self.toolbar = Toolbar()
        self.weights = WeightsStrip(desk)
        self.surgery = SurgeryStrip(desk)
        self.canvas = Canvas()
        self.totals = Totals(noun)
        self.busy = BusyState("Loading the networks")
        self.busy.button.hide()
        self.busy.count.setText("The first time takes a few seconds.")
        self.error = ErrorState()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.canvas)
        self._pages.addWidget(_centred(self.busy))
        self._pages.addWidget(_centred(self.error))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.toolbar)
        column.addWidget(self.weights)
        column.addWidget(self.surgery)
        column.addWidget(self._pages, 1)
        column.addWidget(self.totals)
        self.toolbar.fit.clicked.connect(lambda _on=False: self.canvas.show_all())
        self.toolbar.tidy.clicked.connect(lambda _on=False: self.canvas.tidy())
        self.toolbar.overlays.chosen.connect(self.canvas.show_overlay)
        self.surgery.told.connect(lambda d: self.canvas.show_drawing(self.surgery.marked(d)))
        self.show_busy()

    @property
    def is_drawn(self) -> bool:
        """Whether a network is in sight."""
        return self._pages.currentWidget() is self.canvas

    def show_busy(self) -> None:
        """Say that the networks are being loaded."""
        self._pages.setCurrentIndex(1)
        self.toolbar.setEnabled(False)

    def show_drawing(self, drawing: Drawing) -> None:
        """Show a network and its totals."""
        self._pages.setCurrentIndex(0)
        self.toolbar.setEnabled(True)
        self.canvas.show_drawing(self.surgery.marked(drawing))
        self.totals.show_drawing(drawing)
        self.weights.show_missing(drawing.missing_weights)

    def show_sketch(self, drawing: Drawing) -> None:
        """Show an edit at once: the blocks, and the sums that are known already."""
        self.canvas.show_drawing(self.surgery.marked(drawing))
        if drawing.total is not None:
            self.totals.parameters.set_value(count_text(drawing.total.parameters))
            self.totals.operations.set_value(flop_text(drawing.total.flops))

    def show_error(self, error: DeepDeskError) -> None:
        """Say why there is no drawing."""
        self.error.say(
            error.message,
            error.hint,
            remedy="Try again",
            act=lambda: self.retried.emit(None),
        )
        self._pages.setCurrentIndex(2)
        self.toolbar.setEnabled(False)
        self.weights.show_missing(())
        self.totals.clear()


def _centred(inside: QWidget) -> QWidget:
    page = QWidget()
    page.setProperty("kind", "page")
    inside.setFixedWidth(metrics.scaled(NOTE_PX))
    column = QVBoxLayout(page)
    column.addWidget(inside, 0, Qt.AlignmentFlag.AlignCenter)
    return page
