"""Truths that people write: what they are called, and how they read. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import ConfigError
from deepdesk.core.payloads import Audio, Image, Number, Text
from deepdesk.data import number_text

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec


LONGEST_TEXT = 100_000


def _as_text(target: Any) -> str:
    return target if isinstance(target, str) else ""


def _as_given(text: str) -> Any:
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTruth:
    """A truth that people write, not one of several classes.

    Attributes:
        one: For instance "transcript".
        field: Over the field in which it is written.
        source: How files come with it, for an empty data set.
        nothing_yet: What will show where an answer is to be.
        words_of: A target as it is written, "" for none.
        target_of: What was written as a target; raises `ConfigError` where it is none.
        compares: Whether truth and answer are worth comparing letter by letter.
    """

    one: str
    field: str
    source: str
    nothing_yet: str
    words_of: Callable[[Any], str] = _as_text
    target_of: Callable[[str], Any] = _as_given
    compares: bool = True

    def problem(self, text: str) -> str:
        """Return why a text cannot be a truth, "" if it can."""
        if len(text) > LONGEST_TEXT:
            return (
                f"This has {len(text):,} characters; at most {LONGEST_TEXT:,} can be learnt from."
                " Cut the recording into parts."
            )
        if any(ord(character) < 32 and character not in "\n\t" for character in text):
            return "There are characters in it that cannot be seen. Type it again."
        try:
            self.target_of(text)
        except ConfigError as error:
            return " ".join(filter(None, (str(error), error.hint)))
        return ""


_TABLE = "A table of files and {0}s, or beside every file a text file of its name."
_SPOKEN = WrittenTruth(
    one="transcript",
    field="What is said",
    source="A table of files and transcripts, or a text file beside every sound. LJSpeech,"
    " LibriSpeech and Common Voice do as well.",
    nothing_yet="What is said shows here as text, with the time it took.",
)
_SEEN = WrittenTruth(
    one="caption",
    field="What is to be seen",
    source=_TABLE.format("caption"),
    nothing_yet="What is to be seen shows here as text, with the time it took.",
)
_OTHER = WrittenTruth(
    one="text",
    field="What the answer should be",
    source=_TABLE.format("text"),
    nothing_yet="The answer shows here as text, with the time it took.",
)
_NUMBERS = WrittenTruth(
    one="number",
    field="Numbers",
    source="A table of files and numbers, for instance path,speed [km/h].",
    nothing_yet="The numbers show here, with the time it took.",
    words_of=number_text.written,
    target_of=number_text.read,
    compares=False,
)
_BY_INPUT: dict[type[object], WrittenTruth] = {Audio: _SPOKEN, Image: _SEEN}


def written_truth(spec: TaskSpec) -> WrittenTruth | None:
    """Return how the truths of a task are written, None where they are classes."""
    by_answer = {Text: _BY_INPUT.get(spec.takes, _OTHER), Number: _NUMBERS}
    return by_answer.get(spec.gives)
