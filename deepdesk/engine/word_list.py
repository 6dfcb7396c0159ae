"""Words that answers are made of, as a tree of characters."""

from __future__ import annotations

from collections.abc import Iterable

BEGIN = 0
_STRANGER = -1  # inside a word that is not on the list, and paid for


class WordList:
    """Says, character by character, whether a text goes on with words of a list.

    A place is `BEGIN` between words, any other number inside one.

    Args:
        words: Without blanks.
        stranger_cost: Nats that a word costs that is not on the list; infinite to forbid them.
    """

    def __init__(self, words: Iterable[str], stranger_cost: float) -> None:
        self._cost = stranger_cost
        self._children: list[dict[str, int]] = [{}]
        self._is_end = [True]
        for word in words:
            self._add(word)

    def moved(self, place: int, text: str) -> tuple[int, float]:
        """Return the place behind a text, and what it costs in nats; infinite if it may not be.

        Args:
            place: Before it.
            text: Any characters; a blank ends a word.
        """
        cost = 0.0
        for character in text:
            if character == " ":
                cost += self.end_cost(place)
                place = BEGIN
            elif place != _STRANGER:
                following = self._children[place].get(character)
                place = _STRANGER if following is None else following
                cost += self._cost if following is None else 0.0
        return place, cost

    def end_cost(self, place: int) -> float:
        """Return what it costs in nats to end a word here: nothing at the end of one."""
        return 0.0 if place == _STRANGER or self._is_end[place] else self._cost

    def _add(self, word: str) -> None:
        place = BEGIN
        for character in word:
            if character not in self._children[place]:
                self._children[place][character] = len(self._children)
                self._children.append({})
                self._is_end.append(False)
            place = self._children[place][character]
        self._is_end[place] = True
