"""The trials of a search as a table, the best first."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from deepdesk.project.searches import Trial
from deepdesk.ui.metric_words import metric_text, metric_words
from deepdesk.ui.tabs.training.parallel_scale import Axis
from deepdesk.ui.tabs.training.request_words import value_text
from deepdesk.ui.tabs.training.search_works import SearchView
from deepdesk.ui.theme import colour
from deepdesk.ui.time_words import length_text
from deepdesk.ui.widgets.quiet_table import make_quiet

STATES = {"done": "finished", "pruned": "let go early", "failed": "failed", "open": "not finished"}
_ROW_PX = 30
_NUMBER_ROLE = Qt.ItemDataRole.UserRole


class TrialTable(QTableWidget):
    """One row a trial.

    Signals:
        chosen: Number of the trial that the keyboard or a click is on.
        opened: Number of a trial on a double click or Enter.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Trials")
        make_quiet(self, _ROW_PX)
        self.setWordWrap(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.itemSelectionChanged.connect(self._tell)
        self.cellDoubleClicked.connect(lambda row, _column: self._open(row))

    @property
    def numbers(self) -> list[int]:
        """Numbers of the trials from the first row to the last, hidden ones too."""
        firsts = (self.model().index(row, 0) for row in range(self.rowCount()))
        return [int(first.data(_NUMBER_ROLE)) for first in firsts]

    def show_view(self, view: SearchView, axes: tuple[Axis, ...], live: dict[str, float]) -> None:
        """Show the trials of a search; the row that was chosen stays chosen.

        Args:
            axes: Of what is varied, without what was reached.
            live: What runs under way have reached, by their names.
        """
        before = self.number()
        metric = metric_words(view.search.metric).label
        heads = ["Trial", *(axis.label for axis in axes), metric, "", "Took"]
        self.blockSignals(True)
        self.setColumnCount(len(heads))
        self.setHorizontalHeaderLabels(heads)
        trials = ranked(view, live)
        self.setRowCount(len(trials))
        for row, trial in enumerate(trials):
            self._fill(row, trial, view, axes, live)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.blockSignals(False)
        self.choose(before)

    def choose(self, number: int) -> None:
        """Go to the row of a trial, without a signal; -1 leaves all."""
        numbers = self.numbers
        self.blockSignals(True)
        if number in numbers:
            flags = QItemSelectionModel.SelectionFlag
            place = self.model().index(numbers.index(number), 0)
            self.selectionModel().setCurrentIndex(place, flags.ClearAndSelect | flags.Rows)
        else:
            self.clearSelection()
        self.blockSignals(False)

    def number(self) -> int:
        """Return the number of the chosen trial, -1 for none."""
        rows = self.selectionModel().selectedRows() if self.rowCount() else []
        return self.numbers[rows[0].row()] if rows else -1

    def keep(self, numbers: frozenset[int]) -> None:
        """Hide all other trials."""
        for row, number in enumerate(self.numbers):
            self.setRowHidden(row, number not in numbers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.number() >= 0:
            self.opened.emit(self.number())
            return
        super().keyPressEvent(event)

    def _fill(
        self,
        row: int,
        trial: Trial,
        view: SearchView,
        axes: tuple[Axis, ...],
        live: dict[str, float],
    ) -> None:
        value = live.get(trial.run, trial.value)
        is_best = view.best is not None and trial.number == view.best.number
        state = "under way" if trial.run in live else STATES[trial.state]
        texts = [
            str(trial.number + 1),
            *(axis_text(axis, trial.params.get(axis.name)) for axis in axes),
            "" if value is None else metric_text(view.search.metric, value),
            "best" if is_best else state,
            length_text(trial.seconds) if trial.seconds else "",
        ]
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setData(_NUMBER_ROLE, trial.number)
            item.setToolTip(f"Trial {trial.number + 1}: {state}")
            if is_best:
                item.setForeground(colour("good_text"))
            self.setItem(row, column, item)

    def _tell(self) -> None:
        self.chosen.emit(self.number())

    def _open(self, row: int) -> None:
        self.opened.emit(self.numbers[row])


def ranked(view: SearchView, live: dict[str, float]) -> list[Trial]:
    """Return the trials, the best first, those without an answer last."""
    sign = -1 if view.search.is_higher_better else 1

    def rank(trial: Trial) -> tuple[bool, float, int]:
        value = live.get(trial.run, trial.value)
        is_known = value is not None and math.isfinite(value) and trial.state != "failed"
        return (not is_known, sign * (value or 0.0) if is_known else 0.0, trial.number)

    return sorted(view.trials, key=rank)


def axis_text(axis: Axis, value: Any) -> str:
    """Return a value as its axis calls it."""
    if axis.choices and axis.words:
        for choice, words in zip(axis.choices, axis.words, strict=True):
            if choice == value:
                return words
    return "" if value is None else value_text(value)
