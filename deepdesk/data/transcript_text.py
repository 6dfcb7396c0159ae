"""What was said, as text from outside: one line of bounded length, each letter written one way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from deepdesk.data.csv_source import encoding_of

# Some minutes of speech. What is longer is a whole table in one cell, for want of a quotation mark.
MAX_TEXT = 5_000
_MAX_FILE_BYTES = 64 << 10
# What turns the direction of writing around what it stands before, and is not seen itself.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
TEXT_FOLDER = "txt"  # of VCTK, beside the folder of sounds
_MICROPHONE = re.compile(r"_mic\d$")
TEXT_SUFFIXES = (".txt", ".normalized.txt", ".lab")


def transcript(text: str) -> str | None:
    """Return a text in NFC with single spaces and without control characters; None if empty."""
    composed = unicodedata.normalize("NFC", text.translate(_TURNING))
    visible = "".join(" " if _is_control(letter) else letter for letter in composed)
    return " ".join(visible.split()) or None


def text_beside(sound: Path) -> str | None:
    """Return the text of the same name beside a sound, None when there is none that fits.

    For `wav48/p225/p225_001.wav`, as in VCTK, `txt/p225/p225_001.txt` is beside it. A text that
    is longer than any sentence, such as a licence, or no text at all, is none.
    """
    for path in _places(sound):
        try:
            if path.stat().st_size > _MAX_FILE_BYTES:
                continue
            text = path.read_text(encoding=encoding_of(path), errors="replace")
            said = None if "\0" in text else transcript(text)
        except (OSError, ValueError):
            continue
        if said and len(said) <= MAX_TEXT:
            return said
    return None


def _places(sound: Path) -> Iterator[Path]:
    for suffix in TEXT_SUFFIXES:
        yield sound.with_name(sound.stem + suffix)
    above = sound.parent.parent
    if above.name.casefold().startswith("wav"):
        # Of a sentence that two microphones heard there is one text.
        stem = _MICROPHONE.sub("", sound.stem)
        yield above.parent / TEXT_FOLDER / sound.parent.name / f"{stem}.txt"


def _is_control(letter: str) -> bool:
    return letter < " " or letter in "\x7f\ufeff\u200b" or unicodedata.category(letter) == "Cc"
