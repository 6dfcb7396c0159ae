"""A plot of growing curves: title, legend, lines, and what can be done with them."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.ui.plots.canvas import PlotCanvas
from deepdesk.ui.plots.curves import Curve, Curves
from deepdesk.ui.plots.hover import HoverLabel
from deepdesk.ui.plots.legend import Legend
from deepdesk.ui.plots.plot_menu import PlotMenu
from deepdesk.ui.theme import current
from deepdesk.ui.widgets.labels import Label

REDRAW_MS = 100
_NO_SPAN = 1.0


class CurvePlot(QWidget):
    """Curves over epochs. Drawn at most ten times a second, and never while hidden.

    Args:
        heading: Shown in place of the title, a menu for instance.

    Signals:
        save_asked: A `Work` that writes the values, to be run in the background.
    """

    save_asked = Signal(object)

    def __init__(self, heading: QWidget | None = None) -> None:
        super().__init__()
        self.curves = Curves()
        self.title = self.unit = ""
        self.best_epoch: float | None = None
        self._title = Label(kind="heading")
        self._heading = heading or self._title
        self._legend = Legend()
        self._canvas = PlotCanvas()
        self._empty = Label(kind="hint", wraps=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hover = HoverLabel(self._canvas)
        self._span = _NO_SPAN
        self._is_live = False
        self._is_zoomed = False
        self._is_stale = True
        self._timer = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._timer.timeout.connect(self.redraw)
        self._lay_out()
        self._connect()

    def set_subject(self, title: str, unit: str, empty_text: str) -> None:
        """Say what is plotted.

        Args:
            title: Name of what is plotted.
            unit: Of the values; "%" for shares from 0 to 1, "B" for bytes.
            empty_text: What will be here, while there is no point.
        """
        self.title, self.unit = title, unit
        self._title.setText(title)
        self._empty.setText(empty_text)
        self._canvas.set_unit(unit)
        self.setAccessibleName(f"Plot of {title}")
        self.mark_stale()

    @property
    def is_zoomed(self) -> bool:
        """Whether the person chose a part of the plane to see."""
        return self._is_zoomed

    def add_curve(self, key: str, curve: Curve) -> None:
        """Add a curve, or replace the one of that key; its points may grow: `mark_stale` then."""
        self.curves.add(key, curve)
        self.mark_stale()

    def clear(self) -> None:
        """Drop every curve, the best epoch and the zoom."""
        self.curves.clear()
        self.mark_best(None)
        self.mark_stop(None)
        self.reset_zoom()

    def set_span(self, epochs: float) -> None:
        """Show at least so many epochs."""
        self._span = max(_NO_SPAN, epochs)
        self.mark_stale()

    def set_live(self, is_live: bool) -> None:
        """Draw cheaply while points keep coming, finely afterwards."""
        if is_live != self._is_live:
            self._is_live = is_live
            self.mark_stale()

    def mark_best(self, epoch: float | None) -> None:
        """Mark the best epoch with a dashed line and its word, or take the mark away."""
        self.best_epoch = epoch
        self._canvas.best.show(epoch, "best")
        self.mark_stale()

    def mark_stop(self, epoch: float | None, words: str = "") -> None:
        """Mark where the run stops early with a dotted line and words, or take the mark away."""
        self._canvas.stop.show(epoch, words)
        self.mark_stale()

    def reset_zoom(self, _asked: object = None) -> None:
        """Show everything again."""
        self._is_zoomed = False
        self.mark_stale()

    def mark_stale(self) -> None:
        """Draw again soon; many calls make one drawing."""
        self._is_stale = True
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def redraw(self) -> None:
        """Draw now what changed since the last drawing; nothing while hidden."""
        if not (self._is_stale and self.isVisible()):
            return
        self._is_stale = False
        is_empty = self.curves.is_empty
        self._empty.setVisible(is_empty)
        self._legend.show_curves(self.curves)
        if self._is_zoomed:
            self._canvas.draw(self.curves, is_live=self._is_live)
            return
        x = (0.0, max(self._span, self.curves.last_x()))
        self._canvas.box.setRange(xRange=x, padding=0, disableAutoRange=True)
        self._canvas.draw(self.curves, is_live=self._is_live)
        self._canvas.show_range(x, self._canvas.drawn_range(self.curves))

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while hidden."""
        super().showEvent(event)
        self._is_stale = True
        QTimer.singleShot(0, self.redraw)

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.addWidget(self._heading)
        header.addStretch(1)
        header.addWidget(self._legend, 100)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(header)
        layout.addWidget(self._canvas, 1)
        cover = QVBoxLayout(self._canvas)
        cover.setContentsMargins(24, 8, 24, 24)
        cover.addWidget(self._empty, 1)

    def _connect(self) -> None:
        self._timer.setInterval(REDRAW_MS)
        self._canvas.hovered.connect(self._tell)
        self._canvas.zoomed.connect(self._zoom)
        self._canvas.box.reset_asked.connect(self.reset_zoom)
        self._canvas.menu_asked.connect(lambda at: PlotMenu(self).popup(at))
        current().changed.connect(self._take_colours)
        self._take_colours()

    def _take_colours(self, _tokens: object = None) -> None:
        self._canvas.take_colours()
        self.mark_stale()

    def _zoom(self, _range: object) -> None:
        self._is_zoomed = True
        self.mark_stale()

    def _tell(self, x: float | None) -> None:
        values = [] if x is None else self.curves.values_at(x)
        if x is None or not values:
            self._canvas.show_cursor(None)
            self._hover.hide()
            return
        nearest = min((found for _curve, found, _value in values), key=lambda at: abs(at - x))
        self._canvas.show_cursor(nearest)
        at = self._canvas.mapFromGlobal(QCursor.pos())
        self._hover.show_values(nearest, values, self.unit, at)
