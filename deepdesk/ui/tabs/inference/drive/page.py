"""The page of a drive: the picture with two needles, the plot, and how it is steered."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.ui.tabs.inference.drive.needles import Needles
from deepdesk.ui.tabs.inference.drive.plot import DrivePlot
from deepdesk.ui.tabs.inference.moving.film_bar import FilmBar
from deepdesk.ui.tabs.inference.moving.page import MovingPage
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.labels import Label

SPLITS = (("test", "Test"), ("validation", "Validation"), ("train", "Train"), ("all", "All"))
LOW_PX = 520
SPEEDS = (0.5, 1.0, 2.0, 4.0)
LEGEND = "Dashed: as recorded. Line: the network. Filled: how far apart. A click goes there."


class DrivePage(QWidget):
    """Widgets only.

    Signals:
        split_chosen: "test", "validation", "train" or "all".
        speed_chosen: How many times as fast as it was taken.
    """

    split_chosen = Signal(object)
    speed_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.bar = FilmBar()
        self.bar.save.hide()
        self.moving = MovingPage("Pictures in their order. Space plays and pauses", self.bar)
        self.needles = Needles()
        self.moving.view.over = self.needles.paint
        self.plot = DrivePlot()
        self.splits = ChipRow(list(SPLITS), name="Split of the data")
        self.splits.choose("test")
        self.splits.chosen.connect(self.split_chosen.emit)
        self.speeds = QComboBox()
        self.speeds.setAccessibleName("Speed")
        self.speeds.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for speed in SPEEDS:
            self.speeds.addItem(f"{speed:g}x", speed)
        self.speeds.setCurrentIndex(SPEEDS.index(1.0))
        self.speeds.activated.connect(lambda at: self.speed_chosen.emit(SPEEDS[at]))
        top = QHBoxLayout()
        top.setSpacing(metrics.M)
        top.addWidget(Label("Pictures of", tone="muted"))
        top.addWidget(self.splits, 1, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(Label("Speed", tone="muted"))
        top.addWidget(self.speeds)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addLayout(top)
        column.addWidget(self.moving, 1)
        column.addWidget(self.plot)
        column.addWidget(Label(LEGEND, kind="hint", wraps=True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # In a low window the picture needs the room more.
        self.plot.show_low(is_low=self.height() < metrics.scaled(LOW_PX))
