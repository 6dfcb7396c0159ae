"""Changes to the data set: made off the window's thread, said in the footer, taken back by undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand

from deepdesk.core.errors import DeepDeskError
from deepdesk.project.index import Change, SampleIndex
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.dataset.index_worker import IndexWorker

MOMENT_MS = 300
Step = Callable[[SampleIndex], Sequence[Change]]


def taking_back(changes: Sequence[Change]) -> Step:
    """Return the step that undoes changes, last one first."""
    return lambda index: [index.undo(change) for change in reversed(changes)]


class _Command(QUndoCommand):
    """A step that was already made; undo and redo swap it with its opposite."""

    def __init__(self, text: str, edits: Edits, opposite: Step) -> None:
        super().__init__(text)
        self._edits = edits
        self._opposite = opposite
        self._is_pushed = False

    def redo(self) -> None:
        if self._is_pushed:
            self._swap()
        self._is_pushed = True

    def undo(self) -> None:
        self._swap()

    def _swap(self) -> None:
        self._edits.turn(self._turned)

    def _turned(self, index: SampleIndex) -> Sequence[Change]:
        # Runs in the worker, in order: a quick redo after an undo finds the undo's own opposite.
        changes = self._opposite(index)
        self._opposite = taking_back(changes)
        return changes


class Edits(QObject):
    """The one way in which the tab changes samples and classes.

    Signals:
        made: Text of the edit that was just made; "" after an undo or redo.
        delayed: Whether an edit is taking longer than a moment.
        refused: None, when an edit was not begun: the project is read only.
    """

    made = Signal(object)
    delayed = Signal(object)
    refused = Signal(object)

    def __init__(self, desk: Desk, worker: IndexWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._worker = worker
        self._moment = QTimer(self)
        self._moment.setSingleShot(True)
        self._moment.setInterval(MOMENT_MS)
        self._moment.timeout.connect(lambda: self.delayed.emit(True))
        self.made.connect(lambda _text: self._rest())
        worker.failed.connect(lambda _error: self._rest())

    def make(self, text: str, step: Step) -> None:
        """Make a change and offer to undo it.

        Args:
            text: What will have been done, for the footer.
            step: Changes the index and returns what it changed.
        """
        try:
            self._desk.project.check_writable()
        except DeepDeskError as error:
            self._desk.banner(error, "dataset")
            self.refused.emit(None)
            return
        self._moment.start()
        self._worker.ask(step, lambda changes: self._made(text, changes))

    def note(self, text: str, opposite: Step) -> None:
        """Offer undo for something that was made elsewhere, an import for instance."""
        self._push(text, opposite)

    def turn(self, step: Step) -> None:
        """Make the change of a command that is undone or redone."""
        self._moment.start()
        self._worker.ask(step, lambda _changes: self.made.emit(""))

    def _rest(self) -> None:
        self._moment.stop()
        self.delayed.emit(False)

    def _made(self, text: str, changes: Sequence[Change]) -> None:
        if changes:
            self._push(text, taking_back(changes))
        else:
            self._rest()

    def _push(self, text: str, opposite: Step) -> None:
        self._desk.undo.push(_Command(text, self, opposite))
        self._desk.say(text, undo=True)
        self.made.emit(text)
