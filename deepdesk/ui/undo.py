"""Commands of the undo stack: a value from before and one after, or a change to the samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtGui import QUndoCommand

from deepdesk.core.errors import DeepDeskError

if TYPE_CHECKING:
    from deepdesk.project.index import Change, SampleIndex

ValueT = TypeVar("ValueT")


class SwapCommand(QUndoCommand, Generic[ValueT]):
    """Something that is one value before and another one after; pushing it applies the latter.

    Args:
        text: What was done, for instance "Moved a run forward".
        before: Applied by undo.
        after: Applied by redo.
        apply: Called with either.
    """

    def __init__(
        self, text: str, before: ValueT, after: ValueT, apply: Callable[[ValueT], object]
    ) -> None:
        super().__init__(text)
        self._before, self._after, self._apply = before, after, apply

    def undo(self) -> None:
        """Apply what was before."""
        self._apply(self._before)

    def redo(self) -> None:
        """Apply what came after."""
        self._apply(self._after)


class ChangeCommand(QUndoCommand):
    """A change that was already made when the command is pushed.

    Undoing a change gives the change that takes the undoing back, so one line serves both ways.

    Args:
        index: Where the change was made.
        change: As the index returned it.
        text: What was done, for instance "Removed 12 pictures".
        changed: Called after the samples differ again.
        failed: Called with what kept the index from changing.
    """

    def __init__(
        self,
        index: SampleIndex,
        change: Change,
        text: str,
        *,
        changed: Callable[[], None],
        failed: Callable[[DeepDeskError], None],
    ) -> None:
        super().__init__(text)
        self._index = index
        self._change = change
        self._changed = changed
        self._failed = failed
        self._is_pushed = False

    def undo(self) -> None:
        """Set everything back to before."""
        self._swap()

    def redo(self) -> None:
        """Make the change again; the push itself finds it made."""
        if self._is_pushed:
            self._swap()
        self._is_pushed = True

    def _swap(self) -> None:
        try:
            self._change = self._index.undo(self._change)
        except DeepDeskError as error:
            # The disk said no; the command is dropped, since it no longer matches the index.
            self.setObsolete(True)
            self._failed(error)
            return
        self._changed()
