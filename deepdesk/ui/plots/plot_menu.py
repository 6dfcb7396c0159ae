"""What a right click on a plot offers: save it, and look at it differently."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMenu

from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.safe_write import write_bytes
from deepdesk.ui.plots.curves import Curves

if TYPE_CHECKING:
    from deepdesk.ui.plots.curve_plot import CurvePlot

_MORE = "\N{HORIZONTAL ELLIPSIS}"


class PlotMenu(QMenu):
    """The menu of one plot, made anew each time."""

    def __init__(self, plot: CurvePlot) -> None:
        super().__init__(plot)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._plot = plot
        self.addAction(f"Save picture{_MORE}", self._save_picture)
        self.addAction(f"Save values as CSV{_MORE}", self._save_values)
        self.addSeparator()
        self._add_toggle("Logarithmic scale", "is_log")
        self._add_toggle("Smooth the train curve", "is_smooth")
        self.addSeparator()
        self.addAction("Show everything", plot.reset_zoom).setEnabled(plot.is_zoomed)

    def _add_toggle(self, words: str, name: str) -> None:
        action = self.addAction(words)
        action.setCheckable(True)
        action.setChecked(getattr(self._plot.curves, name))

        def switch(is_on: bool) -> None:
            setattr(self._plot.curves, name, is_on)
            self._plot.mark_stale()

        action.toggled.connect(switch)

    def _save_picture(self) -> None:
        path = self._ask("picture", "png")
        if path is not None:
            self._plot.grab().save(str(path), "PNG")

    def _save_values(self) -> None:
        path = self._ask("values", "csv")
        if path is not None:
            self._plot.save_asked.emit(csv_work(self._plot.curves, path))

    def _ask(self, what: str, suffix: str) -> Path | None:
        name = f"{self._plot.title.lower().replace(' ', '-')}.{suffix}"
        chosen, _filter = QFileDialog.getSaveFileName(
            self._plot, f"Save {what}", name, f"*.{suffix}"
        )
        return Path(chosen).with_suffix(f".{suffix}") if chosen else None


def csv_work(curves: Curves, path: Path) -> Work:
    """Return work that writes every point as it is now; it raises StorageError."""
    # A copy, because the work reads in another thread while points keep coming.
    frozen = copy.deepcopy(curves)

    def work(_emit: EventSink, _stop: StopToken) -> None:
        write_bytes(path, frozen.as_csv())

    return work
