"""The loss over learning rates, with a line that is dragged to the rate to use."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from deepdesk.ui.plots.axes import QuietAxis
from deepdesk.ui.plots.curves import nice_range
from deepdesk.ui.theme import colour, current
from deepdesk.ui.theme.metrics import scaled

_KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_KEY_STEP = 0.05  # orders of magnitude
_LINE_PX, _WIDE_PX = 2, 3
_SIZE_PX = (520, 260)
# Beyond this many times the fall above the lowest loss the curve only says that it ran away.
_SHOWN_FALLS = 2.0
_LEAST_SPAN = 0.1  # of the first loss


class RatePlot(pg.PlotWidget):  # type: ignore[misc]
    """Rates run along x by their magnitude; the arrow keys move the line as well.

    Signals:
        moved: The rate at the line, while a person moves it.
    """

    moved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        axes = {side: QuietAxis(side) for side in ("left", "bottom")}
        axes["bottom"].is_log = True
        self._axes = axes
        # Nothing but the line is to be dragged: there is one curve, and all of it is seen.
        box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        super().__init__(parent, viewBox=box, axisItems=axes, background=None)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setStyleSheet("background: transparent")
        self.setMinimumSize(*(scaled(side) for side in _SIZE_PX))
        self.setAccessibleName("Loss over learning rates")
        self.setAccessibleDescription("The arrow keys move the line at the chosen rate.")
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.layout.setContentsMargins(0, 6, 6, 0)
        self._curve = plot.plot([], [], antialias=True)
        self._line = pg.InfiniteLine(angle=90, movable=True)
        self._line.setCursor(Qt.CursorShape.SizeHorCursor)
        self._line.setVisible(False)
        plot.addItem(self._line, ignoreBounds=True)
        self._line.sigDragged.connect(lambda _line: self.moved.emit(self.rate))
        current().changed.connect(self._take_colours)
        self._take_colours()
        for axis in axes.values():
            axis.setOpacity(0.0)

    @property
    def rate(self) -> float:
        """The rate at the line, two digits of it."""
        return float(f"{10.0 ** float(self._line.value()):.1e}")

    @property
    def has_line(self) -> bool:
        """Whether there is a line to move."""
        return bool(self._line.isVisible())

    def show_curve(
        self, rates: Sequence[float], losses: Sequence[float], whole: tuple[float, float]
    ) -> None:
        """Show losses over rates.

        Args:
            rates: Above 0, from low to high.
            losses: One for each.
            whole: Lowest and highest rate that will be tried.
        """
        if not rates:
            return
        x, y = np.log10(np.asarray(rates)), np.asarray(losses)
        self._curve.setData(x, y)
        lowest = float(y.min())
        most = lowest + _SHOWN_FALLS * max(float(y[0]) - lowest, 0.1 * abs(lowest), 1e-9)
        # The first losses differ by chance alone: they are not blown up to the height of the plot.
        top = max(min(float(y.max()), most), lowest + _LEAST_SPAN * abs(float(y[0])))
        low, high = nice_range(lowest, top)
        ends = tuple(math.log10(end) for end in whole)
        self.getViewBox().setRange(xRange=ends, yRange=(low, high), padding=0)
        self._line.setBounds(ends)
        for axis in self._axes.values():
            axis.setOpacity(1.0)

    def set_rate(self, rate: float) -> None:
        """Put the line at a rate, without a signal."""
        self._line.setValue(math.log10(rate))
        self._line.setVisible(True)

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        way = _KEYS.get(Qt.Key(ev.key()), 0)
        if not way or not self.has_line:
            super().keyPressEvent(ev)
            return
        self._line.setValue(float(self._line.value()) + way * _KEY_STEP)
        self.moved.emit(self.rate)

    def _take_colours(self, _tokens: object = None) -> None:
        for axis in self._axes.values():
            axis.set_colours(colour("faint"), colour("line"))
        self._curve.setPen(pg.mkPen(colour("accent"), width=_LINE_PX))
        self._line.setPen(pg.mkPen(colour("good"), width=_LINE_PX))
        self._line.setHoverPen(pg.mkPen(colour("good"), width=_WIDE_PX))
