"""A plane of two measures: lines in the colours of classes, dots, and what lies under the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPen
from PySide6.QtWidgets import QFrame, QToolTip, QWidget

from deepdesk.ui.plots.axes import QuietAxis
from deepdesk.ui.theme import colour, current, tokens

_NEAR_PX = 14.0
_DOT_PX, _BEST_PX = 5, 9


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a plane.

    Attributes:
        name: What it is of.
        position: Of its class among all, for the colour.
        x: float64, (T,).
        y: float64, (T,).
        best: (x, y, words) of the place that is marked, None for none.
    """

    name: str
    position: int
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    best: tuple[float, float, str] | None = None


class Plane(pg.PlotWidget):  # type: ignore[misc]
    """Axes without a box; nothing is dragged, as all of it is seen.

    Args:
        name: What it shows, for screen readers.

    Signals:
        picked: Place of the dot that was clicked, in the order in which dots were given.
    """

    picked = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        axes = {side: QuietAxis(side) for side in ("left", "bottom")}
        axes["bottom"].is_whole = False
        self.axes = axes
        box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.02)
        super().__init__(parent, viewBox=box, axisItems=axes, background=None)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setStyleSheet("background: transparent")
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.layout.setContentsMargins(0, 6, 6, 0)
        self._shown: tuple[Line, ...] = ()
        self._guide: NDArray[np.float64] | None = None
        self._dots: tuple[NDArray[np.float64], NDArray[np.float64], Sequence[str]] | None = None
        current().changed.connect(self._take_theme)
        self._draw()

    def set_words(self, x: str, y: str, unit: str = "") -> None:
        """Name the axes; `unit` is "%" for shares."""
        for side, words in (("bottom", x), ("left", y)):
            self.axes[side].unit = unit
            self.axes[side].setLabel(words)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show lines within 0 to 1 on both axes."""
        self._shown, self._dots, self._guide = tuple(lines), None, None
        self.getViewBox().setRange(xRange=(0, 1), yRange=(0, 1))
        self._draw()

    def show_dots(
        self, x: NDArray[np.float64], y: NDArray[np.float64], words: Sequence[str]
    ) -> None:
        """Show dots and the line on which both measures are the same.

        Args:
            x: float64, (N,).
            y: float64, (N,).
            words: Of each dot.
        """
        self._shown, self._dots = (), (x, y, words)
        both = np.concatenate([x, y]) if len(x) else np.array([0.0, 1.0])
        low, high = float(both.min()), float(both.max())
        self._guide = np.array([low, high if high > low else low + 1.0])
        self.getViewBox().setRange(xRange=tuple(self._guide), yRange=tuple(self._guide))
        self._draw()

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        words = self._words_at(ev.position())
        if words:
            QToolTip.showText(ev.globalPosition().toPoint(), words, self)
        else:
            QToolTip.hideText()

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        near = self._dot_at(ev.position())
        if near >= 0 and ev.button() is Qt.MouseButton.LeftButton:
            self.picked.emit(near)

    def _take_theme(self, _tokens: object = None) -> None:
        self._draw()

    def _draw(self) -> None:
        for axis in self.axes.values():
            axis.set_colours(colour("faint"), colour("line"))
        plot = self.getPlotItem()
        plot.clear()
        if self._guide is not None:
            plot.plot(self._guide, self._guide, pen=_pen(colour("faint"), 1, is_dashed=True))
        for line in self._shown:
            ink = QColor(tokens().class_colour(line.position))
            plot.plot(line.x, line.y, pen=_pen(ink, 2), antialias=True)
            if line.best is not None:
                x, y, _words = line.best
                plot.plot([x], [y], pen=None, symbol="o", symbolSize=_BEST_PX, **_inked(ink))
        if self._dots is not None:
            across, up, _told = self._dots
            ink = colour("accent", 0.55)
            plot.plot(across, up, pen=None, symbol="o", symbolSize=_DOT_PX, **_inked(ink))

    def _words_at(self, where: QPointF) -> str:
        if self._dots is not None:
            near = self._dot_at(where)
            return self._dots[2][near] if near >= 0 else ""
        best = [(line, line.best) for line in self._shown if line.best is not None]
        places = np.array([[one[0], one[1]] for _line, one in best]).reshape(-1, 2)
        near = self._nearest(places, where)
        if near >= 0:
            return f"{best[near][0].name}: {best[near][1][2]}"
        lines = [(line.name, np.stack([line.x, line.y], 1)) for line in self._shown if len(line.x)]
        found = [name for name, places in lines if self._nearest(places, where) >= 0]
        return ", ".join(found)

    def _dot_at(self, where: QPointF) -> int:
        if self._dots is None or not len(self._dots[0]):
            return -1
        return self._nearest(np.stack(self._dots[:2], 1), where)

    def _nearest(self, places_N2: NDArray[np.float64], where: QPointF) -> int:
        """Return the place under the mouse, -1 for none."""
        if not len(places_N2):
            return -1
        box = self.getViewBox()
        at = box.mapSceneToView(self.mapToScene(where.toPoint()))
        pixel_x, pixel_y = box.viewPixelSize()
        apart_N2 = (places_N2 - [at.x(), at.y()]) / [max(pixel_x, 1e-12), max(pixel_y, 1e-12)]
        distances_N = np.hypot(apart_N2[:, 0], apart_N2[:, 1])
        near = int(distances_N.argmin())
        return near if distances_N[near] <= _NEAR_PX else -1


def _pen(ink: QColor, width: int, *, is_dashed: bool = False) -> QPen:
    pen = pg.mkPen(ink, width=width)
    if is_dashed:
        pen.setStyle(Qt.PenStyle.DashLine)
    return QPen(pen)


def _inked(ink: QColor) -> dict[str, object]:
    return {"symbolBrush": pg.mkBrush(ink), "symbolPen": pg.mkPen(None)}
