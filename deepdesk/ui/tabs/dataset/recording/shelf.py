"""Takes of a project, kept and discarded off the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.data.keeping import Kept, keep_take
from deepdesk.data.sound_edges import from_16_bits
from deepdesk.project import habits as kept_habits
from deepdesk.project import sentences
from deepdesk.project.habits import Habits
from deepdesk.project.index import SampleIndex
from deepdesk.project.recordings import About, Unkept, discard, read_take, unkept_takes
from deepdesk.ui.tabs.dataset.edits import Edits
from deepdesk.ui.tabs.dataset.index_worker import IndexWorker
from deepdesk.ui.tabs.dataset.recording.listening import Take, measured


class Shelf(QObject):
    """Asks the worker of the index, and says what came of it.

    Signals:
        kept: `Take` that is in the project now.
        not_kept: (`Take`, `DeepDeskError`).
        unkept_found: list of `Unkept`.
        opened: `Take` that was read back.
        habits_known: `Habits` of this person.
        sentences_known: list of sentences to read.
        failed: `DeepDeskError` of anything else.
    """

    kept = Signal(object)
    not_kept = Signal(object)
    unkept_found = Signal(object)
    opened = Signal(object)
    habits_known = Signal(object)
    sentences_known = Signal(object)
    failed = Signal(object)

    def __init__(
        self, project: Path, worker: IndexWorker, edits: Edits, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._worker = worker
        self._edits = edits

    def keep(self, take: Take, about: About, samples_T: NDArray[np.float32]) -> None:
        """Take samples, float32, (T,), into the project as what `about` says."""
        sound = (samples_T, take.rate_hz)
        self._worker.ask(
            _or_error(lambda index: keep_take(index, self._project, about, sound)),
            lambda answer: self._after_keeping(take, about, answer),
        )

    def discard(self, path: Path | None) -> None:
        """Delete the file of a take that grew."""
        if path is not None:
            self._ask(lambda _index: discard(path), lambda _none: None)

    def find_unkept(self) -> None:
        """Look for takes that nobody decided about."""
        self._ask(lambda _index: unkept_takes(self._project), self.unkept_found.emit)

    def open(self, unkept: Unkept) -> None:
        """Read a take back."""
        self._ask(lambda _index: _read(unkept), self.opened.emit)

    def ask_habits(self) -> None:
        """Read what was chosen the last time."""
        self._ask(lambda _index: kept_habits.load(), self.habits_known.emit)

    def keep_habits(self, habits: Habits) -> None:
        """Keep what is chosen for the next time."""
        self._ask(lambda _index: kept_habits.save(habits), lambda _none: None)

    def ask_sentences(self) -> None:
        """Read the list of sentences."""
        self._ask(lambda _index: sentences.load(self._project), self.sentences_known.emit)

    def keep_sentences(self, given: list[str]) -> None:
        """Make a list the one of the project; an empty one stands for the bundled one."""

        def both(_index: SampleIndex) -> list[str]:
            sentences.save(self._project, given)
            return sentences.load(self._project)

        self._ask(both, self.sentences_known.emit)

    def take_sentences(self, path: Path) -> None:
        """Make the sentences of a file the list of the project."""

        def all_of_it(_index: SampleIndex) -> list[str]:
            sentences.save(self._project, sentences.sentences_in(path))
            return sentences.load(self._project)

        self._ask(all_of_it, self.sentences_known.emit)

    def _ask(self, question: Callable[[SampleIndex], Any], then: Callable[[Any], object]) -> None:
        def tell(answer: Any) -> None:
            if isinstance(answer, DeepDeskError):
                self.failed.emit(answer)
            else:
                then(answer)

        self._worker.ask(_or_error(question), tell)

    def _after_keeping(self, take: Take, about: About, answer: Kept | DeepDeskError) -> None:
        if isinstance(answer, DeepDeskError):
            self.not_kept.emit((take, answer))
            return
        self.discard(take.path)
        what = about.label or about.sentence
        short = what if len(what) <= 60 else f"{what[:59]}…"
        pieces = f", {len(answer.ids):,} pieces" if len(answer.ids) > 1 else ""
        self._edits.note(f"Kept a recording of “{short}”{pieces}", answer.taking_away)
        self.kept.emit(take)


def _or_error(question: Callable[[SampleIndex], Any]) -> Callable[[SampleIndex], Any]:
    """Return the question, answered with the error where the world says no."""

    def asked(index: SampleIndex) -> Any:
        try:
            return question(index)
        except DeepDeskError as error:
            return error.with_traceback(None)

    return asked


def _read(unkept: Unkept) -> Take:
    data, rate_hz = read_take(unkept.path)
    samples_T = from_16_bits(data)
    take = Take(samples_T=samples_T, rate_hz=rate_hz, about=unkept.about, path=unkept.path)
    return measured(take)
