"""The quiet frame of a plot: few round ticks, faint lines across, no box."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor

from deepdesk.ui.plots.curves import round_step
from deepdesk.ui.plots.figures import tick_text
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.theme.metrics import TICK

_END_PX = 12
_MOST_TICKS = 7
_TICK_GAP_PX = {"left": 30, "bottom": 56}


class QuietAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis without a line of its own; the left one draws the faint lines across.

    Attributes:
        unit: Of the values, for the tick texts.
        is_log: The axis counts in exponents of ten.
        is_whole: Only whole numbers are written.
    """

    def __init__(self, orientation: str) -> None:
        self._bounds: QRectF | None = None
        super().__init__(orientation, maxTickLength=0)
        self.unit = ""
        self.is_log = False
        self.is_whole = orientation == "bottom"
        self.setStyle(
            tickFont=font(TICK),
            autoExpandTextSpace=True,
            tickTextOffset=6,
            hideOverlappingLabels=False,
        )
        self.enableAutoSIPrefix(False)
        if orientation == "left":
            self.setGrid(255)

    def set_colours(self, ticks: QColor, lines: QColor) -> None:
        """Take the theme's colours."""
        self.setPen(pg.mkPen(None))
        self.setTickPen(pg.mkPen(lines, width=1))
        self.setTextPen(pg.mkPen(ticks))

    def boundingRect(self) -> QRectF:
        """Return the axis with room for the words at its very ends."""
        if self._bounds is not None:
            return self._bounds
        return QRectF(super().boundingRect()).adjusted(0, -_END_PX, 0, _END_PX)

    def generateDrawSpecs(self, p: Any) -> Any:
        """Return what is drawn; the bounds, asked for with every word, are worked out once."""
        self._bounds = self.boundingRect()
        try:
            return super().generateDrawSpecs(p)
        finally:
            self._bounds = None

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, Any]]:  # noqa: N803
        """Return round values, about one in every few dozen pixels."""
        if maxVal <= minVal:
            return []
        count = min(_MOST_TICKS, max(1.0, size / _TICK_GAP_PX[self.orientation]))
        is_whole = self.is_whole or self.is_log
        step = round_step((maxVal - minVal) / count, is_whole=is_whole)
        first = -(-minVal // step)
        last = (maxVal + 1e-9 * step) // step
        return [(step, [step * k for k in range(int(first), int(last) + 1)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the words at the ticks."""
        if self.is_log:
            return [tick_text(10.0**value, self.unit, 10.0**value) for value in values]
        return [tick_text(value * scale, self.unit, spacing) for value in values]


class PlotBox(pg.ViewBox):  # type: ignore[misc]
    """The drawing area: drag to zoom, wheel to zoom along x, double click for all.

    Signals:
        reset_asked: None, on a double click.
    """

    reset_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.setMouseMode(self.RectMode)
        self.disableAutoRange()

    def set_colours(self, selection: QColor) -> None:
        """Take the theme's colours for the rectangle that is dragged."""
        soft = QColor(selection)
        soft.setAlpha(40)
        self.rbScaleBox.setPen(pg.mkPen(selection, width=1))
        self.rbScaleBox.setBrush(pg.mkBrush(soft))

    def wheelEvent(self, ev: Any, axis: int | None = None) -> None:
        """Zoom along x alone; y follows the curves."""
        super().wheelEvent(ev, axis=0 if axis is None else axis)

    def mouseDoubleClickEvent(self, ev: Any) -> None:
        """Ask for everything to be shown again."""
        if ev.button() == Qt.MouseButton.LeftButton:
            self.reset_asked.emit(None)
            ev.accept()
