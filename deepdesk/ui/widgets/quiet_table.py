"""Tables of which whole rows are chosen: no grid, no numbers before the rows, nothing typed in."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QTableView

from deepdesk.ui.theme import metrics


def make_quiet(table: QTableView, row_px: int) -> None:
    """Let one whole row be chosen, and leave out what only a sheet for numbers needs.

    Args:
        table: That is made so.
        row_px: How high a row is, before the size of letters is taken into account.
    """
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(metrics.scaled(row_px))
    table.horizontalHeader().setHighlightSections(False)
