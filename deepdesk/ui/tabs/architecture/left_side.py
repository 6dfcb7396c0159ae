"""The left column: whole networks, or the blocks that one is made of."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout

from deepdesk.ui.tabs.architecture.network_list import NetworkList
from deepdesk.ui.tabs.architecture.palette import Palette
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.chip_row import ChipRow

PAGES = (("networks", "Networks"), ("blocks", "Blocks"))


class LeftSide(QFrame):
    """Two pages under two chips.

    Signals:
        new_asked: None, when a person wants to begin a network with nothing.
    """

    new_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "column")
        self.setProperty("edge", "right")
        self.setFixedWidth(metrics.scaled(metrics.COLUMN_LEFT))
        self.networks = NetworkList()
        self.palette_of_blocks = Palette()
        self.chips = ChipRow(PAGES, name="Networks or blocks")
        self.new = SmallButton("New network", tip="Begin with nothing but the input")
        self.new.clicked.connect(lambda _on=False: self.new_asked.emit(None))
        self.chips.chip("networks").setToolTip("Whole networks to begin with")
        self.chips.chip("blocks").setToolTip("Blocks to drag onto the canvas")
        self._pages = QStackedWidget()
        first = QFrame()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, metrics.M)
        column.setSpacing(0)
        column.addWidget(self.networks, 1)
        below = QVBoxLayout()
        below.setContentsMargins(metrics.L, metrics.S, metrics.L, 0)
        below.addWidget(self.new)
        column.addLayout(below)
        self._pages.addWidget(first)
        self._pages.addWidget(self.palette_of_blocks)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, metrics.M, 1, 0)
        outer.setSpacing(metrics.S)
        head = QVBoxLayout()
        head.setContentsMargins(metrics.L, 0, metrics.L, 0)
        head.addWidget(self.chips)
        outer.addLayout(head)
        outer.addWidget(self._pages, 1)
        self.chips.chosen.connect(self.show_page)

    @property
    def page(self) -> str:
        """The page in sight: a key of `PAGES`."""
        return PAGES[self._pages.currentIndex()][0]

    def show_page(self, key: str) -> None:
        """Show "networks" or "blocks"."""
        self.chips.choose(key)
        self._pages.setCurrentIndex([page for page, _text in PAGES].index(key))
