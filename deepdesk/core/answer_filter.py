"""What of an answer that is drawn on a picture counts: a threshold, and classes on or off.

One filter holds for what is shown, told in words and saved, so that the three never disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, singledispatch

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.payloads import Boxes, Mask

USUAL_THRESHOLD = 0.5
NAMES_TOLD = 4
# Less of a picture than this is told as "under 1 %".
_LEAST_TOLD = 0.01
THIN = "\u202f"

Drawn = Boxes | Mask
OneBox = tuple[tuple[float, float, float, float], str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFilter:
    """A person's choice of what counts.

    Attributes:
        thresholds: Class name to the probability from which a box counts, where a person set one;
            for other classes what the answer says, one half where it says nothing.
        hidden: Classes that are off.
        opacity: Of painted classes over their picture, 0 to 1.
    """

    thresholds: Mapping[str, float] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    opacity: float = 0.5

    def threshold(self, name: str, answer: Boxes) -> float:
        """Return from which probability on a box of a class counts."""
        known = self.thresholds.get(name)
        return answer.thresholds.get(name, USUAL_THRESHOLD) if known is None else known

    def counts(self, box: OneBox, answer: Boxes) -> bool:
        """Return whether a box of an answer counts."""
        _sides, name, score = box
        return name not in self.hidden and score >= self.threshold(name, answer)


EVERYTHING = AnswerFilter()


def counted_boxes(answer: Boxes, kept: AnswerFilter = EVERYTHING) -> list[OneBox]:
    """Return the boxes that count, the surest first."""
    some = (box for box in answer.boxes if kept.counts(box, answer))
    return sorted(some, key=lambda box: -box[2])


def sized(answer: Boxes, pixels_HWC: NDArray[np.uint8]) -> Boxes:
    """Return boxes that say the size of their picture, uint8, (H, W, 3), where they do not yet."""
    if min(answer.size) > 0:
        return answer
    height, width = pixels_HWC.shape[:2]
    return replace(answer, size=(int(width), int(height)))


def class_names(answer: Drawn) -> tuple[str, ...]:
    """Return all classes of an answer; those of boxes without a list are in alphabetical order.

    The place of a name in it is the place of its colour.
    """
    listed = answer.classes
    if isinstance(answer, Mask):
        return listed
    others = {name for _sides, name, _score in answer.boxes}.difference(listed)
    return (*listed, *sorted(others))


def class_counts(answer: Boxes, kept: AnswerFilter = EVERYTHING) -> dict[str, int]:
    """Return class name to the number of boxes that count, most first; none of zero."""
    counts = Counter(name for _sides, name, _score in counted_boxes(answer, kept))
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def class_shares(answer: Mask, kept: AnswerFilter = EVERYTHING) -> dict[str, float]:
    """Return class name to its share of the pixels that have a class, largest first.

    None of zero, none hidden; classes of one share come in their order.
    """
    return {name: share for name, share in _shares(answer).items() if name not in kept.hidden}


@lru_cache(maxsize=1)
def _shares(answer: Mask) -> dict[str, float]:
    # Counting the pixels of a large picture takes a tenth of a second, and is asked for often.
    # Of one answer alone: it may hold hundreds of megabytes.
    return answer.shares


def counts_in_words(counts: Mapping[str, int]) -> str:
    """Return how many there are of each, in their order: "7 RBC, 1 WBC"; "" for none."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


@singledispatch
def filtered(answer: object, kept: AnswerFilter) -> Drawn:
    """Return an answer with only what counts; pixels of hidden classes are of none (-1).

    Raises:
        TypeError: It is no drawn answer.
    """
    del kept
    raise TypeError(f"{type(answer).__name__} is not drawn over a picture")


@filtered.register
def _(answer: Boxes, kept: AnswerFilter) -> Drawn:
    return replace(answer, boxes=tuple(counted_boxes(answer, kept)))


@filtered.register
def _(answer: Mask, kept: AnswerFilter) -> Drawn:
    hidden = [at for at, name in enumerate(answer.classes) if name in kept.hidden]
    if not hidden:
        return answer
    # Classes may be kept in a byte, which has no -1.
    signed_HW = answer.classes_HW.astype(np.promote_types(answer.classes_HW.dtype, np.int16))
    classes_HW = np.where(np.isin(signed_HW, hidden), -1, signed_HW)
    return replace(answer, classes_HW=classes_HW)


@singledispatch
def drawn_words(answer: object, kept: AnswerFilter = EVERYTHING) -> str:
    """Return what counts of an answer in words: "7 RBC, 1 WBC", "road 61 %, sky 20 %".

    Raises:
        TypeError: It is no drawn answer.
    """
    del kept
    raise TypeError(f"{type(answer).__name__} is not drawn over a picture")


@drawn_words.register
def _(answer: Boxes, kept: AnswerFilter = EVERYTHING) -> str:
    counts = class_counts(answer, kept)
    told = counts_in_words(dict(list(counts.items())[:NAMES_TOLD]))
    rest = sum(list(counts.values())[NAMES_TOLD:])
    return (f"{told}, {rest:,} others" if rest else told) or "nothing found"


@drawn_words.register
def _(answer: Mask, kept: AnswerFilter = EVERYTHING) -> str:
    shares = class_shares(answer, kept)
    told = [f"{name} {share_words(share)}" for name, share in list(shares.items())[:NAMES_TOLD]]
    rest = max(0, len(shares) - NAMES_TOLD)
    return ", ".join([*told, *([f"{rest} more"] if rest else [])]) or "nothing found"


def share_words(share: float) -> str:
    """Return a share of a picture in words: "61 %", "under 1 %"."""
    if 0.0 < share < _LEAST_TOLD:
        return f"under 1{THIN}%"
    return f"{100.0 * share:.0f}{THIN}%"
