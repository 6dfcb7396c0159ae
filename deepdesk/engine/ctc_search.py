"""From the scores of every moment to what was written: greedy, and prefix beam search.

Letters in names: T frames over time, C units with the blank first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deepdesk.data.writing import Units
from deepdesk.engine.word_list import BEGIN, WordList

_NEVER = -math.inf
_UNLIKELY = -12.0  # nats; a unit below it at a moment is not followed there


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found.

    Attributes:
        units: Numbers of units, without blanks.
        log_probability: Of it over all its alignments (beam search) or of the best one (greedy).
    """

    units: tuple[int, ...]
    log_probability: float


def greedy(log_TC: NDArray[np.float32]) -> Found:
    """Return the best unit of each moment, repetitions and blanks taken out.

    Paper: Graves et al. (2006, doi:10.1145/1143844.1143891), best path decoding.

    Args:
        log_TC: float32, (T, C), natural logarithms of probabilities.
    """
    best_T = log_TC.argmax(1)
    is_new_T = np.append(True, best_T[1:] != best_T[:-1]) if len(best_T) else best_T.astype(bool)
    units = best_T[is_new_T & (best_T > 0)].tolist()
    return Found(units=tuple(units), log_probability=float(log_TC.max(1).sum(dtype=np.float64)))


@dataclass(slots=True)
class _Prefix:
    """What is kept of one beginning: logarithms of probabilities of all its alignments.

    Attributes:
        blank: Of those that end with the blank.
        unit: Of those that end with its last unit.
        place: In the list of words.
        cost: Nats of the words that are not on it.
    """

    parent: _Prefix | None = None
    last: int = 0
    blank: float = _NEVER
    unit: float = _NEVER
    place: int = BEGIN
    cost: float = 0.0
    next_blank: float = _NEVER
    next_unit: float = _NEVER
    children: dict[int, _Prefix] = field(default_factory=dict)

    @property
    def total(self) -> float:
        return _sum(self.blank, self.unit)

    def units(self) -> tuple[int, ...]:
        numbers = []
        prefix: _Prefix = self
        while prefix.parent is not None:
            numbers.append(prefix.last)
            prefix = prefix.parent
        return tuple(reversed(numbers))


class BeamSearch:
    """Follows the most likely beginnings through a sound, each over all its alignments.

    Paper: Hannun et al. (2014, arXiv:1408.2873), with a list of words in place of a language
    model. All in logarithms, so that a long sound does not vanish.

    Args:
        units: Text of each number from 1.
        width: Beginnings that are kept after each moment.
        words: That answers are made of, None for any.
        unlikely: Units below it at a moment are not followed there, nats; minus infinity for all.
    """

    def __init__(
        self,
        units: Units,
        *,
        width: int,
        words: WordList | None = None,
        unlikely: float = _UNLIKELY,
    ) -> None:
        self._texts = ("", *units.units)
        self._width = width
        self._words = words
        self._unlikely = unlikely

    def found(self, log_TC: NDArray[np.float32]) -> list[Found]:
        """Return texts, the most likely first, at most the width; at least one.

        Args:
            log_TC: float32, (T, C), natural logarithms of probabilities.
        """
        root = _Prefix(blank=0.0)
        beam = [root]
        for row_C in log_TC:
            likely = np.flatnonzero(row_C > self._unlikely)
            scores = [(int(unit), float(row_C[unit])) for unit in likely if unit]
            beam = self._followed(beam, float(row_C[0]), scores, row_C)
        found = self._ended(beam)
        _taken_apart(root)
        return found

    def _followed(
        self,
        beam: list[_Prefix],
        blank: float,
        scores: list[tuple[int, float]],
        row_C: NDArray[np.float32],
    ) -> list[_Prefix]:
        """Return the best beginnings after one more moment."""
        touched = {id(prefix): prefix for prefix in beam}
        for prefix in beam:
            total = prefix.total
            prefix.next_blank = _sum(prefix.next_blank, total + blank)
            if prefix.last:
                again = prefix.unit + float(row_C[prefix.last])
                prefix.next_unit = _sum(prefix.next_unit, again)
            for unit, score in scores:
                child = self._child(prefix, unit)
                if child.cost < math.inf:
                    # The same unit twice needs a blank between.
                    before = prefix.blank if unit == prefix.last else total
                    child.next_unit = _sum(child.next_unit, before + score)
                    touched[id(child)] = child
        for prefix in touched.values():
            prefix.blank, prefix.unit = prefix.next_blank, prefix.next_unit
            prefix.next_blank = prefix.next_unit = _NEVER
        ranked = sorted(touched.values(), key=lambda prefix: prefix.cost - prefix.total)
        kept = ranked[: self._width]
        kept_ids = {id(prefix) for prefix in kept}
        for prefix in ranked[self._width :]:
            prefix.blank = prefix.unit = _NEVER
            _dropped(prefix, kept_ids)
        return kept

    def _child(self, prefix: _Prefix, unit: int) -> _Prefix:
        child = prefix.children.get(unit)
        if child is None:
            place, cost = BEGIN, 0.0
            if self._words is not None:
                place, cost = self._words.moved(prefix.place, self._texts[unit])
            child = _Prefix(parent=prefix, last=unit, place=place, cost=prefix.cost + cost)
            prefix.children[unit] = child
        return child

    def _ended(self, beam: list[_Prefix]) -> list[Found]:
        words = self._words
        ends = [
            (prefix.cost + (words.end_cost(prefix.place) if words else 0.0) - prefix.total, prefix)
            for prefix in beam
        ]
        whole = [(cost, prefix) for cost, prefix in ends if cost < math.inf]
        if whole:
            whole.sort(key=lambda pair: pair[0])
            return [
                Found(units=prefix.units(), log_probability=prefix.total) for _cost, prefix in whole
            ]
        # Nothing ends with a whole word: the last one was cut off, and is left out.
        best = beam[0]
        total = best.total
        while best.parent is not None and best.place != BEGIN:
            best = best.parent
        return [Found(units=best.units(), log_probability=total)]


def _dropped(prefix: _Prefix, kept: set[int]) -> None:
    """Take a beginning out of the tree, and those before it that then lead nowhere."""
    while prefix.parent is not None and id(prefix) not in kept:
        if any(child.cost < math.inf for child in prefix.children.values()):
            return
        parent = prefix.parent
        parent.children.pop(prefix.last, None)
        prefix = parent


def _taken_apart(root: _Prefix) -> None:
    """Let beginnings forget what follows them, so that they go without a search for cycles."""
    left = [root]
    while left:
        prefix = left.pop()
        left += prefix.children.values()
        prefix.children.clear()


def _sum(a: float, b: float) -> float:
    """Return log(exp(a) + exp(b))."""
    if a < b:
        a, b = b, a
    return a if b == _NEVER else a + math.log1p(math.exp(b - a))
