"""What of the table is shown: filtered, sorted, folded, with the columns that tell runs apart."""

from __future__ import annotations

from typing import Any

from deepdesk.ui.tabs.training.table.query import Query
from deepdesk.ui.tabs.training.table.rows import NAME, Column, Contents, Row


class Listing:
    """The rows and columns on screen. No Qt.

    Attributes:
        shown: Rows on screen, the runs of an unfolded group below it.
        columns: Columns on screen.
        by: Key of the column that is sorted by, "" for newest first.
        wanted: Settings that are shown though no runs differ in them.
        unknown: Names in the filter that no column has.
    """

    def __init__(self) -> None:
        self.contents = Contents()
        self.shown: list[Row] = []
        self.columns: list[Column] = []
        self.by = ""
        self.is_descending = False
        self.wanted: set[str] = set()
        self.unknown: tuple[str, ...] = ()
        self.runs = 0
        self._text = ""
        self._open: set[str] = set()

    def take(self, contents: Contents) -> None:
        """Show other contents; what was asked of the table stays."""
        self.contents = contents
        self.arrange()

    def search(self, text: str) -> None:
        """Show only what a query asks for."""
        self._text = text
        self.arrange()

    def sort(self, by: str, *, descending: bool) -> None:
        """Sort by a column; "" brings the newest first."""
        self.by, self.is_descending = by, descending
        self.arrange()

    def want(self, key: str, *, is_on: bool) -> None:
        """Show a setting though no runs differ in it, or not any more."""
        self.wanted = self.wanted | {key} if is_on else self.wanted - {key}
        self.arrange()

    def fold(self, row: Row) -> None:
        """Show or hide the runs of a group."""
        if row.inside:
            self._open ^= {row.key}
            self.arrange()

    def is_open(self, row: Row) -> bool:
        """Whether the runs of a group are shown."""
        return row.key in self._open

    def arrange(self) -> None:
        """Work out rows and columns anew."""
        query = Query(self._text, self.contents.columns)
        self.unknown = query.unknown
        found = [row for row in self.contents.rows if query.holds(row)]
        if self.by:
            found = self._sorted(found)
        self.shown = []
        for row in found:
            self.shown.append(row)
            if row.inside and self.is_open(row):
                self.shown += [inside for inside in row.inside if query.holds(inside)]
        self.runs = sum(len(row.facts) for row in found)
        self.columns = [column for column in self.contents.columns if self._is_told(column, found)]

    def _sorted(self, rows: list[Row]) -> list[Row]:
        by = self.by

        def value(row: Row) -> tuple[int, Any]:
            found = row.values.get(by)
            if isinstance(found, int | float):
                return (0, found)
            return (1, row.texts.get(by, "").lower())

        known = [row for row in rows if row.values.get(by) is not None or row.texts.get(by)]
        unknown = [row for row in rows if row.values.get(by) is None and not row.texts.get(by)]
        return sorted(known, key=value, reverse=self.is_descending) + unknown

    def _is_told(self, column: Column, rows: list[Row]) -> bool:
        key = column.key
        if key == NAME or key in self.wanted:
            return True
        texts = {row.texts[key] for row in rows if key in row.texts}
        return len(texts) > 1 if column.is_setting else any(texts)
