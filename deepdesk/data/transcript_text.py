"""What was said, as text from outside: one line of bounded length, each letter written one way."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from deepdesk.data.csv_source import encoding_of

# Some minutes of speech. What is longer is a whole table in one cell, for want of a quotation mark.
MAX_TEXT = 5_000
_MAX_FILE_BYTES = 64 << 10
TEXT_SUFFIXES = (".txt", ".normalized.txt", ".lab")


def transcript(text: str) -> str | None:
    """Return a text in NFC with single spaces and without control characters; None if empty."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(" " if _is_control(letter) else letter for letter in composed)
    return " ".join(visible.split()) or None


def text_beside(sound: Path) -> str | None:
    """Return the text of the same name beside a sound, None when there is none that fits.

    A text that is longer than any sentence, such as a licence, or no text at all, is none.
    """
    for suffix in TEXT_SUFFIXES:
        path = sound.with_name(sound.stem + suffix)
        try:
            if path.stat().st_size > _MAX_FILE_BYTES:
                continue
            said = transcript(path.read_text(encoding=encoding_of(path), errors="replace"))
        except (OSError, ValueError):
            continue
        if said and len(said) <= MAX_TEXT:
            return said
    return None


def _is_control(letter: str) -> bool:
    return letter < " " or letter in "\x7f\ufeff\u200b" or unicodedata.category(letter) == "Cc"
