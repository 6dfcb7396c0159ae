"""What was asked lately: one entry per thing, with its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QImage

from deepdesk.core.answer_filter import EVERYTHING, AnswerFilter, Drawn, drawn_words, filtered
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.data.answer_files import unpacked
from deepdesk.ui.tabs.inference.given import Given
from deepdesk.ui.tabs.inference.questions import Answered
from deepdesk.ui.tabs.inference.words import in_full, in_words, title_of


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """One thing that was asked about.

    Attributes:
        number: Never used again within a window.
        answered: None while the answer is on its way.
        small: For the strip, null where there is no picture of it.
        joined: Class or text with which it joined the data, "" if it did not.
        joined_at: Place of that in the undo stack; undone when the stack stands lower.
        joined_as: Number of the sample that it became, -1 if it did not join.
        kept: What of an answer that is drawn over its picture counts.
    """

    number: int
    given: Given
    answered: Answered | None = None
    small: QImage | None = None
    joined: str = ""
    joined_at: int = 0
    joined_as: int = -1
    kept: AnswerFilter = EVERYTHING

    @property
    def words(self) -> tuple[str, str]:
        """The answer and how sure it is in per cent, for the strip."""
        answered = self.answered
        if answered is not None and answered.problem is not None:
            return "not read", ""
        if answered is None or answered.answer is None:
            return "…", ""
        if isinstance(answered.answer, Boxes | Mask):
            return drawn_words(answered.answer, self.kept), ""
        _text, score = in_words(answered.answer)
        return title_of(answered.answer), "" if score is None else f"{100 * score:.0f}"

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer, or a reason why there is none."""
        answered = self.answered
        return answered is not None and (
            answered.answer is not None or answered.problem is not None
        )

    @property
    def spoken(self) -> str:
        """The entry for a screen reader."""
        text, share = self.words
        return f"{self.given.name}: {text}" + (f", {share} per cent" if share else "")

    def whole_answer(self) -> str:
        """Return the class or the text that was answered, "" where there is none."""
        answered = self.answered
        if answered is None or answered.answer is None:
            return ""
        if isinstance(answered.answer, Boxes | Mask):
            return drawn_words(answered.answer, self.kept)
        return in_full(answered.answer)

    def counted_answer(self) -> Callable[[], Drawn] | None:
        """Return what gives, in a job, what counts of a drawn answer; None for other answers."""
        answered = self.answered
        if answered is None or not answered.packed:
            return None
        # The answer that is shown may have been made smaller since.
        return partial(counted, answered.packed, self.kept)


def counted(packed: bytes, kept: AnswerFilter) -> Drawn:
    """Return what counts of an answer that was packed."""
    return filtered(unpacked(packed), kept)
