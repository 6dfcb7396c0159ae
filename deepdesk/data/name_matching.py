"""Class names that look like another one's, or like none at all: "Cars", "car ", "class 3", "0"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_NUMBERED = re.compile(r"(?:(?:class|label|category|cat|id|object|obj|type|cls)[\s_#-]*)?\d+")
_BETWEEN = re.compile(r"[\s_-]+")
_SHORTEST_PLURAL = 3
_HISSES = ("s", "x", "z", "ch", "sh")


def says_nothing(name: str) -> bool:
    """Return whether a name is only a number, with a word like "class" before it or without."""
    return _NUMBERED.fullmatch(name.strip().casefold()) is not None


def likeness_key(name: str) -> str:
    """Return what names have in common that differ in case, plural, spaces or accents only."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(_singular(word) for word in _BETWEEN.split(plain.strip()))


def like_one_of(name: str, known: Iterable[str]) -> str | None:
    """Return the first of other names that this one is most likely meant to be, or None."""
    if says_nothing(name):
        return None
    key = likeness_key(name)
    return next((other for other in known if other != name and likeness_key(other) == key), None)


def _singular(word: str) -> str:
    if len(word) <= _SHORTEST_PLURAL or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    # "buses" and "houses", "boxes" and "axes": whether the e belongs to the word, nobody can tell.
    for end in ("es", "e"):
        if word.endswith(end) and word.removesuffix(end).endswith(_HISSES):
            return word.removesuffix(end)
    return word.removesuffix("s")
