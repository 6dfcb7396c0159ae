"""The page of a drive: the picture with two needles, the plot, and how it is steered."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.ui.tabs.inference.drive.needles import Needles
from deepdesk.ui.tabs.inference.drive.plot import DrivePlot
from deepdesk.ui.tabs.inference.moving.film_bar import FilmBar
from deepdesk.ui.tabs.inference.moving.page import MovingPage
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.labels import Label

SPLITS = (("test", "Test"), ("validation", "Validation"), ("train", "Train"), ("all", "All"))
LEGEND = "Dashed: the driver. Line: the network. Filled: how far apart. A click goes there."


class DrivePage(QWidget):
    """Widgets only.

    Signals:
        split_chosen: "test", "validation", "train" or "all".
    """

    split_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.bar = FilmBar()
        self.bar.save.hide()
        self.moving = MovingPage("Drive. Space plays and pauses", self.bar)
        self.needles = Needles()
        self.moving.view.over = self.needles.paint
        self.plot = DrivePlot()
        self.splits = ChipRow(list(SPLITS), name="Split of the data")
        self.splits.choose("test")
        self.splits.chosen.connect(self.split_chosen.emit)
        top = QHBoxLayout()
        top.setSpacing(metrics.M)
        top.addWidget(Label("Pictures of", tone="muted"))
        top.addWidget(self.splits, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addLayout(top)
        column.addWidget(self.moving, 1)
        column.addWidget(self.plot)
        column.addWidget(Label(LEGEND, kind="hint", wraps=True))
