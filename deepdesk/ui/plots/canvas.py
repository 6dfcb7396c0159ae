"""The pyqtgraph side of a plot: items made from curves, and nothing else."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from deepdesk.ui.plots.axes import PlotBox, QuietAxis
from deepdesk.ui.plots.curve_lines import CurveLines
from deepdesk.ui.plots.curves import Curve, Curves, nice_range
from deepdesk.ui.plots.marks import Mark
from deepdesk.ui.theme import colour, tokens

_TRAIN_ALPHA = 190
_BEHIND_ALPHA = (220, 120)
_POINTS_PER_PX = {True: 2, False: 4}  # by whether points keep coming
_FEWEST_POINTS = 400
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
        self.lines = CurveLines()
        self._pens: dict[tuple[object, ...], QPen] = {}
        self.is_share = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setStyleSheet("background: transparent")
        plot = self.getPlotItem()
        plot.hideButtons()
        for side in ("top", "right"):
            plot.getAxis(side).unlinkFromView()  # hidden, and worked out in each frame else
        plot.layout.setContentsMargins(0, 6, 6, 0)
        self.box.addItem(self.lines, ignoreBounds=True)
        self.best = Mark("good", Qt.PenStyle.DashLine)
        self.stop = Mark("warn", Qt.PenStyle.DotLine, row=1)
        for mark in (self.best, self.stop):
            mark.add_to(self)
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.setVisible(False)
        self.addItem(self._cursor, ignoreBounds=True)
        self.box.sigRangeChanged.connect(lambda *_range: self.lines.fill(self.box.viewRect()))
        self.box.sigRangeChangedManually.connect(lambda _mask: self.zoomed.emit(None))
        self.scene().sigMouseMoved.connect(self._follow)

    def set_unit(self, unit: str) -> None:
        """Write the values at the left in this unit."""
        self.is_share = unit == "%"
        self._axes["left"].unit = unit

    def take_colours(self) -> None:
        """Take the theme's colours."""
        self._pens.clear()
        for axis in self._axes.values():
            axis.set_colours(colour("faint"), colour("line"))
        self.box.set_colours(colour("accent"))
        for mark in (self.best, self.stop):
            mark.take_colours()
        self._cursor.setPen(pg.mkPen(colour("faint"), width=1))

    def draw(self, curves: Curves, *, is_live: bool) -> None:
        """Draw every curve within the present range of x."""
        self._axes["left"].is_log = curves.is_log
        for axis in self._axes.values():
            axis.setOpacity(0.0 if curves.is_empty else 1.0)
        (low, high), _ = self.box.viewRange()
        # Blocks are halved level by level: four points are one to two blocks a pixel.
        most = max(_FEWEST_POINTS, _POINTS_PER_PX[is_live] * int(self.box.width()))
        for key, curve in curves:
            points = curves.drawn(key, low, high, most)
            is_few = len(points[0]) <= _SMOOTH_EDGES_BELOW
            is_smooth = is_few and (not is_live or curve.role == "validation")
            order = (1 if curve.role == "train" else 2) - (4 if curve.group else 0)
            self.lines.put(key, points, self._pen(curve), order, is_smooth)
        self.lines.keep_only({key for key, _curve in curves})

    def show_range(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show this part of the plane."""
        if [*map(list, (x, y))] != self.box.viewRange():
            self.box.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)
        for mark in (self.best, self.stop):
            mark.place(x, y, self._height_at)

    def drawn_range(self, curves: Curves) -> tuple[float, float]:
        """Return round bounds around what is drawn."""
        filled = [line.y for line in self.lines if len(line.y)]
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

    def _height_at(self, x: float) -> float:
        """Return the mean of what is drawn at `x`, minus infinity where nothing is."""
        heights = [float(np.interp(x, line.x, line.y)) for line in self.lines if len(line.x)]
        return sum(heights) / len(heights) if heights else -math.inf

    def _pen(self, curve: Curve) -> QPen:
        is_short = len(curve.points) <= _SMOOTH_EDGES_BELOW
        kind = (curve.role, bool(curve.group), curve.rank, is_short)
        if kind not in self._pens:
            self._pens[kind] = _pen_of(curve, is_wide=is_short and curve.role == "validation")
        return self._pens[kind]

    def _follow(self, at: QPointF) -> None:
        if not self.box.sceneBoundingRect().contains(at):
            self.hovered.emit(None)
            return
        x = float(self.box.mapSceneToView(at).x())
        self.hovered.emit(x if math.isfinite(x) else None)


def _pen_of(curve: Curve, *, is_wide: bool) -> QPen:
    made = curve_colour(curve)
    if curve.group:
        made.setAlpha(_BEHIND_ALPHA[curve.role == "train"])
    elif curve.role == "train":
        made.setAlpha(_TRAIN_ALPHA)
    style = Qt.PenStyle.DashLine if curve.group else Qt.PenStyle.SolidLine
    pen = QPen(made, 1.6 if is_wide else 1.0, style)
    pen.setCosmetic(True)
    return pen


def curve_colour(curve: Curve) -> QColor:
    """Return the colour of a curve: by its role in the run in front, by run behind it."""
    if curve.group:
        return QColor(tokens().class_colour(2 + 2 * curve.rank))
    return colour("validation" if curve.role == "validation" else "accent")
