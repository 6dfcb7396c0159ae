"""A side column: surface, a line towards the middle, and scrolling when it is too long."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from deepdesk.ui.theme import metrics


class Column(QFrame):
    """What is at the left or right of the middle; put widgets into `body`."""

    def __init__(self, *, edge: str, width_px: int = metrics.COLUMN_LEFT) -> None:
        """Make a column whose line is at `edge`: "right" for a left column, and "left"."""
        super().__init__()
        self.setProperty("kind", "column")
        self.setProperty("edge", edge)
        self.setFixedWidth(metrics.scaled(width_px))
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(metrics.L, metrics.L, metrics.L, metrics.L)
        self.body.setSpacing(metrics.S)
        self.area = scrolling(inside)
        outer = QVBoxLayout(self)
        # The line of one pixel stays free.
        outer.setContentsMargins(int(edge == "left"), 0, int(edge == "right"), 0)
        outer.addWidget(self.area)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Put `widget` at the end of the body."""
        self.body.addWidget(widget, stretch)


def scrolling(inside: QWidget) -> QScrollArea:
    """Return a frameless area that scrolls `inside` up and down."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.viewport().setAutoFillBackground(False)
    area.setWidget(inside)
    inside.setAutoFillBackground(False)
    return area
