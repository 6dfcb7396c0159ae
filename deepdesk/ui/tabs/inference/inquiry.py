"""What is asked, of which network, and what came of it; the widgets only show it."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from deepdesk.core.events import Ended, Progress, Result
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.payload_views import image_of
from deepdesk.ui.places import scratch_folder
from deepdesk.ui.tabs.inference.answerer import Answerer
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.given import Given, GivenFile, PassingFile
from deepdesk.ui.tabs.inference.listing import listing_files
from deepdesk.ui.tabs.inference.models import Choice
from deepdesk.ui.tabs.inference.networks import Networks
from deepdesk.ui.tabs.inference.questions import Answered, Question, lightened

# More than these are read better as a table than as tiles.
MOST_TILES = 20
# A large picture takes 12 MB on its way to the stage.
KEPT_VIEWS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of answers that begins: what it is of, and how many rows it will have."""

    name: str
    total: int
    choice: Choice


class Inquiry(QObject):
    """Questions and answers of one project.

    Signals:
        added: list of `Entry`, newest things asked about.
        changed: `Entry` whose answer came.
        table_begun: `Table`, or None while its files are being found.
        finding: `Progress` while they are.
        finding_failed: `DeepDeskError` when there are none.
    """

    added = Signal(object)
    changed = Signal(object)
    table_begun = Signal(object)
    finding = Signal(object)
    finding_failed = Signal(object)

    def __init__(self, desk: Desk, networks: Networks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Entry] = {}
        self._with_views: deque[Entry] = deque()
        self._finding: Job | None = None
        self.choice: Choice | None = None
        self.answerer = Answerer(desk, networks, self)
        self.answerer.answered.connect(self._take)
        self.answerer.refused.connect(lambda _error: self._waiting.clear())
        self.answerer.idle.connect(lambda _none: self._waiting.clear())

    def ask_paths(self, paths: Sequence[Path]) -> None:
        """Ask about files; a folder, or many files, become a table."""
        if self.choice is None or not paths:
            return
        if len(paths) > MOST_TILES or any(path.is_dir() for path in paths):
            self._find(paths)
        else:
            self.ask_given([_given(path) for path in paths])

    def ask_given(self, givens: Sequence[Given]) -> None:
        """Ask about things one by one; they show in the strip."""
        if self.choice is None or not givens:
            return
        entries = [Entry(number=next(self._numbers), given=given) for given in givens]
        self._remember(entries)
        self.added.emit(entries)
        if len(entries) == 1:
            self.answerer.ask(self._question(entries[0]))
        else:
            self.answerer.ask_several([self._question(entry) for entry in entries])

    def ask(self, entry: Entry) -> None:
        """Ask about an entry, before everything else that waits."""
        if self.choice is not None:
            self._remember([entry])
            self.answerer.ask(self._question(entry))

    def entry_for(self, path: str) -> Entry:
        """Return a new entry for a row of a table; it is in no strip."""
        return self.entry_of(_given(Path(path)))

    def entry_of(self, given: Given) -> Entry:
        """Return a new entry for a thing; it is in no strip."""
        return Entry(number=next(self._numbers), given=given)

    def is_stale(self, entry: Entry) -> bool:
        """Return whether other or newer weights would answer now."""
        answered = entry.answered
        if entry.number in self._waiting:
            return False
        if answered is None or answered.given is None or self.choice is None:
            return True
        return answered.model != self.choice.model or answered.step < self.choice.step

    def is_waiting(self, entry: Entry) -> bool:
        """Return whether its answer is on its way."""
        return entry.number in self._waiting

    def cancel_table(self) -> None:
        """Stop finding and answering rows; those that are there stay."""
        if self._finding is not None:
            self._finding.stop()
        self.answerer.drop_rows()

    def close(self) -> None:
        """Ask nothing more."""
        self.cancel_table()
        self.answerer.close()

    def _question(self, entry: Entry) -> Question:
        assert self.choice is not None, "a network was chosen"
        return Question(number=entry.number, given=entry.given, model=self.choice.model)

    def _remember(self, entries: Iterable[Entry]) -> None:
        self._waiting |= {entry.number: entry for entry in entries}

    def _take(self, answered: Answered) -> None:
        entry = self._waiting.get(answered.number)
        if entry is None:
            return
        entry.answered = answered
        self._keep_view(entry)
        if answered.small is not None:
            entry.small = image_of(answered.small.pixels_HWC)
        if answered.is_final:
            del self._waiting[answered.number]
        self.changed.emit(entry)

    def _keep_view(self, entry: Entry) -> None:
        """Let the large view of what was answered longest ago go; looking at it reads it again."""
        if entry in self._with_views:
            self._with_views.remove(entry)
        self._with_views.append(entry)
        while len(self._with_views) > KEPT_VIEWS:
            old = self._with_views.popleft()
            if old.answered is not None:
                old.answered = lightened(old.answered)

    def _find(self, paths: Sequence[Path]) -> None:
        self.cancel_table()
        found: list[list[str]] = []
        self.table_begun.emit(None)
        mine = self._desk.start(
            listing_files(paths, self._desk.spec.reader()),
            "inference",
            on_event=lambda event: self._found_some(event, found),
            on_ended=lambda ended: self._found(ended, mine, found, _name_of(paths)),
        )
        self._finding = mine

    def _found_some(self, event: object, found: list[list[str]]) -> None:
        if isinstance(event, Progress):
            self.finding.emit(event)
        elif isinstance(event, Result):
            found.append(event.value)

    def _found(self, ended: Ended, mine: Job, found: list[list[str]], name: str) -> None:
        if self._finding is not mine:
            return
        self._finding = None
        if ended.error is not None:
            self.finding_failed.emit(ended.error)
        if not found or self.choice is None:
            return
        self.table_begun.emit(Table(name=name, total=len(found[0]), choice=self.choice))
        self.answerer.ask_rows(found[0], self.choice.model)


def _given(path: Path) -> Given:
    is_passing = path.parent == scratch_folder()
    return PassingFile(path) if is_passing else GivenFile(path)


def _name_of(paths: Sequence[Path]) -> str:
    first = paths[0].name or str(paths[0])
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1:,} more"
