"""The figures beside a picture that goes on: speed, what was dropped, time of each stage."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from deepdesk.ui.tabs.inference.moving.figures import STAGES, Figures
from deepdesk.ui.tabs.inference.words import time_words
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label, SectionLabel

_HELP = {
    "decode": "Waiting for the picture to be unpacked and handed over.",
    "prepare": "Making the picture as large as the network wants it.",
    "network": "The network itself.",
    "read": "From what the network says to boxes, classes or numbers.",
    "draw": "Painting picture and answer.",
    "whole": "From the moment when the picture was due, or came from the camera, to the moment"
    " when it was painted with its answer.",
}
NONE = "-"


class FiguresPanel(QWidget):
    """A table of the last ten seconds; nothing in it is guessed."""

    def __init__(self) -> None:
        super().__init__()
        self.speed = Label(wraps=True)
        self.dropped = Label(kind="hint", wraps=True)
        self._cells: dict[str, tuple[Label, Label]] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(metrics.M)
        grid.setVerticalSpacing(metrics.XS)
        grid.setColumnStretch(0, 1)
        right = Qt.AlignmentFlag.AlignRight
        for at, words in ((1, "median"), (2, "longest")):
            grid.addWidget(Label(words, kind="hint"), 0, at, right)
        for row, (key, title) in enumerate(STAGES.items(), start=1):
            name = Label(title)
            name.setToolTip(_HELP[key])
            cells = Label(NONE), Label(NONE, tone="muted")
            grid.addWidget(name, row, 0)
            for at, cell in enumerate(cells, start=1):
                grid.addWidget(cell, row, at, right)
            self._cells[key] = cells
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(SectionLabel("Speed"))
        column.addWidget(self.speed)
        column.addWidget(self.dropped)
        column.addSpacing(metrics.S)
        column.addWidget(SectionLabel("Time for a picture"))
        column.addLayout(grid)

    def show_figures(self, figures: Figures, rate: float, noun: str) -> None:
        """Show what was measured.

        Args:
            figures: Of the last ten seconds.
            rate: Pictures a second of the source, 0 where that is not known.
            noun: What the source is: "film" or "camera".
        """
        now = figures.rate
        of = f" of the {noun}'s {rate:.3g}" if rate else ""
        # A film that waits keeps the figure of when it went on.
        if now or not figures.answered:
            self.speed.setText(f"{now:.1f} pictures a second{of}" if now else NONE)
        all_of_them = figures.answered + figures.dropped
        self.dropped.setText(
            f"{figures.dropped:,} of {all_of_them:,} pictures dropped" if all_of_them else ""
        )
        for key, (middle, worst) in self._cells.items():
            figure = figures.figure(key)
            middle.setText(NONE if figure is None else time_words(figure.middle_ms))
            worst.setText(NONE if figure is None else time_words(figure.worst_ms))
