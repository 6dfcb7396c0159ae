"""How well each class is found, as one of the pages of where it errs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from deepdesk.ui.tabs.training.errs_pages import ErrsPage
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.score_bars import ShareBars, ShareRow, percent

_FOUND = (
    "Average precision at an overlap of one half, and what was right, missed and a false alarm at"
    " the threshold with the best F1."
)
_PAINTED = "Intersection over union: the pixels that truth and answer share, of those either has."


class ClassesPage(ErrsPage):
    """A bar for each class, the worst first."""

    def __init__(self) -> None:
        super().__init__("How well each class is found, after the first epoch.")
        self.bars = ShareBars()
        self.words = Label("", kind="hint", wraps=True)
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, metrics.S, 0)
        column.addWidget(self.words)
        column.addWidget(self.bars)
        column.addStretch(1)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)

    def show_epoch(self, history: RunHistory) -> None:
        """Show the classes of the last epoch."""
        rows, words = class_rows(history.details)
        self.bars.set_rows(rows)
        self.words.setText(words)
        self.show_inside(self._area if rows else None)


def class_rows(details: Mapping[str, Any]) -> tuple[list[ShareRow], str]:
    """Return a row for each class that occurs, the worst first, and what the bars mean."""
    for name, (make, words) in _MAKERS.items():
        told = details.get(name)
        if isinstance(told, Mapping):
            try:
                return sorted(make(told), key=lambda row: row.share), words
            except (KeyError, TypeError, ValueError):
                # A log that somebody damaged: there is nothing to say.
                return [], ""
    return [], ""


def _found(told: Mapping[str, Any]) -> list[ShareRow]:
    rows = zip(told["classes"], told["average_precision_50"], told["counts"], strict=True)
    return [
        ShareRow(name=str(name), figure=_counts(float(value), counts), share=float(value))
        for name, value, counts in rows
        if value is not None
    ]


def _counts(value: float, counts: Mapping[str, Any]) -> str:
    parts = (
        f"{int(counts['right']):,} of {int(counts['truths']):,}",
        f"{int(counts['false_alarms']):,} false",
        percent(value),
    )
    return " \u00b7 ".join(parts)


def _painted(told: Mapping[str, Any]) -> list[ShareRow]:
    rows = zip(told["classes"], told["values"], strict=True)
    return [
        ShareRow(name=str(name), figure=percent(float(value)), share=float(value))
        for name, value in rows
        if value is not None
    ]


_MAKERS: dict[str, tuple[Callable[[Mapping[str, Any]], list[ShareRow]], str]] = {
    "detection": (_found, _FOUND),
    "class_iou": (_painted, _PAINTED),
}
