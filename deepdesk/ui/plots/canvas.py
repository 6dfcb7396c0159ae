"""The pyqtgraph side of a plot: items made from curves, and nothing else."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from deepdesk.ui.plots.axes import PlotBox, QuietAxis
from deepdesk.ui.plots.curves import Curve, Curves, nice_range
from deepdesk.ui.theme import colour, tokens
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.theme.metrics import TICK

_TRAIN_ALPHA = 190
_BEHIND_ALPHA = (220, 120)
_SMOOTH_EDGES_BELOW = 400  # points; antialiasing thousands of them costs a frame


class PlotCanvas(pg.PlotWidget):  # type: ignore[misc]
    """Draws `Curves`, the best epoch and the line under the mouse.

    Signals:
        hovered: x under the mouse in epochs, or None when it left.
        zoomed: None, after the person chose what to see.
        menu_asked: QPoint on the screen, on a right click.
    """

    hovered = Signal(object)
    zoomed = Signal(object)
    menu_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.box = PlotBox()
        axes = {side: QuietAxis(side) for side in ("left", "bottom")}
        super().__init__(parent, viewBox=self.box, axisItems=axes, background=None)
        self._axes = axes
        for axis in axes.values():
            axis.setZValue(-101)  # below the curves, which pyqtgraph keeps at -100
        self._items: dict[str, pg.PlotCurveItem] = {}
        self.is_share = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setStyleSheet("background: transparent")
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.layout.setContentsMargins(0, 6, 6, 0)
        self._best = pg.InfiniteLine(angle=90, movable=False)
        self._best_word = pg.TextItem("best", anchor=(1.05, 0))
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        for item in (self._best, self._cursor, self._best_word):
            item.setVisible(False)
            self.addItem(item, ignoreBounds=True)
        self.box.sigRangeChangedManually.connect(lambda _mask: self.zoomed.emit(None))
        self.scene().sigMouseMoved.connect(self._follow)

    def set_unit(self, unit: str) -> None:
        """Write the values at the left in this unit."""
        self.is_share = unit == "%"
        self._axes["left"].unit = unit

    def take_colours(self) -> None:
        """Take the theme's colours."""
        for axis in self._axes.values():
            axis.set_colours(colour("faint"), colour("line"))
        self.box.set_colours(colour("accent"))
        self._best.setPen(pg.mkPen(colour("good"), width=1, style=Qt.PenStyle.DashLine))
        self._best_word.setFont(font(TICK))
        self._best_word.setColor(colour("good"))
        self._best_word.fill = pg.mkBrush(colour("surface", 0.8))
        self._cursor.setPen(pg.mkPen(colour("faint"), width=1))

    def mark_best(self, epoch: float | None) -> None:
        """Draw the dashed line at the best epoch, or none."""
        for item in (self._best, self._best_word):
            item.setVisible(epoch is not None)
        if epoch is not None:
            self._best.setValue(epoch)

    def draw(self, curves: Curves, *, is_live: bool) -> None:
        """Draw every curve within the present range of x."""
        self._axes["left"].is_log = curves.is_log
        for axis in self._axes.values():
            axis.setOpacity(0.0 if curves.is_empty else 1.0)
        (low, high), _ = self.box.viewRange()
        for key in set(self._items) - {key for key, _curve in curves}:
            self.removeItem(self._items.pop(key))
        for key, curve in curves:
            item = self._item(key, curve)
            x, y = curves.drawn(key, low, high)
            is_few = len(x) <= _SMOOTH_EDGES_BELOW
            item.setPen(self._pen(curve))
            item.setData(x, y, antialias=is_few and (not is_live or curve.role == "validation"))

    def show_range(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show this part of the plane."""
        if [*map(list, (x, y))] != self.box.viewRange():
            self.box.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)
        self._place_best()

    def drawn_range(self, curves: Curves) -> tuple[float, float]:
        """Return round bounds around what is drawn."""
        parts = [item.yData for item in self._items.values() if item.yData is not None]
        filled = [part for part in parts if len(part)]
        if not filled:
            return 0.0, 1.0
        low = min(float(part.min()) for part in filled)
        high = max(float(part.max()) for part in filled)
        is_share = self.is_share and not curves.is_log
        return nice_range(low, high, is_share=is_share, is_log=curves.is_log)

    def show_cursor(self, x: float | None) -> None:
        """Draw the thin line at the hovered epoch, or none."""
        self._cursor.setVisible(x is not None)
        if x is not None:
            self._cursor.setValue(x)

    def contextMenuEvent(self, ev: QContextMenuEvent) -> None:
        """Offer what can be done with the plot."""
        self.menu_asked.emit(ev.globalPos())

    def leaveEvent(self, ev: object) -> None:
        """Forget the hovered epoch."""
        self.hovered.emit(None)
        super().leaveEvent(ev)

    def _place_best(self) -> None:
        (left, right), (bottom, top) = self.box.viewRange()
        at = float(self._best.value())
        near_left = right > left and (at - left) / (right - left) < 0.15
        is_high = self._height_at(at) > (bottom + top) / 2
        self._best_word.setAnchor((-0.05 if near_left else 1.05, 1 if is_high else 0))
        self._best_word.setPos(at, bottom if is_high else top)

    def _height_at(self, x: float) -> float:
        """Return the mean of what is drawn at `x`, minus infinity where nothing is."""
        shown = [item for item in self._items.values() if item.xData is not None]
        heights = [float(np.interp(x, i.xData, i.yData)) for i in shown if len(i.xData)]
        return sum(heights) / len(heights) if heights else -math.inf

    def _item(self, key: str, curve: Curve) -> pg.PlotCurveItem:
        if key not in self._items:
            item = pg.PlotCurveItem(skipFiniteCheck=True, antialias=False)
            item.setZValue((1 if curve.role == "train" else 2) - (4 if curve.group else 0))
            self._items[key] = item
            self.addItem(item)
        return self._items[key]

    def _pen(self, curve: Curve) -> QPen:
        made = curve_colour(curve)
        if curve.group:
            made.setAlpha(_BEHIND_ALPHA[curve.role == "train"])
        elif curve.role == "train":
            made.setAlpha(_TRAIN_ALPHA)
        style = Qt.PenStyle.DashLine if curve.group else Qt.PenStyle.SolidLine
        is_short = len(curve.points) <= _SMOOTH_EDGES_BELOW
        wide = is_short and curve.role == "validation"
        pen = QPen(made, 1.6 if wide else 1.0, style)
        pen.setCosmetic(True)
        return pen

    def _follow(self, at: QPointF) -> None:
        if not self.box.sceneBoundingRect().contains(at):
            self.hovered.emit(None)
            return
        x = float(self.box.mapSceneToView(at).x())
        self.hovered.emit(x if math.isfinite(x) else None)


def curve_colour(curve: Curve) -> QColor:
    """Return the colour of a curve: by its role in the run in front, by run behind it."""
    if curve.group:
        return QColor(tokens().class_colour(2 + 2 * curve.rank))
    return colour("validation" if curve.role == "validation" else "accent")
