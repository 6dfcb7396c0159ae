"""What differs between two texts: a truth and an answer, word by word or character by character."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

Kind = Literal["equal", "replaced", "missing", "extra"]
KIND_OF_STEP: dict[str, Kind] = {
    "equal": "equal",
    "replace": "replaced",
    "delete": "missing",
    "insert": "extra",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a truth and what an answer has in its place.

    Attributes:
        kind: "equal" (both alike), "replaced" (both there, not alike), "missing" (in the truth
            alone) or "extra" (in the answer alone).
        truth: The stretch of the truth, "" where there is none.
        answer: The stretch of the answer, "" where there is none.
    """

    kind: Kind
    truth: str
    answer: str


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text: what lies between blanks."""
    return tuple(text.split())


def edit_distance(truth: Sequence[str], answer: Sequence[str]) -> int:
    """Return how many units must be replaced, added or removed to make `answer` of `truth`.

    Args:
        truth: Units: `words` of a text, or the text itself for characters.
        answer: Units of the same sort.

    Paper: Levenshtein, "Binary codes capable of correcting deletions, insertions and reversals".
    """
    return int(Levenshtein.distance(truth, answer))


def aligned(truth: str, answer: str, *, by_words: bool = True) -> tuple[Piece, ...]:
    """Lay two texts over each other with as few differences as possible.

    Args:
        truth: What would be right.
        answer: What was said instead.
        by_words: Whether words are compared, with one blank between them, or characters.

    Returns:
        Stretches in order; two neighbours are never of one kind. The truths of all stretches are
        the truth (by words: with single blanks), and so with the answers.
    """
    gap = " " if by_words else ""
    of_truth: Sequence[str] = words(truth) if by_words else truth
    of_answer: Sequence[str] = words(answer) if by_words else answer
    return tuple(
        Piece(
            kind=KIND_OF_STEP[step.tag],
            truth=gap.join(of_truth[step.src_start : step.src_end]),
            answer=gap.join(of_answer[step.dest_start : step.dest_end]),
        )
        for step in Levenshtein.opcodes(of_truth, of_answer)
    )


def in_detail(truth: str, answer: str) -> tuple[tuple[Piece, ...], ...]:
    """Lay two texts over each other by words, and words that are nearly alike by characters.

    Returns:
        Stretches of words in order, each as its pieces: one for most, several with nothing
        between them where a word was only spelled otherwise. Between stretches belongs a blank.
    """
    return tuple(
        aligned(piece.truth, piece.answer, by_words=False) if _is_near(piece) else (piece,)
        for piece in aligned(truth, answer)
    )


def _is_near(piece: Piece) -> bool:
    """Return whether more than half of the characters of a replaced stretch stayed.

    Numbers that share digits are no nearer for it.
    """
    if any(character.isdigit() for character in piece.truth):
        return False
    longer = max(len(piece.truth), len(piece.answer))
    return piece.kind == "replaced" and 2 * edit_distance(piece.truth, piece.answer) < longer


def difference_words(truth: str, answer: str) -> str:
    """Return what differs as a sentence, "as it should be" where nothing does."""
    told = [_TOLD[piece.kind].format(piece) for piece in aligned(truth, answer)]
    return ", ".join(filter(None, told)) or "as it should be"


_TOLD: dict[Kind, str] = {
    "equal": "",
    "replaced": "“{0.answer}” instead of “{0.truth}”",
    "missing": "“{0.truth}” is missing",
    "extra": "“{0.answer}” is too much",
}
