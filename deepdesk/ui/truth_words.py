"""How the truth of a sample is called, by what a task takes and gives. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deepdesk.core.payloads import Audio, Image, Text

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTruth:
    """A truth that is a text, in words.

    Attributes:
        one: For instance "transcript".
        field: Over the field in which it is written.
        source: How files come with it, for an empty data set.
        nothing_yet: What will show where an answer is to be.
    """

    one: str
    field: str
    source: str
    nothing_yet: str


_TABLE = "A table of files and {0}s, or beside every file a text file of its name."
_SPOKEN = TextTruth(
    one="transcript",
    field="What is said",
    source="A table of files and transcripts, or a text file beside every sound. LJSpeech,"
    " LibriSpeech and Common Voice do as well.",
    nothing_yet="What is said shows here as text, with the time it took.",
)
_SEEN = TextTruth(
    one="caption",
    field="What is to be seen",
    source=_TABLE.format("caption"),
    nothing_yet="What is to be seen shows here as text, with the time it took.",
)
_OTHER = TextTruth(
    one="text",
    field="What the answer should be",
    source=_TABLE.format("text"),
    nothing_yet="The answer shows here as text, with the time it took.",
)
_BY_INPUT: dict[type[object], TextTruth] = {Audio: _SPOKEN, Image: _SEEN}


def text_truth(spec: TaskSpec) -> TextTruth | None:
    """Return how the texts of a task are called, None where its truths are no texts."""
    return _BY_INPUT.get(spec.takes, _OTHER) if spec.gives is Text else None
