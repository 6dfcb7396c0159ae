"""What is picked in the grid: a current row, an anchor and the selected rows."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from deepdesk.ui.tabs.dataset.selection import RowRanges

Modifier = Qt.KeyboardModifier


class Picked(QObject):
    """The selection of a list, as every file manager does it.

    Signals:
        changed: The `RowRanges` selected now; also sent when only the current row moved.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.count = 0
        self.current = -1
        self.rows = RowRanges()
        self._anchor = -1

    def reset(self, count: int) -> None:
        """Begin with another list; nothing is selected."""
        self.count = count
        self._set(-1, -1, RowRanges())

    def resize(self, count: int) -> None:
        """Go on with a list that lost or gained rows, as near to where we were as can be.

        When rows left, the one that moved up into the first selected place is next.
        """
        shrank, self.count = count < self.count, count
        if self.current < 0 or count == 0:
            self._set(-1, -1, RowRanges())
        elif shrank:
            row = min(self.rows.first if self.rows.ranges else self.current, count - 1)
            self._set(row, row, RowRanges.of(row, row))
        else:
            self._set(self.current, self._anchor, self.rows)

    def click(self, row: int, modifiers: Modifier) -> None:
        """Pick a row as a click does: alone, with Ctrl one more, with Shift up to it."""
        if modifiers & Modifier.ShiftModifier:
            self.extend(row, keep=bool(modifiers & Modifier.ControlModifier))
        elif modifiers & Modifier.ControlModifier:
            self._set(row, row, self.rows.toggled(row))
        else:
            self._set(row, row, RowRanges.of(row, row))

    def extend(self, row: int, *, keep: bool = False) -> None:
        """Select from the anchor to `row`."""
        anchor = row if self._anchor < 0 else self._anchor
        span = RowRanges.of(anchor, row)
        self._set(row, anchor, self.rows.united(span) if keep else span)

    def move(self, step: int, modifiers: Modifier) -> None:
        """Go `step` rows on as the arrow keys do."""
        if self.count == 0:
            return
        row = max(0, min(self.count - 1, self.current + step)) if self.current >= 0 else 0
        if modifiers & Modifier.ShiftModifier:
            self.extend(row)
        elif modifiers & Modifier.ControlModifier:
            self._set(row, row, self.rows)
        else:
            self.click(row, Modifier.NoModifier)

    def toggle_current(self) -> None:
        """Select or deselect the current row."""
        if self.current >= 0:
            self._set(self.current, self.current, self.rows.toggled(self.current))

    def pick_all(self) -> None:
        """Select every row."""
        self._set(max(self.current, 0), 0, RowRanges.all_of(self.count))

    def pick_none(self) -> None:
        """Select no row; the current one stays current."""
        self._set(self.current, self.current, RowRanges())

    def _set(self, current: int, anchor: int, rows: RowRanges) -> None:
        self.current = min(current, self.count - 1)
        self._anchor = min(anchor, self.count - 1)
        self.rows = rows.cut(self.count)
        self.changed.emit(self.rows)
