"""Answers that a person confirmed or corrected: they join the data, with Undo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from deepdesk.core.events import Ended, Result
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.joining import Joined, joining


class Corrections(QObject):
    """Adds entries to the data of the open project.

    Signals:
        changed: `Entry` that joined, or whose joining was undone or failed.
    """

    changed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._under_way: set[int] = set()
        self._joined: list[Entry] = []
        desk.undo.indexChanged.connect(self._follow_undo)

    def is_under_way(self, entry: Entry) -> bool:
        """Return whether the entry is joining now."""
        return entry.number in self._under_way

    def join(self, entry: Entry, label: str, then: Callable[[], None] | None = None) -> None:
        """Add an entry to the data as `label`, with what counts of an answer that is drawn.

        Args:
            then: Called once it is in the data.
        """
        if self.is_under_way(entry):
            return
        self._under_way.add(entry.number)
        drawn = entry.counted_answer()
        self._desk.start(
            joining(self._desk.project, self._desk.spec, entry.given, label, drawn),
            "inference",
            on_event=lambda event: self._take(entry, event),
            on_ended=lambda ended: self._end(entry, ended, then),
        )

    def _take(self, entry: Entry, event: object) -> None:
        if not isinstance(event, Result) or not isinstance(event.value, Joined):
            return
        joined: Joined = event.value
        if joined.changes:
            self._desk.undo.beginMacro(joined.text)
            for change in joined.changes:
                self._desk.record(change, joined.text)
            self._desk.undo.endMacro()
        self._desk.say(joined.text, undo=bool(joined.changes))
        entry.joined, entry.joined_at = joined.label, self._desk.undo.index()
        entry.joined_as = joined.sample_id
        self._joined.append(entry)

    def _end(self, entry: Entry, ended: Ended, then: Callable[[], None] | None) -> None:
        self._under_way.discard(entry.number)
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, "inference")
        self.changed.emit(entry)
        if ended.error is None and then is not None:
            then()

    def _follow_undo(self, index: int) -> None:
        undone = [entry for entry in self._joined if entry.joined_at > index]
        for entry in undone:
            entry.joined = ""
            self._joined.remove(entry)
            self._desk.say(f"{entry.given.name} left the data again.")
            self.changed.emit(entry)
