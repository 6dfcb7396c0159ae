"""The words by which people name the splits of a data set."""

from __future__ import annotations

SPLITS = ("train", "validation", "test")
_WORDS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}


def split_of_word(word: str) -> str | None:
    """Return "train", "validation" or "test" for the ways to write them, else None."""
    return _WORDS.get(word.strip().casefold())
