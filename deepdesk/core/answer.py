"""What the task contract says of answers: in words, as measures, and to what still comes in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from deepdesk.core.payloads import Boxes, Mask, Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the network said of one sample, for lists and for people to look at.

    Attributes:
        truth: In words, "" when unknown.
        answer: In words.
        score: How sure the network is, 0 to 1.
        is_right: Whether the answer counts as right.
        error: How far from right, 0 for right, 1 for wholly wrong, more where that can be; lists
            of mistakes begin with the largest. NaN where right and wrong are all there is.
        drawn: The answer as it is drawn over the sample (`Boxes`, `Mask`), None for nothing.
        drawn_truth: The truth likewise.
    """

    truth: str
    answer: str
    score: float
    is_right: bool
    error: float = math.nan
    drawn: Boxes | Mask | None = None
    drawn_truth: Boxes | Mask | None = None


class Metric(Protocol):
    """A running measure. Plots and early stopping read these fields, never names."""

    name: str
    label: str
    unit: str
    higher_is_better: bool

    def reset(self) -> None:
        """Forget everything."""
        ...

    def update(self, outputs: Any, batch: Mapping[str, Any]) -> None:
        """Take a batch in, without waiting for the device."""
        ...

    def compute(self) -> float:
        """Return the value over everything since `reset`, NaN when that is nothing."""
        ...

    def details(self) -> Mapping[str, Any]:
        """Return JSON-ready extras (a confusion matrix, a curve), {} for none."""
        ...

    def state(self) -> Mapping[str, Any]:
        """Return what was gathered since `reset` as tensors, for a checkpoint.

        They add up: the sum of the states of two parts of the data is the state of the whole, so
        that several processes can gather together.
        """
        ...

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned."""
        ...


class Stream(Protocol):
    """Answers to what still comes in: a microphone, a camera, a long file read in pieces."""

    @property
    def window_s(self) -> float:
        """How many seconds an answer speaks of; 0 where there is no such stretch."""
        ...

    @property
    def about_s(self) -> tuple[float, float] | None:
        """Start and end, in seconds since the first piece, of what the last answer is about."""
        ...

    def take(self, piece: Payload) -> Payload | None:
        """Return the answer to all that came so far, or None while there is nothing to say.

        Args:
            piece: What came since the last call, for instance a tenth of a second of sound.

        Returns:
            `LabelScores` of the latest moment, with empty `scores` where there is nothing to be
            heard, or a `Text` that grows: `is_final` where a sentence ended, after which the next
            one begins empty.
        """
        ...

    def finish(self) -> Payload | None:
        """Return the last answer, when nothing more comes; None if there is nothing to say."""
        ...
