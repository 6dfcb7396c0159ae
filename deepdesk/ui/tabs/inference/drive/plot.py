"""What driver and network did over a whole drive; a click goes there."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QWidget

from deepdesk.ui.plots.axes import QuietAxis
from deepdesk.ui.plots.curves import nice_range
from deepdesk.ui.theme import colour, current
from deepdesk.ui.theme.metrics import scaled

HEIGHT_PX, LOW_PX = 150, 92
_LINE_PX = 1.5


class DrivePlot(pg.PlotWidget):  # type: ignore[misc]
    """Numbers over pictures: the driver's dashed, the network's, and how far apart they are.

    Signals:
        sought: Number of the picture that was clicked.
    """

    sought = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._axes = {side: QuietAxis(side) for side in ("left", "bottom")}
        box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        super().__init__(parent, viewBox=box, axisItems=self._axes, background=None)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setStyleSheet("background: transparent")
        self.setFixedHeight(scaled(HEIGHT_PX))
        self.setAccessibleName("What driver and network did over the drive, and the error")
        self.setAccessibleDescription("A click goes to a picture of the drive.")
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.layout.setContentsMargins(0, 6, 6, 0)
        self._error = plot.plot([], [], fillLevel=0.0)
        self._human = plot.plot([], [])
        self._network = plot.plot([], [])
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        plot.addItem(self._cursor, ignoreBounds=True)
        self._count = 0
        current().changed.connect(self._take_colours)
        self._take_colours()

    def show_drive(self, human_T: NDArray[np.float64], network_T: NDArray[np.float64]) -> None:
        """Show both, float64, (T,), NaN where nothing is known."""
        self._count = len(human_T)
        at_T = np.arange(len(human_T), dtype=np.float64)
        error_T = np.abs(network_T - human_T)
        for curve, values_T in (
            (self._human, human_T),
            (self._network, network_T),
            (self._error, np.nan_to_num(error_T)),
        ):
            curve.setData(at_T, values_T, connect="finite")
        known = np.concatenate([human_T, network_T, [0.0]])
        known = known[np.isfinite(known)]
        low, high = nice_range(float(known.min()), max(float(known.max()), 1e-3))
        self.getViewBox().setRange(
            xRange=(0, max(1, len(human_T) - 1)), yRange=(low, high), padding=0
        )

    def show_low(self, *, is_low: bool) -> None:
        """Take less room in a low window."""
        self.setFixedHeight(scaled(LOW_PX if is_low else HEIGHT_PX))

    def show_place(self, number: int) -> None:
        """Put the cursor on a picture."""
        self._cursor.setValue(number)

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        if ev.button() is Qt.MouseButton.LeftButton and self._count:
            at = self.getViewBox().mapSceneToView(QPointF(self.mapToScene(ev.position().toPoint())))
            self.sought.emit(int(min(self._count - 1, max(0, round(at.x())))))
            ev.accept()
            return
        super().mousePressEvent(ev)

    def _take_colours(self, _tokens: object = None) -> None:
        for axis in self._axes.values():
            axis.set_colours(colour("faint"), colour("line"))
        self._human.setPen(pg.mkPen(colour("text"), width=_LINE_PX, style=Qt.PenStyle.DashLine))
        self._network.setPen(pg.mkPen(colour("accent"), width=_LINE_PX))
        self._error.setPen(pg.mkPen(None))
        self._error.setBrush(pg.mkBrush(colour("bad", 0.28)))
        self._cursor.setPen(pg.mkPen(colour("good"), width=2))
