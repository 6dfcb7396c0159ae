"""Above the canvas: find a block, fit, tidy, tools, and what the cards tell."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.escape import KeepsEscape
from deepdesk.ui.widgets.labels import restyle

HEIGHT_PX = 51
FIND_PX = 168
_CHIPS = (
    ("shapes", "Shapes", "What comes out of each block"),
    ("parameters", "Parameters", "How many numbers each block learns"),
    ("operations", "Operations", "What each block computes in one pass forward"),
    ("memory", "Memory", "What a training step keeps of each block's results"),
    ("time", "Time", "How long each block takes in a training step on this machine"),
)


class FindField(QLineEdit):
    """A search field; Enter goes on to the next hit.

    Signals:
        asked: The text, at every key and at Enter.
    """

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Find a block")
        self.setAccessibleName("Find a block")
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(90)
        KeepsEscape(self, lambda: bool(self.text()))
        self.setMaximumWidth(metrics.scaled(FIND_PX))
        self.textEdited.connect(self.asked.emit)
        self.returnPressed.connect(lambda: self.asked.emit(self.text()))

    def show_hit(self, *, is_hit: bool) -> None:
        """Wear a red border when nothing was found."""
        is_wrong = not is_hit and bool(self.text().strip())
        if bool(self.property("wrong")) != is_wrong:
            self.setProperty("wrong", is_wrong)
            restyle(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.asked.emit("")
        else:
            super().keyPressEvent(event)


class Toolbar(QFrame):
    """The strip above the canvas."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "header")
        self.setMinimumHeight(metrics.scaled(HEIGHT_PX))
        self.search = FindField()
        self.fit = SmallButton("Fit", tip="Show the whole network (Ctrl+0)")
        self.tidy = SmallButton("Tidy", tip="Lay all blocks out anew")
        self.tools = SmallButton("Tools", tip="What can be done with the whole network")
        self.overlays = ChipRow(name="What the cards tell")
        for key, text, tip in _CHIPS:
            self.overlays.add_chip(key, text, tip=tip)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(metrics.L, metrics.XS, metrics.L, metrics.XS)
        self._lines.setSpacing(metrics.XS)
        self._first = QHBoxLayout()
        self._first.setSpacing(metrics.S)
        self._first.addWidget(self.search, 4)
        for button in (self.fit, self.tidy, self.tools):
            self._first.addWidget(button)
        self._first.addStretch(1)
        self._first.addWidget(self.overlays)
        self._lines.addLayout(self._first)
        self._has_second = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = (self.fit, self.tidy, self.tools, self.overlays)
        needed = self.search.minimumWidth() + sum(part.sizeHint().width() for part in beside)
        needed += 2 * metrics.L + (len(beside) + 1) * metrics.S
        self._give_line(is_own=needed > self.width())

    def _give_line(self, *, is_own: bool) -> None:
        """Put the chips into a line of their own where the first has no room for them."""
        if is_own == self._has_second:
            return
        self._has_second = is_own
        (self._lines if is_own else self._first).addWidget(self.overlays)
