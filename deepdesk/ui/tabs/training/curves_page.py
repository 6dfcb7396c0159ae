"""Precision over recall for each class, as one of the pages of where it errs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.ui.tabs.training.errs_pages import ErrsPage
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.flow_row import FlowRow
from deepdesk.ui.widgets.score_bars import percent
from deepdesk.ui.widgets.swatch import Swatch

if TYPE_CHECKING:
    from deepdesk.ui.plots.plane import Line, Plane

_MOST_LINES = 10  # of more classes than have a colour, those that occur most


class CurvesPage(ErrsPage):
    """A line for each class; a dot marks the threshold with the best F1."""

    def __init__(self) -> None:
        super().__init__("Precision over recall of each class, after the first epoch.")
        self.plane: Plane | None = None
        self._told: Mapping[str, Any] = {}
        self._area: QWidget | None = None
        self._legend: QWidget | None = None
        self._names: tuple[str, ...] = ()

    def show_epoch(self, history: RunHistory) -> None:
        """Take in the curves of the last epoch; they are drawn once the page is seen."""
        told = history.details.get("detection")
        self._told = told if isinstance(told, Mapping) else {}
        if self.isVisible():
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        lines = lines_of(self._told)
        if not lines:
            self.show_inside(None)
            return
        plane = self.plane or self._made()
        plane.show_lines(lines)
        self._name(lines)
        self.show_inside(self._area)

    def _made(self) -> Plane:
        # pyqtgraph takes longer than a frame to import; by now the plots above have done that.
        from deepdesk.ui.plots.plane import Plane

        self.plane = Plane("Precision over recall of each class")
        self.plane.set_words("recall", "precision", "%")
        self._area = QWidget()
        column = QVBoxLayout(self._area)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.XS)
        column.addWidget(self.plane, 1)
        return self.plane

    def _name(self, lines: list[Line]) -> None:
        names = tuple(line.name for line in lines)
        layout = None if self._area is None else self._area.layout()
        if names == self._names or layout is None:
            return
        if self._legend is not None:
            layout.removeWidget(self._legend)
            self._legend.deleteLater()
        self._names = names
        self._legend = FlowRow(*(Swatch(line.name, line.position) for line in lines), gap=metrics.M)
        layout.addWidget(self._legend)


def lines_of(told: Mapping[str, Any]) -> list[Line]:
    """Return a line for each class that occurs, at most ten, the most frequent first."""
    from deepdesk.ui.plots.plane import Line

    lines: list[tuple[int, Line]] = []
    try:
        rows = zip(told["classes"], told["curves"], told["thresholds"], told["counts"], strict=True)
        for at, (name, curve, threshold, counts) in enumerate(rows):
            recall, precision, score = (
                np.asarray(curve[key], dtype=np.float64) for key in ("recall", "precision", "score")
            )
            if int(counts["truths"]) and len(recall) == len(precision) == len(score) > 0:
                near = int(np.abs(score - float(threshold)).argmin())
                words = (
                    f"best from {percent(float(threshold), 0)} on: precision"
                    f" {percent(precision[near], 0)}, recall {percent(recall[near], 0)}"
                )
                best = (float(recall[near]), float(precision[near]), words)
                line = Line(name=str(name), position=at, x=recall, y=precision, best=best)
                lines.append((int(counts["truths"]), line))
    except (KeyError, TypeError, ValueError):
        return []
    lines.sort(key=lambda pair: -pair[0])
    return [line for _truths, line in lines[:_MOST_LINES]]
